--- A private tmux server for a test, and readers in its panes that write down each byte they get.
--
--     local server = tmux_server.start()
--     local pane = server:reader { title = "HITECHOS_A_core_20261122_1" }
--     desktop:paste(pane.pin, "text", { deadline = clock.now() + 10 })
--     pane:expect("\27[200~text\27[201~")
--
-- The server is ended after the test, and with it all that ran in it.
local expect = require "expect"
local clock, window = require "clock", require "window"

local M = {}
local Server, Pane = {}, {}
Server.__index, Pane.__index = Server, Pane

--- A server with one session, "first", that shows a sleeping program. Window names do not follow programs.
---@return table server  socket: its path
function M.start()
    local server = setmetatable({ tmux = expect.need "tmux", folder = expect.folder(), count = 0 }, Server)
    server.socket = server.folder .. "/socket"
    expect.after(function()
        server:try("kill-server")
    end)
    server:run("start-server", ";", "set-option", "-g", "automatic-rename", "off", ";",
        "new-session", "-d", "-s", "first", "-x", "80", "-y", "24", "exec sleep 1000")
    server:settle("first")
    return server
end

--- Waits until the session's sleeping program has taken the place of the shell that started it.
function Server:settle(session)
    expect.eventually(session .. " sleeps", 10, function()
        return self:ask(session .. ":", "#{pane_current_command}") == "sleep"
    end)
end

--- Runs a tmux command; answers what process.run does.
function Server:try(...)
    local argv = { self.tmux, "-u", "-S", self.socket, "-f", "/dev/null", ... }
    argv.unset = { "TMUX", "TMUX_PANE" }
    return expect.run(argv)
end

--- The same, which must succeed. Answers what it printed, without the last newline.
function Server:run(...)
    local result = self:try(...)
    expect.equal(result.exit, 0, ("tmux %s: %s"):format(table.concat({ ... }, " "), result.err))
    return (result.out:gsub("\n$", ""))
end

--- What a format says of a pane.
function Server:ask(pane, format)
    return self:run("display-message", "-p", "-t", pane, format)
end

--- A desktop on this server; closed after the test.
function Server:desktop()
    local desktop = expect.ok(window.open("tmux", self.socket))
    expect.after(function()
        desktop:close()
    end)
    return desktop
end

--- The options of a call that may take so long; 20 s when nothing is said.
function M.soon(seconds)
    return { deadline = clock.now() + (seconds or 20) }
end

--- What the desktop lists of the pane, or nil.
function M.find(desktop, pane)
    for _, w in ipairs(expect.ok(desktop:list())) do
        if w.id == pane.pin.id then
            return w
        end
    end
end

local function quoted(text)
    return "'" .. text:gsub("'", "'\\''") .. "'"
end
M.quoted = quoted

--- Opens a pane with a shell command, in a window of its own or (`beside`: a pane) in that one's window.
---@param o {run: string, title?: string, beside?: table, session?: string, name?: string, token?: string}
function Server:pane(o)
    local where = o.beside and { "split-window", "-d", "-t", o.beside.id, "-l", "3" }
        or { "new-window", "-d", "-t", (o.session or "first") .. ":", "-n", o.name or "reader" }
    local argv = { table.unpack(where) }
    for _, word in ipairs { "-P", "-F", "#{pane_id} #{pane_pid}", "sh", "-c", o.run } do
        argv[#argv + 1] = word
    end
    local id, pid = expect.matches(self:run(table.unpack(argv)), "^%%(%d+) (%d+)$")
    local pane = setmetatable({ server = self, id = "%" .. id, title = o.title }, Pane)
    pane.pin = { id = math.tointeger(id), pid = math.tointeger(pid), token = o.token or o.title }
    if o.title then
        expect.eventually(o.title .. " is ready", 10, function()
            return self:ask(pane.id, "#{pane_title}") == o.title
        end)
    end
    return pane
end

--- A program that reads its terminal, in a pane; it sets its title when it is ready.
---@param o table title; mode "bracketed" (default), "raw" or "lines"; read = the command that reads from the terminal,
--- default cat; and what pane() takes
function Server:reader(o)
    local modes = {
        bracketed = "stty raw -echo; printf '\\033[?2004h'; ",
        raw = "stty raw -echo; ",
        lines = "stty -echo; ",
    }
    self.count = self.count + 1
    local file = self.folder .. "/read-" .. self.count
    local title = ("printf '\\033]2;%%s\\033\\\\' %s; "):format(quoted(o.title))
    local options = {}
    for key, value in pairs(o) do
        options[key] = value
    end
    options.run = modes[o.mode or "bracketed"] .. title .. "{ " .. (o.read or "exec cat") .. "; } > " .. quoted(file)
    local pane = self:pane(options)
    pane.file = file
    if not o.read then
        expect.eventually("cat reads", 10, function()
            return self:ask(pane.id, "#{pane_current_command}") == "cat"
        end)
    end
    return pane
end

--- The pane's reader got exactly these bytes.
function Pane:expect(bytes)
    local got
    pcall(expect.eventually, "bytes", 10, function()
        got = expect.read(self.file)
        return got and #got >= #bytes
    end)
    expect.equal(got and #got, #bytes, "bytes that arrived")
    expect.truthy(got == bytes, "the bytes that arrived are those that were sent")
end

--- What the pane's reader got so far.
function Pane:got()
    return expect.read(self.file)
end

return M
