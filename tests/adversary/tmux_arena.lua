--- tmux_arena - panes of a private server, each with an agent in it. A bystander has almost the same title.
local expect = require "expect"
local targets = require "targets"
local tmux_server = require "tmux_server"

local M = { readable = true }

-- Methods of a scene: not every one of them needs to look at it.
-- luacheck: no self
local Scene = {}
Scene.__index = Scene

local function quoted(words)
    local list = {}
    for i, word in ipairs(words) do list[i] = tmux_server.quoted(word) end
    return table.concat(list, " ")
end

local function open_pane(title, log, spec, name)
    local line = quoted(targets.command(log, title, spec, M.server.folder))
    local stops = spec.manner and spec.manner.stop -- tmux lets its own children go on at once
    line = spec.shell and line .. "; exec sh -i" or stops and line .. "; :" or "exec " .. line
    local pane = M.server:pane { run = line, name = name }
    return pane, targets.await_ready(log)
end

function M.open()
    M.server = expect.shared(tmux_server.start)
    M.server:run("set-buffer", "-b", "users", "the user's")
    M.buffers = M.server:run("list-buffers")
    M.near_log = M.server.folder .. "/near.log"
    M.near = expect.shared(function() return (open_pane("near", M.near_log, {}, "near")) end)
    M.flags = { "-Via", "tmux", "-TmuxSocket", M.server.socket, "-WindowReadyTimeout", "5" }
end

---@param sort string                             "tmux"
---@param n integer                               of the send
function M.stage(_, spec, title, n)
    M.server:run("select-pane", "-t", M.near.id, "-T", title .. "0")
    local scene = setmetatable({ title = title, spec = spec, log = ("%s/%d.log"):format(M.server.folder, n) }, Scene)
    scene.pane, scene.pid = open_pane(title, scene.log, spec, "w" .. n)
    expect.eventually("the title of the pane", 20, function()
        return M.server:ask(scene.pane.id, "#{pane_title}") == title
    end)
    return scene
end

local function server(...) return M.server:run(...) end

function Scene:retitle() server("select-pane", "-t", self.pane.id, "-T", "another title") end

---The agent shows it before anything else happens: who types in the very last moment cannot be seen by anybody.
function Scene:type()
    server("send-keys", "-t", self.pane.id, "a")
    expect.eventually("what was typed shows", 20, function()
        return server("capture-pane", "-p", "-t", self.pane.id):find(", 1 typed", 1, true)
    end)
end

function Scene:scroll() server("copy-mode", "-t", self.pane.id) end
function Scene:look_away() server("select-window", "-t", M.near.id) end
function Scene:continue() expect.run { "kill", "-CONT", tostring(self.pid) } end

function Scene:respawn()
    self.second = self.log .. ".second"
    local line = quoted(targets.command(self.second, self.title, {}, M.server.folder))
    server("respawn-pane", "-k", "-t", self.pane.id, "exec " .. line)
    targets.await_ready(self.second)
end

local function mark(pane)
    return function() M.server:try("send-keys", "-t", pane.id, "F12") end
end

---Waits until every program has read what was sent to it.
function Scene:settle()
    targets.settle(M.near_log, mark(M.near))
    if self.second then return targets.settle(self.second, mark(self.pane)) end
    M.server:try("copy-mode", "-q", "-t", self.pane.id)
    targets.settle(self.log, mark(self.pane))
end

function Scene:truth() return targets.truth(self.log) end
function Scene:noted(text) return targets.noted(text) end

---@return string[] problems                      beside what the receipt says
function Scene:leftovers()
    local problems = {}
    for _, log in ipairs { M.near_log, self.second } do
        local got = targets.disturbed(log)
        if got then problems[#problems + 1] = "IN A WRONG PANE: " .. got end
    end
    local buffers = server "list-buffers"
    if buffers ~= M.buffers then problems[#problems + 1] = "buffers are left over: " .. buffers end
    return problems
end

function Scene:close()
    M.server:try("kill-pane", "-t", self.pane.id)
    os.remove(self.log)
end

return M
