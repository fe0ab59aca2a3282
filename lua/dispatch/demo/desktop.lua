-- desktop.lua: where the demo's five windows stand: X11 on the display that is given, else an Xvfb of our own, else
-- tmux. On Windows: its desktop.

local clock = require "clock"
local file = require "file"
local host = require "host"
local process = require "process"
local settings = require "dispatch.settings"
local wait = require "wait"
local window = require "window"

local M = {}

local SECONDS = 20                    -- for a server to come up
local GRACE = settings.on_windows and 0 or 2     -- seconds for a program to end: windows of Windows hear of no request
local COLUMNS, ROWS = 78, 14
local CELL_W, CELL_H = 8, 17          -- of the font below, pixels: only to lay the windows out

local function found(program)
    local result = process.run({ program, "-version" }, { deadline = clock.now() + 5 })
    return result ~= nil
end

---The command of one worker, as an argv.
local function worker_argv(made, worker, title, i)
    return { assert(host.executable()), "demo", "--worker", worker, "--title", title,
        "--sha256", made.sha256[worker], "--folder", made.root, "--place", tostring(i) }
end

local Desktop = {}
Desktop.__index = Desktop
Desktop.__close = function(self) self:close() end

function Desktop:spawn(argv, options)
    options = options or {}
    options.env = self.env
    local child, message, code = process.spawn(argv, options)
    if child then table.insert(self.children, 1, child) end
    return child, message, code
end

---Ends what was opened, last first.
function Desktop:close()
    wait.resume()                     -- Ctrl-C ends the tmux server, too
    for _, child in ipairs(self.children) do
        child:kill(clock.now() + GRACE)
        child:close()
    end
    if self.via == "tmux" then
        process.run({ "tmux", "-S", self.where, "kill-server" }, { deadline = clock.now() + 5 })
    end
end

---Waits until window.probe() finds the server.
function Desktop:await_server(via)
    local deadline = clock.now() + SECONDS
    while not window.probe(via, self.where) do
        if clock.now() > deadline then return nil, via .. ": the server did not come up" end
        local ok, message, code = wait.sleep(clock.now() + 0.02)
        if not ok then return nil, message, code end
    end
    return true
end

local x11 = {}

---Openbox, where it is installed; up before the first window comes, since it loses those that come while it starts.
function x11.manage(self, sign)
    if not found "openbox" then return true end
    local manager, message = self:spawn({ "openbox", "--startup", "touch " .. sign })
    if not manager then return nil, message end
    local ready <close> = assert(wait.file(sign))
    local source, why = wait.any({ ready, manager }, clock.now() + SECONDS)
    if source == ready then return true end
    return nil, "openbox: " .. (source and "it ended" or why)
end

function x11.start(self, scratch)
    if self.where then return true end
    local number = scratch .. "/display"
    local server, message = self:spawn({ "sh", "-c",
        'exec Xvfb -displayfd 3 -screen 0 1400x860x24 -nolisten tcp 3>"$1"', "sh", number },
        { err = scratch .. "/xvfb.log" })
    if not server then return nil, message end
    local ready, deadline = wait.file(number), clock.now() + SECONDS
    repeat
        local source, why = wait.any({ ready, server }, deadline)
        if not source then return nil, "Xvfb: " .. why end
        if source == server then return nil, "Xvfb ended: " .. (file.read(scratch .. "/xvfb.log") or "") end
        self.where = (file.read(number) or ""):match("^(%d+)\n")
    until self.where
    ready:close()
    self.where = ":" .. self.where
    self.env = { DISPLAY = self.where, LC_ALL = "C.UTF-8" }
    local up, why = self:await_server("x11")
    if not up then return nil, why end
    return x11.manage(self, scratch .. "/managed")
end

function x11.open(self, made, worker, title, i)
    local x, y = ((i - 1) % 2) * (COLUMNS * CELL_W + 40), ((i - 1) // 2) * (ROWS * CELL_H + 40)
    local argv = { "xterm", "-u8", "-fa", "Monospace", "-fs", "9", "-T", title,
        "-geometry", ("%dx%d+%d+%d"):format(COLUMNS, ROWS, x, y), "-e" }
    for _, word in ipairs(worker_argv(made, worker, title, i)) do argv[#argv + 1] = word end
    return self:spawn(argv, { cwd = made.root })
end

function x11.picture(self, path)
    local desktop <close>, message = window.open("x11", self.where)
    if not desktop then return nil, message end
    local ok, why = desktop:screenshot(nil, path .. ".png")
    return ok and path .. ".png", why
end

local tmux = {}

function tmux.start(self, scratch)
    self.where = scratch .. "/tmux"
    return true
end

function tmux.open(self, made, worker, title, i)
    local argv = { "tmux", "-S", self.where, "-f", "/dev/null" }
    local verb = i == 1 and { "new-session", "-d", "-s", "demo", "-x", "100", "-y", "30" }
        or { "new-window", "-d", "-t", "demo:" }
    for _, word in ipairs(verb) do argv[#argv + 1] = word end
    for _, word in ipairs { "-c", made.root, "-n", title, "--" } do argv[#argv + 1] = word end
    for _, word in ipairs(worker_argv(made, worker, title, i)) do argv[#argv + 1] = word end
    local result, message = process.run(argv, { env = self.env, deadline = clock.now() + SECONDS })
    if not result then return nil, message end
    if result.exit ~= 0 then return nil, "tmux: " .. result.err end
    return true
end

---tmux has no picture: the visible text of every pane instead.
function tmux.picture(self, path)
    local desktop <close>, message = window.open("tmux", self.where)
    if not desktop then return nil, message end
    local pages = {}
    for _, w in ipairs(desktop:list()) do
        pages[#pages + 1] = "== " .. w.title .. "\n" .. desktop:screen_text { id = w.id, pid = w.pid, token = w.title }
    end
    local ok, why = file.write(path .. ".txt", table.concat(pages, "\n"))
    return ok and path .. ".txt", why
end

local win32 = {}

function win32.start() return true end

function win32.open(self, made, worker, title, i)
    return self:spawn(worker_argv(made, worker, title, i), { cwd = made.root })
end

function win32.picture(_, path)
    local desktop <close>, message = window.open "win32"
    if not desktop then return nil, message end
    local ok, why = desktop:screenshot(nil, path .. ".png")
    return ok and path .. ".png", why
end

local KIND = { x11 = x11, tmux = tmux, win32 = win32, ahk = win32 }

---What the demo can use here.
---@param via "auto"|"x11"|"tmux"|"win32"|"ahk"
---@return string? kind, string? display_or_message    display: the one that is given already
local function choose(via)
    if settings.on_windows then return via == "ahk" and "ahk" or "win32" end
    local display = settings.display()
    local xterm = via ~= "tmux" and found "xterm"
    if xterm and display and window.probe("x11", display) then return "x11", display end
    if xterm and found "Xvfb" then return "x11" end
    if via ~= "x11" and found "tmux" then return "tmux" end
    return nil, "the demo needs windows: install xterm and xvfb, or tmux (./dev demo does it)"
end

---@param via "auto"|"x11"|"tmux"|"win32"|"ahk"
---@param scratch string              a folder of ours, for sockets and logs
---@return table? desktop             {via, where, env, open(made, worker, title, i), picture(path), close()}
---@return string? message
function M.start(via, scratch)
    local kind, where = choose(via)
    if not kind then return nil, where end
    local self = setmetatable({ via = kind, where = where, children = {}, env = { LC_ALL = "C.UTF-8" } }, Desktop)
    self.open, self.picture = KIND[kind].open, KIND[kind].picture
    local ok, message = KIND[kind].start(self, scratch)
    if ok then return self end
    self:close()
    return nil, message
end

return M
