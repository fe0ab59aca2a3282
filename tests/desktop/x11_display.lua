--- x11_display - a display of a test's own: Xvfb, with openbox or without a window manager, and programs on it.
--- All of it ends with the test.
local clock = require "clock"
local expect = require "expect"
local puppets = require "puppets"
local window = require "window"

local M = setmetatable({}, { __index = puppets })

local here = debug.getinfo(1, "S").source:match("^@(.*)/[^/]*$")
local Display = {}
Display.__index = Display

--- Starts a program; ends it after the test. Its output goes into the file `out`.
---@param argv string[]
---@return {child: process.child, out: string}
function Display:spawn(argv, options)
    options = options or {}
    return puppets.spawn(self.folder, argv, { env = self.env, unset = options.unset or { "WINDOWID" },
        input = options.input })
end

function M.puppet_path()
    return (expect.binary():gsub("[^/]*$", "") .. "tests/puppet")
end

--- Starts a puppet (puppet.c): display:puppet("own", "CLIPBOARD", "text")
function Display:puppet(verb, ...)
    return puppets.puppet(self:spawn { M.puppet_path(), verb, ... }, verb)
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
    local display = setmetatable({ folder = expect.folder(), env = {} }, Display)
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

return M
