-- demo: a whole iteration in a throw-away repository, with real windows and sample workers. Nothing is faked: a prompt
-- reaches its worker through the window or the demo fails. The self-test that an operator runs first.

local clock = require "clock"
local file = require "file"
local host = require "host"
local process = require "process"
local wait = require "wait"
local carriers = require "dispatch.carriers"
local settings = require "dispatch.settings"

local WAYS = settings.on_windows and "auto|win32|ahk" or "auto|x11|tmux"
local USAGE = ("dispatch demo [-Via %s]%s [-Folder DIR] [-Flow FILE.lua]"):format(WAYS,
    settings.on_windows and " [-AhkExe FILE]" or "")

local function fail(message)
    io.stderr:write("dispatch demo: ", message, "\n")
    return wait.interrupted() and 130 or 2
end

---The flow itself, as an operator starts it: our own program, in a process of its own.
local function iterate(made, desktop, o)
    local self = assert(host.executable())
    local argv = { self, o.flow or "run_iter.lua", "-RunId", made.run_id, "-Root", made.root, "-Via", desktop.via,
        "-Factory", ("'%s' demo --stage"):format(self), "-WindowReadyTimeout", "30", "-WorkerDoneTimeout", "60",
        "-BetweenWorkersDelayMs", "100" }
    if desktop.via == "tmux" then table.move({ "-TmuxSocket", desktop.where }, 1, 2, #argv + 1, argv) end
    if o.ahk_exe then table.move({ "-AhkExe", o.ahk_exe }, 1, 2, #argv + 1, argv) end
    local child <close>, message = process.spawn(argv, { env = desktop.env, out = "inherit", err = "inherit" })
    if not child then return nil, message end
    local ready, why = wait.any({ child }, clock.now() + 180)
    if not ready then
        child:kill(clock.now() + 5)
        return nil, why
    end
    local status = child:status()
    if status.signal then return nil, ("the run was ended by signal %d"):format(status.signal) end
    return status.exit
end

---What the run itself did not say: it ended with its verdict and the path of its report.
local function told(made, desktop, exit)
    local picture, why = desktop:picture(made.root .. "/desktop")
    print()
    print("picture  " .. (picture or "none: " .. tostring(why)))
    if desktop.via == "x11" then
        print "note     `unobservable, arrived` is all that X11 can show: it took the text, the marker tells the rest"
    end
    local missing = exit == 0 and not picture and "it has no picture" or exit ~= 0 and "the report says why"
    print(missing and "the demo did NOT pass: " .. missing
        or "PASS: five prompts, five windows, and each worker found its own unchanged")
    return picture and exit or math.max(exit, 2)
end

local function open_windows(made, desktop, workers)
    local paths = require "dispatch.layout".new(made.root, made.run_id)
    for i, worker in ipairs(workers) do
        local ok, message = desktop:open(made, worker, paths:title(worker), i)
        if not ok then return nil, message end
    end
    return true
end

local function demo(o)
    local flow = require "dispatch.launch".flow(o.folder)
    local made, message = require "dispatch.demo.repository".make(o.folder, flow.workers)
    if not made then return fail(message) end
    local desktop <close>, why = require "dispatch.demo.desktop".start(o.via, o.folder)
    if not desktop then return fail(why) end
    print(("demo     %s, five workers, -Via %s%s"):format(o.folder, desktop.via,
        desktop.where and " on " .. desktop.where or ""))
    local ok
    ok, message = open_windows(made, desktop, flow.workers)
    local exit
    if ok then exit, message = iterate(made, desktop, o) end
    return exit and told(made, desktop, exit) or fail(message)
end

local OWN = { folder = true, flow = true }

---Flags of the demo alone, and what is left of the command line.
local function split(argv)
    local o, rest, i = {}, {}, 1
    while i <= #argv do
        local name = argv[i]:match "^%-%-?(%w+)$"
        local own = name and OWN[name:lower()]
        if own and (argv[i + 1] or "") == "" then return nil, ("-%s: needs a value"):format(name) end
        if own then o[name:lower()] = argv[i + 1] else rest[#rest + 1] = argv[i] end
        i = i + (own and 2 or 1)
    end
    return o, rest
end

---@return table? o, string? message              wrong usage
local function options(argv)
    local o, rest = split(argv)
    if not o then return nil, rest end
    local cfg, message = settings.parse(rest)
    if not cfg then return nil, message end
    for _, setting in ipairs(settings.TABLE) do
        local from = cfg.origin[setting.field]
        if from:find "^%-" and setting.name ~= "Via" and setting.name ~= "AhkExe" then
            return nil, from .. ": is not for the demo"
        end
    end
    message = carriers.refuses(cfg) or cfg.via:find "^fake:" and "-Via fake: the demo is for real windows"
    if message then return nil, message end
    if o.flow then
        local source, why = require "dispatch.launch".find(o.flow)
        if not source then return nil, "-Flow " .. why end
    end
    o.via, o.ahk_exe = cfg.via, cfg.ahk_exe
    return o
end

---How the demo calls itself: a stage of its factory, or a worker on Windows or in a terminal.
local function part(argv)
    if argv[1] == "--stage" then return require "dispatch.demo.stage".run { table.unpack(argv, 2) } end
    local o = {}
    for i = 1, #argv, 2 do o[argv[i]:gsub("^%-+", "")] = argv[i + 1] end
    return require "dispatch.demo.worker".run { worker = o.worker, title = o.title, sha256 = o.sha256,
        folder = o.folder, place = math.tointeger(o.place), seconds = 0.4 }
end

local function run(argv)
    if argv[1] == "--stage" or argv[1] == "--worker" then return part(argv) end
    local o, message = options(argv)
    if not o then
        io.stderr:write(("dispatch demo: %s; %s\n"):format(message, USAGE))
        return 64
    end
    o.folder = o.folder or ("%s/dispatch-demo-%s-%d"):format(settings.temporary_folder(), os.date("%Y%m%d-%H%M%S"),
        host.machine().pid)
    if settings.on_windows then o.folder = o.folder:gsub("\\", "/") end
    if file.stat(o.folder) then return fail(o.folder .. ": is there already; give a -Folder that is not") end
    return demo(o)
end

return { usage = USAGE, summary = "a whole iteration with real windows and sample workers: the self-test", run = run }
