--- leftovers - what a run leaves behind when it ends: nothing but its report, logs and journal.
---
---     local leftovers = require "leftovers".before(it)      -- makes a clipboard of the user's, looks around
---     …                                                     -- a run of the iteration
---     leftovers:check()
local clock = require "clock"
local expect = require "expect"
local file = require "file"
local lfs = require "lfs"
local iteration = require "iteration"

local M = {}
M.__index = M

--- Processes that inherited this folder's mark in their environment, as /proc/PID.
---@param root string
function M.processes(root)
    local found = {}
    for name in lfs.dir("/proc") do
        local environ = name:find("^%d+$") and expect.read("/proc/" .. name .. "/environ")
        if environ and (environ .. "\0"):find(iteration.MARK .. "=" .. root .. "\0", 1, true) then
            found[#found + 1] = "/proc/" .. name
        end
    end
    return found
end

--- The process that keeps the user's clipboard: it has left everything else behind.
local function is_keeper(proc)
    if file.real(proc .. "/cwd") ~= "/" then return false end
    for fd in lfs.dir(proc .. "/fd") do
        local target = fd:find("^%d+$") and lfs.symlinkattributes(proc .. "/fd/" .. fd, "target")
        if target and target ~= "/dev/null" and not target:find("^socket:") and not target:find("/fd$") then
            return false
        end
    end
    return true
end

local function command_of(proc) return ((expect.read(proc .. "/cmdline") or ""):gsub("%z", " ")) end

local SELECTIONS = { "CLIPBOARD", "PRIMARY" }

local function user_copies(display, what)
    for _, selection in ipairs(SELECTIONS) do
        display:puppet("own", selection, what .. " in " .. selection):await "owned"
    end
end

function M.before(it)
    local self = setmetatable({ it = it, display = it.place.display, server = it.place.server }, M)
    if self.display then
        user_copies(self.display, "the user's")
        self.map = self.display:order "map"
    end
    if self.server then
        self.server:run("set-buffer", "-b", "users", "the user's")
        self.buffers = self.server:run("list-buffers")
        self.clients = self.server:run("list-clients")
    end
    return self
end

local function check_display(self)
    local display = self.display
    for _, selection in ipairs(SELECTIONS) do
        expect.equal(display:clipboard(selection), "the user's in " .. selection)
    end
    expect.equal(display:order "state", "held 0 locks 0 group 0\n", "the keyboard")
    expect.equal(display:order "map", self.map, "the keyboard's map")
    local desktop = display:open()
    expect.ok(desktop:lock(clock.now()))
    desktop:unlock()
    user_copies(display, "newer") -- the keeper has nothing to keep any more
    expect.eventually("the clipboard's keeper ends", 10, function() return #M.processes(self.it.root) == 0 end)
    for _, selection in ipairs(SELECTIONS) do expect.equal(display:clipboard(selection), "newer in " .. selection) end
end

local function check_server(self)
    expect.equal(self.server:run("list-buffers"), self.buffers, "tmux buffers")
    expect.equal(self.server:run("list-clients"), self.clients, "tmux clients")
end

--- Waits until nothing of it is at work but the clipboard's keeper.
function M:ended()
    expect.eventually("its processes end", iteration.SECONDS, function()
        for _, proc in ipairs(M.processes(self.it.root)) do
            if not (self.display and is_keeper(proc)) then return false end
        end
        return true
    end)
end

--- All that may be left over, what a test says about it first.
function M:check(what)
    local it = self.it
    for _, proc in ipairs(M.processes(it.root)) do
        expect.truthy(self.display and is_keeper(proc), ("%s: still there: %s"):format(what, command_of(proc)))
    end
    it:expect_tidy(what)
    if self.display then check_display(self) end
    if self.server then check_server(self) end
end

return M
