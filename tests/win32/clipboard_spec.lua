-- The clipboard on Windows: who reads our text, and what the user had there.
local clock = require "clock"
local expect = require "expect"
local stage = require "stage"
local test = expect.test

local TITLE = "HITECHOS_A_core_20261122_1"
local within = stage.within

--- A chat with the focus. Answers the desktop, the pin and the puppet.
local function ready(manner)
    local editor = stage.editor(TITLE, manner)
    local desktop = stage.open()
    local pin = stage.pin(desktop, TITLE)
    expect.ok(desktop:focus(pin, within()))
    return desktop, pin, editor
end

local function shows(desktop, pin, text)
    expect.eventually("the field shows " .. text, stage.SECONDS, function()
        return desktop:screen_text(pin) == text
    end)
end

test("what the user had comes back, in all its formats, and stays when we are gone", function()
    stage.puppet("own", "what the user copied: 漢字 🎉\nand more"):await "owned"
    local before = stage.order "formats"
    expect.contains(before, "HTML Format")
    local desktop, pin = ready()
    for _ = 1, 2 do
        expect.equal(desktop:paste(pin, "our text", within()), "whole")
        expect.equal(stage.clipboard(), "our text", "it was handed out")
        desktop:unlock()
        expect.equal(stage.order "formats", before)
    end
    expect.equal(desktop:paste(pin, "our text", within()), "whole")
    desktop:close()
    expect.equal(stage.order "formats", before)
    expect.equal(stage.clipboard(), "what the user copied: 漢字 🎉\nand more")
end)

test("what the user's program only promised comes back as well", function()
    stage.puppet("own", "promised", "late"):await "owned"
    local desktop, pin = ready()
    expect.equal(desktop:paste(pin, "our text", within()), "whole")
    expect.equal(desktop:unsaved(), nil)
    desktop:unlock()
    expect.equal(stage.clipboard(), "promised")
    expect.contains(stage.order "formats", "a format of my own 6 ")
end)

test("of more than 64 MiB what does not come back is told", function()
    stage.puppet("own", "some text", "big"):await "owned"
    local desktop, pin = ready()
    expect.equal(desktop:paste(pin, "our text", within()), "whole")
    expect.contains(desktop:unsaved(), "could be saved and will come back: it has more than 64 MiB")
    desktop:unlock()
    expect.equal(stage.clipboard(), "some text")
    expect.lacks(stage.order "formats", "a big format")
end)

test("an empty clipboard is empty again", function()
    stage.order "empty"
    local desktop, pin = ready()
    expect.equal(desktop:paste(pin, "our text", within()), "whole")
    desktop:unlock()
    expect.equal(stage.order "formats", "")
end)

test("something newer on the clipboard is never written over", function()
    stage.puppet("own", "old"):await "owned"
    local desktop, pin = ready()
    expect.equal(desktop:paste(pin, "our text", within()), "whole")
    stage.puppet("own", "newer"):await "owned"
    desktop:unlock()
    expect.equal(stage.clipboard(), "newer")
end)

test("a program that reads the clipboard whenever it changes gets nothing and proves nothing", function()
    local manager = stage.puppet "manager"
    manager:await "listens"
    local desktop, pin = ready "blind"
    local taken, message, code = desktop:paste(pin, "a secret", within(3))
    expect.equal({ taken, code }, { "not", "ETIMEOUT" })
    expect.contains(message, "did not ask for the text")
    manager:await "read 0"
    expect.equal(manager:count "read 8", 0)
    expect.equal(stage.clipboard(), nil, "nor does anybody else")
end)

for _, manner in ipairs { "", "slow" } do
    test("who reads first takes nothing away from the window " .. manner, function()
        local manager = stage.puppet("manager", manner)
        manager:await "listens"
        local desktop, pin = ready()
        for i = 1, 5 do
            expect.equal(desktop:paste(pin, "text " .. i, within()), "whole")
        end
        shows(desktop, pin, "text 1text 2text 3text 4text 5")
    end)
end

test("a program that takes the clipboard away is told, and nothing was handed out", function()
    local desktop, pin = ready "blind"
    stage.puppet "thief":await "listens"
    local taken, message, code = desktop:paste(pin, "our text", within())
    expect.equal({ taken, code }, { "not", "EREFUSED" })
    expect.contains(message, "took the clipboard")
    expect.equal(stage.clipboard(), "stolen")
end)

test("who read it is told: the window itself, or its process by a window that nobody sees", function()
    for manner, reader in pairs { [""] = "window", rich = "window", helper = "process" } do
        local desktop, pin, chat = ready(manner)
        local taken = desktop:paste(pin, "our text", within())
        if manner ~= "rich" or taken == "whole" then -- under Wine a RichEdit does not tell who it is
            expect.equal({ manner, taken, desktop:reader() }, { manner, "whole", reader })
        end
        shows(desktop, pin, "our text")
        chat:stop()
        desktop:close()
    end
end)

test("another window of the same program gets nothing and proves nothing", function()
    local desktop, pin, chat = ready "second"
    local taken, message, code = desktop:paste(pin, "not for the notes", within(1))
    expect.equal({ taken, code, desktop:reader() }, { "not", "ETIMEOUT" })
    expect.contains(message, "Another window of its program asked, and got nothing: 'notes'")
    chat:await "read 0"
end)

test("a window that does not tell who it is gets the text, and proves nothing", function()
    local desktop, pin = ready "nameless"
    expect.equal(desktop:paste(pin, "our text", within()), "unknown")
    expect.equal(desktop:reader(), nil)
    shows(desktop, pin, "our text")
end)

test("a reader who does not tell who it is, and no time to wait for another: not known", function()
    local desktop, pin = ready "nameless"
    local options = within(0.25) -- less than is waited for the window after somebody nameless
    local taken, message = desktop:paste(pin, "our text", options)
    if taken ~= "not" then -- a machine that was too slow for the chord
        expect.equal({ taken, message }, { "unknown" })
    end
end)

test("that somebody nameless had read it is told where the window goes", function()
    local desktop, pin = ready "nameless,vanishes"
    local taken, message, code = desktop:paste(pin, "our text", within())
    expect.equal({ taken, code }, { "unknown", "EGONE" })
    expect.contains(message, "its window was closed; before that somebody who does not tell who it is had read")
end)

test("once the key was taken nobody finds the text on the clipboard", function()
    stage.puppet("own", "the user's"):await "owned"
    local desktop, pin, chat = ready()
    for i = 1, 2 do
        expect.equal(desktop:paste(pin, "text " .. i, within()), "whole")
        expect.equal(stage.clipboard(), "text " .. i, "until then it lies there")
        expect.equal(desktop:key(pin, "Return", within()), "whole")
        expect.equal(stage.clipboard(), nil)
    end
    expect.equal(chat:submitted(), { "text 1", "text 2" })
    desktop:unlock()
    expect.equal(stage.clipboard(), "the user's")
end)

test("a window that reads twice finds an unchanged clipboard", function()
    local desktop, pin, chat = ready "again"
    expect.equal(desktop:paste(pin, "read twice", within()), "whole")
    shows(desktop, pin, "read twice")
    expect.equal(desktop:key(pin, "Return", within()), "whole")
    expect.equal(chat:submitted(), { "read twice" })
end)

test("a clipboard that could not be given back is told, once, and given back later", function()
    stage.puppet("own", "the user's"):await "owned"
    local desktop, pin, chat = ready "hogs"
    expect.equal(desktop:paste(pin, "our text", within()), "whole")
    desktop:unlock()
    local why = desktop:unsaved()
    expect.contains(why, "what was in the clipboard did not come back: another program has the clipboard open")
    expect.contains(why, TITLE)
    expect.equal(desktop:unsaved(), nil)
    chat:stop()
    desktop:unlock()
    expect.equal({ desktop:unsaved() }, {})
    expect.equal(stage.clipboard(), "the user's")
end)

test("a paste that was given up while the owner hung takes nothing when that comes back", function()
    local desktop, pin = ready()
    local owner = stage.puppet("own", "the user's", "slow")
    owner:await "owned"
    local taken, _, code = desktop:paste(pin, "our text", within(0.5))
    expect.equal({ taken, code }, { "not", "ETIMEOUT" })
    owner:await "answered"
    expect.eventually("the thread is free again", stage.SECONDS, function()
        return stage.clipboard() == "the user's"
    end)
    expect.equal(owner:count "lost", 0)
    desktop:close()
    expect.equal(stage.clipboard(), "the user's")
end)

test("a text that was taken counts, also where the chord is said not to have been pressed", function()
    local desktop, pin = ready()
    local pressed
    local function press(chord)
        if pressed then
            expect.ok(desktop:key(pin, chord, within()))
            shows(desktop, pin, "our text")
        end
        return false
    end
    for _, want in ipairs { "not", "whole" } do
        pressed = want == "whole"
        local taken, _, code = desktop:paste(pin, "our text", within(nil, { press = press }))
        expect.equal({ taken, code }, { want, "EREFUSED" })
    end
end)

test("a clipboard that another program keeps open is waited for until the deadline", function()
    local desktop, pin = ready()
    local holder = stage.puppet "hold"
    holder:await "held"
    local taken, message, code = desktop:paste(pin, "our text", within(0.3))
    expect.equal({ taken, code }, { "not", "EREFUSED" })
    expect.contains(message, "has the clipboard open")
    holder:stop()
    expect.equal(desktop:paste(pin, "our text", within()), "whole")
end)

test("an owner that hangs costs a deadline, and not the program", function()
    local desktop, pin = ready()
    local owner = stage.puppet("own", "old", "hang")
    owner:await "owned"
    local began = clock.now()
    local taken, message, code = desktop:paste(pin, "our text", within(1))
    expect.equal({ taken, code }, { "not", "ETIMEOUT" })
    expect.contains(message, "does not hand out")
    expect.truthy(clock.now() - began < 10)
    owner:stop()
    expect.eventually("the clipboard free again", stage.SECONDS, function()
        return desktop:paste(pin, "our text", within()) == "whole"
    end)
end)

test("histories and other machines are told to leave the text alone", function()
    local desktop, pin = ready()
    expect.equal(desktop:paste(pin, "our text", within()), "whole")
    local formats = stage.order "formats"
    for _, mark in ipairs { "ExcludeClipboardContentFromMonitorProcessing", "CanIncludeInClipboardHistory",
        "CanUploadToCloudClipboard" } do
        expect.contains(formats, mark .. " 4 0\n")
    end
end)
