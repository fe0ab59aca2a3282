--- A run in a console as an operator has it: what is drawn there, what is left behind, and what ends it.
local clock = require "clock"
local console = require "console"
local expect = require "expect"
local project = require "project"
local stage = require "stage"
local test = expect.test

--- A run that stands at the stage `launch`. Answers the console, the project, and the name that programs.lives() has.
--- stubborn: the stage does not end when it is asked to, and has the file NAME.up open.
local function run_that_stands(stubborn)
    local at = project.iteration(nil, project.WORKERS)
    local name = at.root .. "/stage"
    expect.write(at.root .. "/factory.lua", "for _, name in ipairs { 'clock', 'file', 'lock', 'wait' } do "
        .. "_G[name] = require(name) end " .. expect.lives(name))
    local factory = stubborn and ("'%s' stubborn '%s.up'"):format(stage.puppet_path, name)
        or ("'%s' '%s/factory.lua'"):format(expect.binary(), at.root)
    local shown = console.start { expect.binary(), "run_iter.lua", "-RunId", at.run_id, "-Root", at.root, "-Via",
        "fake:" .. at.root .. "/desktop.lua", "-Factory", factory }
    expect.eventually("the stage is at work", stage.SECONDS, function() return expect.read(name .. ".up") end)
    return shown, at, name
end

test("the view is drawn in UTF-8; afterwards it stands there, and the console is as it was", function()
    local shown, at, name = run_that_stands()
    shown:await "\n ✓ validate_prompts  [^\n]*\n ▸ launch +[%d.]+ m?s\n · open_worktrees\n"
    local _, _, page, mode = shown:state():find "out (%d+) (%x+)$"
    expect.equal(page, "65001")
    expect.equal(tonumber(mode, 16) & 4, 4, "ENABLE_VIRTUAL_TERMINAL_PROCESSING")
    expect.write(name .. ".stop", "")
    local status, after = shown:ended()
    expect.equal(status, 0)
    expect.equal(after, shown:before())
    local screen = shown:screen()
    expect.matches(screen, "^\ndispatch 20261122_1 [^\n]*\n ✓ validate_run_id ")
    expect.matches(screen, "\n ✓ report [^\n]*\n\n   A_core +done +submitted\n")
    expect.contains(screen, "\nPASS (rehearsal)\nreport: " .. at.root)
    expect.equal(select(2, screen:gsub("validate_run_id", "")), 1)
    expect.lacks(screen, "\27")
end)

test("Ctrl-C ends it with a report: the stage has ended, and the console is as it was", function()
    local shown, at, name = run_that_stands()
    shown:type("", "Ctrl+C")
    local status, after = shown:ended()
    expect.equal(status, 130)
    expect.equal(after, shown:before())
    expect.falsy(expect.alive(name))
    expect.contains(expect.read(at:report()), "| launch | **interrupted** |")
    expect.contains(shown:screen(), "\nINTERRUPTED at launch (rehearsal)\ninterrupted by SIGINT\n")
end)

test("closing the console ends it with a report, sooner than a Ctrl-C where somebody does not want to end", function()
    local took = {}
    for _, how in ipairs { "Ctrl+C", "close" } do
        local shown, at, name = run_that_stands(true)
        local from = clock.now()
        if how == "close" then
            shown:close()
        else
            shown:type("", how)
        end
        shown:ended()
        took[how] = clock.now() - from
        expect.contains(expect.read(at:report()), "| launch | **interrupted** |")
        expect.ok(os.remove(name .. ".up"))       -- whoever had it open has ended
    end
    expect.truthy(took.close < took["Ctrl+C"] - 1, expect.show(took))
end)

for via, what in pairs { win32 = "gives the user's clipboard back", ahk = "ends AutoHotkey, too" } do
    test("closing the console in the middle of a send " .. what, function()
        local title = "HITECHOS_A_core_20261122_1"
        local prompt, ahk = stage.folder() .. "/prompt.txt", stage.folder() .. "/AutoHotkey.exe"
        expect.write(prompt, "Do it.\n")
        expect.write(ahk, expect.read(os.getenv "DISPATCH_AHK" .. "/AutoHotkeyV2.exe"))
        local owner = stage.puppet("own", "what the user copied")
        owner:await "owned"
        stage.editor(title, "blind")               -- it never asks for what is pasted
        local shown = console.start { expect.binary(), "send", title, prompt, "-Via", via, "-AhkExe", ahk }
        owner:await "lost"
        expect.equal(os.remove(ahk) == nil, via == "ahk", "it runs, and cannot be removed")
        shown:close()
        shown:ended()
        expect.equal(stage.clipboard(), "what the user copied")
        expect.eventually("AutoHotkey has ended", stage.SECONDS, function()
            return via == "win32" or os.remove(ahk)
        end)
    end)
end
