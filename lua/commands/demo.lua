-- demo: a whole iteration in a throw-away repository, with real windows and sample workers. Nothing is faked: a prompt
-- reaches its worker through the window or the demo fails. The self-test that an operator runs first.

local clock = require "clock"
local file = require "file"
local host = require "host"
local process = require "process"
local wait = require "wait"
local settings = require "dispatch.settings"

local USAGE = "dispatch demo [-Via auto|x11|tmux|win32|ahk] [-Folder DIR] [-Flow FILE.lua]"

local function fail(message)
    io.stderr:write("dispatch demo: ", message, "\n")
    return wait.interrupted() and 130 or 2
end

---The flow itself, as an operator starts it: our own program, in a process of its own.
local function iterate(made, desktop, flow)
    local self = assert(host.executable())
    local argv = { self, flow, "-RunId", made.run_id, "-Root", made.root, "-Via", desktop.via,
        "-Factory", ("'%s' demo --stage"):format(self), "-WindowReadyTimeout", "30", "-WorkerDoneTimeout", "60",
        "-BetweenWorkersDelayMs", "100" }
    if desktop.via == "tmux" then table.move({ "-TmuxSocket", desktop.where }, 1, 2, #argv + 1, argv) end
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

local function demo(via, folder, script)
    local flow = require "dispatch.launch".flow(folder)
    local made, message = require "dispatch.demo.repository".make(folder, flow.workers)
    if not made then return fail(message) end
    local desktop <close>, why = require "dispatch.demo.desktop".start(via, folder)
    if not desktop then return fail(why) end
    print(("demo     %s, five workers on %s %s"):format(folder, desktop.via, desktop.where))
    local ok
    ok, message = open_windows(made, desktop, flow.workers)
    local exit
    if ok then exit, message = iterate(made, desktop, script) end
    return exit and told(made, desktop, exit) or fail(message)
end

local function options(argv)
    local o = {}
    for i = 1, #argv, 2 do o[argv[i]:gsub("^%-+", ""):lower()] = argv[i + 1] or "" end
    return o
end

local function run(argv)
    if argv[1] == "--stage" then return require "dispatch.demo.stage".run { table.unpack(argv, 2) } end
    local o = options(argv)
    if o.worker then
        return require "dispatch.demo.worker".run { worker = o.worker, title = o.title, sha256 = o.sha256,
            folder = o.folder, place = math.tointeger(o.place), seconds = 0.4 }
    end
    for name, value in pairs(o) do
        if name ~= "via" and name ~= "folder" and name ~= "flow" then
            io.stderr:write(("dispatch demo: -%s %s: not known here; %s\n"):format(name, value, USAGE))
            return 64
        end
    end
    local folder = o.folder or ("%s/dispatch-demo-%s-%d"):format(settings.temporary_folder(), os.date("%Y%m%d-%H%M%S"),
        host.machine().pid)
    if settings.on_windows then folder = folder:gsub("\\", "/") end
    if file.stat(folder) then return fail(folder .. ": is there already; give a -Folder that is not") end
    return demo(o.via or "auto", folder, o.flow or "run_iter.lua")
end

return { usage = USAGE, summary = "a whole iteration with real windows and sample workers: the self-test", run = run }
