-- Focus and keys on Windows: where they go, and what a person's hands and other programs do meanwhile.
local expect = require "expect"
local stage = require "stage"
local test = expect.test

local TITLE, OTHER = "HITECHOS_A_core_20261122_1", "HITECHOS_B_tooling_20261122_1"
local within = stage.within
local SHIFT, CTRL = "0x10", "0x11"

local function release_after(key)
    expect.after(function()
        stage.order("release", key)
    end)
end

test("the focus comes to the field, however late the frame hands it on", function()
    stage.editor(TITLE, "slow")
    local other = stage.editor(OTHER)
    local desktop = stage.open()
    local pin, away = stage.pin(desktop, TITLE), stage.pin(desktop, OTHER)
    for _ = 1, 3 do
        expect.ok(desktop:focus(away, within()))
        expect.ok(desktop:focus(pin, within()))
        expect.equal(desktop:paste(pin, "x", within()), "whole")
    end
    expect.eventually("all three", stage.SECONDS, function()
        return desktop:screen_text(pin) == "xxx"
    end)
    expect.equal(other:count "paste", 0)
end)

test("a window that draws its own field gets the focus as well", function()
    stage.editor(TITLE, "drawn")
    stage.editor(OTHER)
    local desktop = stage.open()
    local pin = stage.pin(desktop, TITLE)
    expect.ok(desktop:focus(pin, within()))
    expect.refused("EFOCUS", TITLE, desktop:key(stage.pin(desktop, OTHER), "Return", within(0.2)))
end)

test("a button may have the focus until a key moved it on, and never gets a text or the key behind it", function()
    stage.editor(TITLE, "button")
    local desktop = stage.open()
    local pin = stage.pin(desktop, TITLE)
    expect.ok(desktop:focus(pin, within()))
    local taken, message, code = desktop:paste(pin, "text", within(1))
    expect.equal({ taken, code }, { "not", "EFOCUS" })
    expect.contains(message, "Button")
    expect.refused("EFOCUS", "Button", desktop:key(pin, "space", within(1)))
    expect.ok(desktop:focus(pin, within()))
    expect.ok(desktop:key(pin, "F6", within()))
    expect.eventually("the field", stage.SECONDS, function()
        return desktop:paste(pin, "text", within()) == "whole"
    end)
    expect.eventually("the text", stage.SECONDS, function()
        return desktop:screen_text(pin) == "text"
    end)
end)

test("the focus kept by another window is no focus", function()
    stage.editor(TITLE, "shy")
    local desktop = stage.open()
    local pin = stage.pin(desktop, TITLE)
    expect.refused("EFOCUS", "'in the way'", desktop:focus(pin, within(2)))
    expect.refused("EFOCUS", "'in the way'", desktop:key(pin, "F24", within(0.5)))
end)

test("keys go to the pinned window or to nobody", function()
    local editor, other = stage.editor(TITLE), stage.editor(OTHER)
    local desktop = stage.open()
    local pin, away = stage.pin(desktop, TITLE), stage.pin(desktop, OTHER)
    expect.ok(desktop:focus(away, within()))
    expect.refused("EFOCUS", OTHER, desktop:key(pin, "Return", within(0.2)))
    expect.refused("EFOCUS", OTHER, desktop:type(pin, "x", within(0.2)))
    local taken, message, code = desktop:paste(pin, "x", within(0.2))
    expect.equal({ taken, code }, { "not", "EFOCUS" })
    expect.contains(message, OTHER)
    expect.equal(desktop:screen_text(away), "")
    expect.equal({ editor:submitted(), other:submitted() }, { {}, {} })
    expect.refused("EINVAL", "chord", desktop:key(away, "hyper+v", within()))
end)

test("chords arrive as they are written", function()
    local editor = stage.editor(TITLE, "ctrl")
    local desktop = stage.open()
    local pin = stage.pin(desktop, TITLE)
    expect.ok(desktop:focus(pin, within()))
    expect.ok(desktop:type(pin, "one", within()))
    expect.equal(desktop:key(pin, "Return", within()), "whole")
    editor:await "other enter"
    expect.ok(desktop:key(pin, "shift+Home", within()))
    expect.ok(desktop:type(pin, "two", within()))
    expect.ok(desktop:key(pin, "ctrl+Return", within()))
    editor:await "submitted"
    expect.equal(editor:submitted(), { "one\ntwo" })
end)

test("short texts are typed as they are: other letters, signs, tabs", function()
    stage.editor(TITLE)
    local desktop = stage.open()
    local pin = stage.pin(desktop, TITLE)
    local text = "Open Codex Sidebar: {A} ~@# 'é' ß 漢 🎉\tend"
    expect.ok(desktop:focus(pin, within()))
    expect.ok(desktop:type(pin, text, within()))
    expect.eventually("the text", stage.SECONDS, function()
        return desktop:screen_text(pin) == text
    end)
    expect.refused("EINVAL", "U+001B", desktop:type(pin, "\27", within()))
end)

test("a key that a person holds is waited for, and named", function()
    stage.editor(TITLE)
    local desktop = stage.open()
    local pin = stage.pin(desktop, TITLE)
    expect.ok(desktop:focus(pin, within()))
    release_after(SHIFT)
    stage.order("press", SHIFT)
    expect.refused("EFOCUS", "left Shift is held", desktop:key(pin, "a", within(0.3)))
    local taken, _, code = desktop:paste(pin, "text", within(0.3))
    expect.equal({ taken, code }, { "not", "EFOCUS" })
    local hand = stage.puppet("later", "release", SHIFT, "300")
    expect.equal(desktop:key(pin, "a", within()), "whole")
    hand:await "done"
    expect.eventually("a small a", stage.SECONDS, function()
        return desktop:screen_text(pin) == "a"
    end)
end)

test("a key is seen to be taken before the focus goes elsewhere: of 200 in quick turns none is lost", function()
    local windows = {}
    for i = 1, 2 do
        local title = ("HITECHOS_W%d_20261122_1"):format(i)
        windows[i] = { chat = stage.editor(title), title = title, want = {} }
    end
    local desktop = stage.open()
    for _, w in ipairs(windows) do
        w.pin = stage.pin(desktop, w.title)
    end
    for n = 1, 200 do
        local w = windows[n % 2 + 1]
        expect.ok(desktop:focus(w.pin, within()))
        expect.equal({ desktop:paste(w.pin, "text " .. n, within()) }, { "whole" })
        expect.equal(desktop:key(w.pin, "Return", within()), "whole")
        table.insert(w.want, "text " .. n)
    end
    for _, w in ipairs(windows) do
        expect.eventually("all of " .. w.title, stage.SECONDS, function()
            return #w.chat:submitted() >= #w.want
        end)
        expect.equal(w.chat:submitted(), w.want)
    end
end)

test("no key of ours stays down", function()
    stage.editor(TITLE)
    local desktop = stage.open()
    local pin = stage.pin(desktop, TITLE)
    expect.ok(desktop:focus(pin, within()))
    for _, chord in ipairs { "ctrl+shift+F13", "alt+F14", "ctrl+v" } do
        desktop:key(pin, chord, within())
    end
    expect.ok(desktop:key(pin, "a", within(1)), "none is held")
    for _, key in ipairs { SHIFT, CTRL, "0x12", "0x5b", "0xe8" } do
        expect.equal(stage.order("state", key), "up\n", key)
    end
end)

