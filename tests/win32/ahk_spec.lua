-- Prompts by AutoHotkey's hands: the real AutoHotkey (PyPI's ahk-binary, for tests alone), real windows.
local clock = require "clock"
local expect = require "expect"
local process = require "process"
local sending = require "sending"
local stage = require "stage"
local window = require "window"
local ahk = require "dispatch.ahk"
local find = require "dispatch.ahk.find"
local hands = require "dispatch.ahk.hands"
local runtime = require "dispatch.ahk.runtime"
local script = require "dispatch.ahk.script"
local test = expect.test

local TITLE = sending.TITLE
local within = stage.within

local folder = assert(os.getenv "DISPATCH_AHK", "DISPATCH_AHK: the folder with AutoHotkeyV2.exe, as ctest sets it")
local V2, V1 = folder .. "/AutoHotkeyV2.exe", folder .. "/AutoHotkey.exe"

local function send(text, exe)
    return sending.send(text, { "-Via", "ahk", "-AhkExe", exe or V2 })
end

---A running script, made of the built-in template or another one, and where it logs.
local function started(template)
    local at = stage.folder()
    local text = expect.ok(runtime.make(template or (runtime.template()), "template",
        { { "RUN_ID", "x" }, { "LOG_FILE", at .. "/AHK_DISPATCH.log" } }))
    expect.write(at .. "/runtime.ahk", text)
    local s = expect.ok(script.start(V2, at .. "/runtime.ahk", at .. "/out", at .. "/err"))
    expect.after(function() s:close() end)
    return s, at
end

---A desktop with AutoHotkey's hands; closed after the test.
local function open(template)
    local s, at = started(template)
    local desktop = hands(expect.ok(window.open "win32"), s)
    expect.after(function() desktop:close() end)
    return desktop, at
end

---The built-in template, changed.
local function template_with(pattern, replacement)
    local text, changes = runtime.template():gsub(pattern, function() return replacement end)
    assert(changes == 1, pattern)
    return text
end

test("which AutoHotkey it is", function()
    expect.equal(find.version(V2), "2.0.18")
    expect.equal(find.version(V1), "1.1.37.02")
    expect.refused("EUNSUPPORTED", "is AutoHotkey 1.1.37.02, and version 2 is needed", find.find(V1))
    expect.refused("ENOENT", "there is no winget", find.ensure(nil, clock.now() + stage.SECONDS))
end)

for _, manner in ipairs { "", "rich,slow" } do
    test("a chat that can be read proves that it took the prompt: " .. (manner == "" and "plain" or manner), function()
        local chat = stage.editor(TITLE, manner)
        local text = stage.text(4096)
        local exit, out, err = send(text)
        expect.contains(out .. err, TITLE .. "  submitted: the text left the composer")
        expect.equal({ exit, chat:submitted() }, { 0, { text } })
    end)
end

sending.never_submitted({
    { "vanishes", "closed before it asked for the text" },
    { "renames", "the title of its window is now 'something else'" },
    { "leaves", "the keys go to another window, 'in the way'" },
    { "blind", "did not ask for the text" },
    { "button", "takes no text" },
}, send)

test("a v1 is refused by its name, and nothing is pasted", function()
    local chat = stage.editor(TITLE)
    local exit, _, err = send("never", V1)
    expect.contains(err, "AutoHotkey 1.1.37.02, and version 2 is needed")
    expect.equal({ exit, chat:submitted() }, { 2, {} })
end)

test("a key that was pressed is taken before the focus goes elsewhere", function()
    local desktop = open()
    local sleepy, other = stage.editor("HITECHOS_W1_20261122_1", "sleepy"), stage.editor "HITECHOS_W2_20261122_1"
    local pins = { stage.pin(desktop, "HITECHOS_W1_20261122_1"), stage.pin(desktop, "HITECHOS_W2_20261122_1") }
    for i = 1, 5 do
        expect.ok(desktop:focus(pins[1], within()))
        expect.equal(desktop:paste(pins[1], "text " .. i, within()), "whole")
        expect.equal(desktop:key(pins[1], "Return", within()), "whole")
        expect.ok(desktop:focus(pins[2], within()))
    end
    expect.equal({ sleepy:submitted(), other:submitted(), other:count "submitted" },
        { { "text 1", "text 2", "text 3", "text 4", "text 5" }, {}, 0 })
end)

test("a text that is typed stands in no log", function()
    local desktop, at = open()
    stage.editor(TITLE)
    local pin = stage.pin(desktop, TITLE)
    expect.ok(desktop:focus(pin, within()))
    local text = ("a secret of 漢字 and 🎉 "):rep(20)
    expect.ok(desktop:type(pin, text, within()))
    expect.eventually("all of it", stage.SECONDS, function() return desktop:screen_text(pin) == text end)
    local log = expect.read(at .. "/AHK_DISPATCH.log")
    expect.matches(log, "type %d+ %(%d+ characters%) %-> done")
    expect.lacks(log .. expect.read(at .. "/out"), "secret")
end)

test("a long text that is typed does not look like a script that hangs", function()
    local desktop, at = open()
    stage.editor(TITLE, "drawn")
    local pin = stage.pin(desktop, TITLE)
    expect.ok(desktop:focus(pin, within()))
    local began = clock.now()
    expect.ok(desktop:type(pin, ("a long text "):rep(4000), within(stage.SECONDS * 4)))
    local took, _, busy = clock.now() - began, expect.read(at .. "/out"):gsub("busy\r?\n", "")
    expect.truthy(busy >= took, ("%d signs of life in %.1f s"):format(busy, took))
end)

test("a title is data: nothing in it is an order or a pattern", function()
    local s, at = started()
    for _, title in ipairs { 'a"b`c%d%', "^{Del}", "ahk_id 1", "ä 漢字" } do
        expect.refused("EGONE", "does not see the window", s:order({ "match", "1", title }, within().deadline))
    end
    expect.contains(expect.read(at .. "/AHK_DISPATCH.log"), 'match 1 a"b`c%d% -> refused EGONE')
end)

test("a script that hangs is ended, and the user's clipboard comes back", function()
    stage.puppet("own", "the user's"):await "owned"
    local desktop = open(template_with("\n    Send keys\n", "\n    Critical\n    loop {\n    }\n"))
    local chat = stage.editor(TITLE)
    local pin = stage.pin(desktop, TITLE)
    expect.ok(desktop:lock(clock.now() + 5))
    expect.ok(desktop:focus(pin, within()))
    local taken, message, code = desktop:paste(pin, "never", within(8))
    expect.equal({ taken, code, chat:submitted() }, { "not", "ETIMEOUT", {} })
    expect.contains(message, "gave no sign of life for 5 s and was ended")
    desktop:unlock()
    expect.equal(stage.clipboard(), "the user's")
end)

test("a script that fails or is killed says so, with its file and line", function()
    local desktop, at = open(template_with("\n    Send keys\n", '\n    Map()["none"]\n'))
    stage.editor(TITLE)
    local pin = stage.pin(desktop, TITLE)
    expect.ok(desktop:focus(pin, within()))
    local word, message, code = desktop:key(pin, "Return", within())
    expect.equal({ word, code }, { "unknown", "EIO" })
    expect.matches(message, "runtime%.ahk, line %d+: Item has no value")
    expect.refused("EIO", "Item has no value", desktop:focus(pin, within()))
    expect.contains(expect.read(at .. "/out"), "failed\t")

    local s = started()
    expect.run { "taskkill", "/F", "/PID", tostring(s.child:pid()), seconds = stage.SECONDS }
    expect.refused("EIO", "", s:order({ "focus", "1" }, within().deadline))
end)

test("a team's own script: arguments, status, output; its mistakes with file and line", function()
    local function run(text, ...)
        local path = stage.folder() .. "/own ä.ahk"
        expect.write(path, "\u{FEFF}#Requires AutoHotkey v2.0\n#NoTrayIcon\n" .. text)
        return ahk.run(path, { ... }, { deadline = clock.now() + stage.SECONDS, exe = V2 })
    end
    local r = expect.ok(run('FileAppend(A_Args[1] "|" A_Args[2], "*", "UTF-8-RAW")\nFileAppend("e", "**")\nExitApp 7',
        "ä b", 'q"x'))
    expect.equal({ r.exit, r.out, r.err }, { 7, 'ä b|q"x', "e" })
    expect.refused("EINVAL", "own ä.ahk, line 3: Missing", run "x := (1")
    expect.refused("EINVAL", "own ä.ahk, line 4: Item has no value", run 'x := Map()\nx["none"]')
    for line, unset in pairs { ["Gibtsnicht()"] = "Gibtsnicht", ["x := nix.foo"] = "nix",
        ["f() => y\nx := f()"] = "y" } do       -- AutoHotkey warns of them while it loads, by default in a dialog
        local message = expect.refused("EINVAL", "own ä.ahk, line 3: This", run(line))
        expect.contains(message, "has not been assigned a value. (" .. unset .. ")")
    end
    expect.refused("ENOENT", "no.ahk", ahk.run("no.ahk", {}, { deadline = clock.now() + 30, exe = V2 }))
end)

test("a team's own script needs nothing but its path: AutoHotkey is the one of the settings", function()
    local path = stage.folder() .. "/own.ahk"
    expect.write(path, "\u{FEFF}#NoTrayIcon\nFileAppend(A_AhkVersion, '*')")
    local function run(exe)
        return expect.run { expect.binary(), "-e", ("print(require 'dispatch.ahk'.run(%q))"):format(path) ..
            ("r = require 'dispatch.ahk'.run(%q) print(r and r.out)"):format(path), seconds = stage.SECONDS,
            env = { FACTORY_AHK_EXE = exe, FACTORY_SEND_MODE = "nonsense" } }
    end
    expect.contains(run(V2).out, "2.0.18")
    expect.matches(run(V1).out, "AutoHotkey 1%.1%.37%.02, and version 2 is needed%s+EUNSUPPORTED")
    expect.matches(run("C:/no/such.exe").out, "FACTORY_AHK_EXE: 'C:/no/such%.exe' cannot be used.*%s+EINVAL")
end)

test("a template of the team's own with a warning in it starts all the same", function()
    local s = started(template_with("\n#NoTrayIcon\n", "\n#NoTrayIcon\nNever() {\n    return nobody_set_it\n}\n"))
    expect.equal(s.version, "2.0.18")
end)

-- Many --------------------------------------------------------------------------------------------------------------

-- As people do it today: a launch for each window, the text on the clipboard, two seconds for the window.
local LAUNCH = [[
#Requires AutoHotkey v2.0
#NoTrayIcon
A_Clipboard := FileRead(A_Args[2], "UTF-8")
if !ClipWait(2)
    ExitApp 3
WinActivate A_Args[1]
if !WinWaitActive(A_Args[1], , 2)
    ExitApp 4
Send "^v"
Sleep 150
Send "{Enter}"
]]

---Launches for three windows of their own. Answers what does one for each, and adds milliseconds to a list.
local function launcher(ms)
    local at, titles = stage.folder(), {}
    expect.write(at .. "/launch.ahk", "\u{FEFF}" .. LAUNCH)
    expect.write(at .. "/launch.txt", stage.text(4096))
    for i = 1, 3 do
        titles[i] = "launched " .. i
        stage.editor(titles[i], "own")
    end
    return function()
        for _, title in ipairs(titles) do
            local began = clock.now()
            local r = expect.ok(process.run({ V2, "/ErrorStdOut=UTF-8", at .. "/launch.ahk", title,
                at .. "/launch.txt" }, within()))
            ms[#ms + 1] = (clock.now() - began) * 1000
            if r.exit ~= 0 then ms.refused = ms.refused + 1 end
        end
    end
end

---Half as many as by ourselves. Both in turn, and the calmest moments of both are compared: most of a launch is
---waiting, which does not take longer where others use the machine as well.
test("of many sends in a row none is lost, doubled or garbled, and each is much faster than a launch", function()
    local launches = { refused = 0 }
    local laps = sending.many(open(), sending.SENDS // 2, launcher(launches))
    local ours, theirs = stage.calmest(laps.ms.whole, 50), stage.calmest(launches, 3)
    print(("    %s\n    a launch for each: %.0f ms; in the calmest moments %.0f beside %.0f ms, %.0f times as long; "
        .. "the focus was refused to %d of %d"):format(sending.told(laps), stage.percentile(launches, 0.5), theirs,
        ours, theirs / ours, launches.refused, #launches))
    expect.truthy(theirs / ours >= 8, "at least 8 times as fast as a launch for each window")
    expect.truthy(ours < 120, "a send in 120 ms: twice what is promised of a calm machine")
end)
