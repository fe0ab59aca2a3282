--- stage - Windows' desktop, and programs on it that do what a test needs somebody else to do (puppet.c). All of them
--- end with the test.
local clock = require "clock"
local expect = require "expect"
local process = require "process"
local window = require "window"

local M = {}

M.SECONDS = 30 -- for whatever a test waits for; a loaded machine is slow

if package.config:sub(1, 1) ~= "\\" then
    expect.elsewhere "these tests are for Windows, or Wine: ctest --preset mingw -L win32"
end

M.puppet_path = expect.binary():gsub("[^/\\]*$", "") .. "tests/win32_puppet.exe"

local Puppet = {}
Puppet.__index = Puppet

--- What it said so far.
function Puppet:said()
    return ((expect.read(self.out) or ""):gsub("\r\n", "\n"))
end

--- Waits until it said this line (a pattern); answers its captures.
function Puppet:await(pattern)
    return expect.eventually(("puppet %s says %s"):format(self.verb, pattern), M.SECONDS, function()
        return ("\n" .. self:said()):match("\n" .. pattern .. "\n")
    end)
end

--- How often a line was said.
function Puppet:count(pattern)
    local _, n = ("\n" .. self:said()):gsub("\n" .. pattern .. "%f[\n]", "")
    return n
end

function Puppet:stop()
    self.child:kill(clock.now() + 2)
end

local folder, spawned

--- A folder of this test.
function M.folder()
    if not folder then
        folder, spawned = expect.folder(), 0
        expect.after(function()
            folder = nil
        end)
    end
    return folder
end

--- Starts a program; ends it after the test. Its output goes into the file `out`.
function M.spawn(argv)
    local out = M.folder()
    spawned = spawned + 1
    out = ("%s/out.%d"):format(out, spawned)
    local child = expect.ok(process.spawn(argv, { out = out, err = out .. ".err" }))
    expect.after(function()
        child:kill(clock.now() + 2)
        child:close()
    end)
    return { child = child, out = out }
end

--- Starts a puppet: stage.puppet("own", "text")
function M.puppet(verb, ...)
    local started = M.spawn { M.puppet_path, verb, ... }
    started.verb = verb
    return setmetatable(started, Puppet)
end

--- Runs one to its end. Answers its output and its exit status.
function M.order(verb, ...)
    local run = expect.run { M.puppet_path, verb, seconds = M.SECONDS, ... }
    return (run.out:gsub("\r\n", "\n")), run.exit
end

--- What a paste elsewhere would give: the text, or nil.
function M.clipboard()
    local out, exit = M.order "text"
    return exit == 0 and out or nil
end

--- A chat's window. Answers the puppet; `log` is the path of what was submitted there.
---@param title string
---@param manner? string as in puppet_editor.c
function M.editor(title, manner)
    expect.after(function() -- a window may outlive its process by a moment: the next test must not meet it
        local desktop <close> = expect.ok(window.open "win32")
        expect.eventually("no window " .. title, M.SECONDS, function()
            return not M.find(desktop, title)
        end)
    end)
    local log = ("%s/%s.txt"):format(M.folder(), title:gsub("[^%w_]", "_"))
    local puppet = M.puppet("edit", title, log, manner)
    puppet:await "shown"
    puppet.log = log
    return puppet
end

--- What was submitted there: a list of texts.
function Puppet:submitted()
    local texts = {}
    for text in (expect.read(self.log) or ""):gmatch "([^\30]*)\30" do
        texts[#texts + 1] = text
    end
    return texts
end

--- The back end; closed after the test.
function M.open()
    local desktop = expect.ok(window.open "win32")
    expect.after(function()
        desktop:close()
    end)
    return desktop
end

--- The window with this title, or nil.
function M.find(desktop, title)
    for _, w in ipairs(expect.ok(desktop:list())) do
        if w.title == title then
            return w
        end
    end
end

--- Waits for the window with this title. Answers its pin and the window.
function M.pin(desktop, title)
    local found = expect.eventually("a window " .. title, M.SECONDS, function()
        return M.find(desktop, title)
    end)
    return { id = found.id, pid = found.pid, token = title }, found
end

--- For options of desktop calls.
function M.within(seconds, options)
    options = options or {}
    options.deadline = clock.now() + (seconds or M.SECONDS)
    return options
end

--- A text with everything that gets lost on the way elsewhere: about `bytes` of it.
function M.text(bytes, mark)
    local line = "'single' \"double\" `ticks` $(dollar) \\ back\ttab ~ ünïcödé 漢字 🎉 %PATH% ^ & " .. (mark or "") .. "\n"
    return (line:rep(bytes // #line + 1):gsub("\n$", "")) .. "."
end

return M
