--- x11_display - a display of a test's own: Xvfb, with openbox or without a window manager, and programs on it.
--- All of it ends with the test.
local clock = require "clock"
local expect = require "expect"
local process = require "process"
local window = require "window"

local M = {}

M.SECONDS = 20 -- for whatever a test waits for; a loaded machine is slow

local here = debug.getinfo(1, "S").source:match("^@(.*)/[^/]*$")
local Display = {}
Display.__index = Display

--- Starts a program; ends it after the test. Its output goes into the file `out`.
---@param argv string[]
---@return {child: process.child, out: string}
function Display:spawn(argv, options)
    options = options or {}
    self.spawned = self.spawned + 1
    local out = ("%s/out.%d"):format(self.folder, self.spawned)
    local child = expect.ok(process.spawn(argv, { env = self.env, unset = options.unset or { "WINDOWID" }, out = out,
        err = out .. ".err", input = options.input }))
    expect.after(function()
        child:kill(clock.now() + 2)
        child:close()
    end)
    return { child = child, out = out }
end

local Puppet = {}
Puppet.__index = Puppet

--- What it said so far.
function Puppet:said()
    return expect.read(self.out) or ""
end

--- Waits until it said this line (a pattern); answers its captures.
function Puppet:await(pattern)
    return expect.eventually("puppet " .. self.verb .. " says " .. pattern, M.SECONDS, function()
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

function M.puppet_path()
    return (expect.binary():gsub("[^/]*$", "") .. "tests/puppet")
end

--- Starts a puppet (puppet.c): display:puppet("own", "CLIPBOARD", "text")
function Display:puppet(verb, ...)
    local started = self:spawn { M.puppet_path(), verb, ... }
    started.verb = verb
    return setmetatable(started, Puppet)
end

--- Runs one to its end. Answers its output and its exit status.
function Display:order(verb, ...)
    local run = expect.run { M.puppet_path(), verb, env = self.env, seconds = M.SECONDS, ... }
    return run.out, run.exit
end

--- What a paste elsewhere would give: the text, or nil.
function Display:clipboard(selection, target)
    local out, exit = self:order("read", selection or "CLIPBOARD", target or "UTF8_STRING")
    return exit == 0 and out or nil
end

--- An xterm with a reader in it; answers the path of what it was given.
function Display:xterm(title, extra)
    expect.need "xterm"
    local path = ("%s/%s.txt"):format(self.folder, title)
    local argv = { "xterm", "-u8", "-geometry", "60x8" }
    for _, word in ipairs(extra or {}) do
        argv[#argv + 1] = word
    end
    for _, word in ipairs { "-e", expect.binary(), here .. "/reader.lua", path, title } do
        argv[#argv + 1] = word
    end
    self:spawn(argv)
    return path
end

--- A GTK 3 text view; answers the path of what stands in it.
---@param dialog? string title of a modal dialog before it
function Display:editor(title, dialog)
    local python = "/usr/bin/python3" -- the system's: another one has no python3-gi
    if expect.run({ python, "-c", "import gi; gi.require_version('Gtk', '3.0')" }).exit ~= 0 then
        expect.skip "python3-gi with GTK 3 is not installed"
    end
    local path = ("%s/%s.txt"):format(self.folder, title)
    self:spawn { python, here .. "/editor.py", path, title, dialog }
    return path
end

--- The back end on this display; closed after the test.
function Display:open()
    local desktop = expect.ok(window.open("x11", self.name))
    expect.after(function()
        desktop:close()
    end)
    return desktop
end

--- Waits for the window with this title. Answers its pin and the window.
function M.pin(desktop, title)
    local found
    expect.eventually("a window " .. title, M.SECONDS, function()
        for _, w in ipairs(expect.ok(desktop:list())) do
            if w.title == title then
                found = w
            end
        end
        return found
    end)
    return { id = found.id, pid = found.pid, token = title }, found
end

--- For options of desktop calls.
function M.within(seconds, options)
    options = options or {}
    options.deadline = clock.now() + (seconds or M.SECONDS)
    return options
end

--- Waits until the file is exactly this.
function M.await_file(path, want)
    local deadline = clock.now() + M.SECONDS
    while expect.read(path) ~= want and clock.now() < deadline do
        require("wait").sleep(clock.now() + 0.005)
    end
    expect.equal(expect.read(path), want, path)
end

--- What a program in a terminal reads of a paste with brackets, and of Return after it.
function M.bracketed(text)
    return "\27[200~" .. text:gsub("\n", "\r") .. "\27[201~\r"
end

--- Starts a display.
---@param options? {manager?: boolean, screen?: string} manager: with openbox (default)
function M.start(options)
    options = options or {}
    expect.need "Xvfb"
    local display = setmetatable({ folder = expect.folder(), spawned = 0, env = {} }, Display)
    local number = display.folder .. "/number"
    display.server = display:spawn { "sh", "-c",
        'exec Xvfb -displayfd 3 -screen 0 ' .. (options.screen or "1000x700x24") .. ' -nolisten tcp -noreset 3>"$1"',
        "sh", number }
    display.name = ":" .. expect.eventually("Xvfb's number", M.SECONDS, function()
        return (expect.read(number) or ""):match("^(%d+)\n")
    end)
    display.env = { DISPLAY = display.name, LC_ALL = "C.UTF-8" }
    if options.manager ~= false then
        expect.need "openbox"
        local ready = display.folder .. "/managed" -- before that openbox loses windows that come
        display:spawn { "openbox", "--startup", "touch " .. ready }
        expect.eventually("openbox", M.SECONDS, function()
            return expect.read(ready)
        end)
    end
    return display
end

--- A text with everything that gets lost on the way elsewhere: about `bytes` of it.
function M.text(bytes, mark)
    local line = "'single' \"double\" `ticks` $(dollar) \\ back\ttab ~ ünïcödé 漢字 🎉 " .. (mark or "") .. "\n"
    return (line:rep(bytes // #line + 1):gsub("\n$", "")) .. "."
end

return M
