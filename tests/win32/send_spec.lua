-- Prompts into windows of Windows: found, focused, pasted with proof, submitted, and what each receipt says.
local expect = require "expect"
local sending = require "sending"
local stage = require "stage"
local test = expect.test

local TITLE = sending.TITLE
local within = stage.within

local function send(text, options)
    return sending.send(text, { "-Via", "win32", table.unpack(options or {}) })
end

for _, manner in ipairs { "", "rich", "slow", "rich,slow" } do
    test("a chat that can be read proves that it took the prompt: " .. (manner == "" and "plain" or manner), function()
        local chat = stage.editor(TITLE, manner)
        local text = stage.text(4096)
        local exit, out = send(text)
        expect.contains(out, TITLE .. "  submitted: the text left the composer")
        expect.equal(exit, 0)
        expect.equal(chat:submitted(), { text })
    end)
end

test("a prompt of 40 KB arrives whole", function()
    local chat = stage.editor(TITLE)
    local text = stage.text(40 * 1024)
    local exit, out = send(text)
    expect.contains(out, TITLE .. "  submitted")
    expect.equal(exit, 0)
    expect.equal(chat:submitted()[1], text)
end)

test("a first key that is swallowed is pressed again, and the text is not pasted again", function()
    local chat = stage.editor(TITLE, "twice")
    local exit, out = send "once"
    expect.contains(out, "submitted")
    expect.equal({ exit, chat:submitted(), chat:count "paste" }, { 0, { "once" }, 1 })
end)

test("a chat that swallows every key did not take the prompt", function()
    local chat = stage.editor(TITLE, "deaf")
    local exit, out = send "lost"
    expect.contains(out, "not_submitted: the text is still in the composer after 3 keys")
    expect.equal({ exit, chat:submitted(), chat:count "enter" }, { 2, {}, 3 })
end)

test("Ctrl+Enter submits where that is asked for", function()
    local chat = stage.editor(TITLE, "ctrl")
    local exit, out = send("by ctrl", { "-SendMode", "ctrl_enter" })
    expect.contains(out, "submitted")
    expect.equal({ exit, chat:submitted() }, { 0, { "by ctrl" } })
end)

sending.never_submitted({
    { "vanishes", "closed before it asked for the text" },
    { "renames", "the title of its window is now 'something else'" },
    { "leaves", "the keys go to another window, 'in the way'" },
    { "blind", "did not ask for the text" },
    { "button", "takes no text" },
}, send)

test("where only the process is known to have read it the receipt says so", function()
    stage.editor(TITLE, "helper,drawn")
    local exit, out = send "by a helper"
    expect.contains(out, "unobservable, paste=whole: its process took the whole text by a window that is not seen, "
        .. "and the window the key")
    expect.equal(exit, 0)
end)

local MANY = "a prompt\nof several lines, longer than thirty characters"
for _, row in ipairs {
    { "spoken", MANY, "submitted: the text left the composer" },
    { "spoken", "one line", "unobservable, paste=whole: the program read the whole text and the key" },
    { "spoken,deaf", MANY, "unobservable" }, { "spoken,ctrl,line", "one line", "unobservable" },
    { "spoken,ctrl,line", MANY, "unobservable" }, { "spoken,short", MANY, "unobservable" },
    { "spoken,decorated", MANY, "unobservable" }, { "spoken,readonly", MANY, "unobservable" },
    { "spoken,mute", MANY, "unobservable" },
} do
    local manner, text, says = table.unpack(row)
    test(("what a field tells of itself proves no more than it can: %s, %d bytes"):format(manner, #text), function()
        local chat = stage.editor(TITLE, manner)
        local exit, out, err = send(text)
        expect.contains(out .. err, TITLE .. "  " .. says)
        expect.equal(exit, 0)
        local takes = not manner:find "deaf" and not manner:find "ctrl"
        expect.equal(chat:submitted(), takes and { text } or {})
    end)
end

test("a field that never answers what stands in it costs a moment, and is not asked again", function()
    local chat = stage.editor(TITLE, "spoken,mute")
    local desktop = stage.open()
    local pin = stage.pin(desktop, TITLE)
    expect.ok(desktop:focus(pin, within()))
    expect.refused("ETIMEOUT", "does not tell", desktop:told_text(pin))
    for _ = 1, 3 do
        expect.refused("EUNSUPPORTED", "cannot be asked", desktop:told_text(pin))
    end
    expect.equal(chat:count "asked", 1)
    expect.equal(desktop:paste(pin, "text", within()), "whole")
    expect.equal(desktop:key(pin, "Return", within()), "whole")
    expect.eventually("the text", stage.SECONDS, function()
        return chat:submitted()[1] == "text"
    end)
end)

test("a clipboard that does not come back is told by the run", function()
    stage.puppet("own", "the user's"):await "owned"
    stage.editor(TITLE, "hogs")
    local exit, out, err = send "kept open"
    expect.contains(out .. err, "what was in the clipboard did not come back: another program has the clipboard open")
    expect.equal(exit, 0)
end)

test("a window that goes with the key is no proof", function()
    stage.editor(TITLE, "dies")
    local exit, out = send "gone"
    expect.lacks(out:gsub("not_submitted", ""), "submitted")
    expect.truthy(exit == 0 and out:find "unobservable" or exit == 2, out)
end)

test("text that somebody wrote there is not sent with ours", function()
    local chat = stage.editor(TITLE)
    local desktop = stage.open()
    local pin = stage.pin(desktop, TITLE)
    expect.ok(desktop:focus(pin, within()))
    expect.ok(desktop:type(pin, "a draft", within()))
    expect.eventually("the draft", stage.SECONDS, function()
        return desktop:screen_text(pin) == "a draft"
    end)
    local exit, _, err = send "ours"
    expect.contains(err, "text is in its composer already: 'a draft'")
    expect.equal({ exit, chat:submitted() }, { 2, {} })
end)

test("a window that never asks for the text is told, whatever it draws", function()
    stage.editor(TITLE, "drawn")
    local exit, out = send "unseen"
    expect.contains(out, "did not ask for the text")
    expect.equal(exit, 2)
end)

test("of two windows with the title none gets the prompt, nor of none", function()
    local exit, _, err = send "nobody"
    expect.equal(exit, 2)
    expect.contains(err, TITLE)
    local one, two = stage.editor(TITLE), stage.editor(TITLE .. " (2)")
    exit, _, err = send "both"
    expect.equal({ exit, one:submitted(), two:submitted() }, { 2, {}, {} })
    expect.contains(err, "2 windows")
end)

test("-FocusKeys put the cursor into the chat before the paste", function()
    local chat = stage.editor(TITLE, "button")
    local exit, out = send("by F6", { "-FocusKeys", "F6" })
    expect.contains(out, TITLE .. "  submitted")
    expect.equal({ exit, chat:submitted() }, { 0, { "by F6" } })
end)

test("Notepad takes a prompt, and is seen not to submit it", function()
    local desktop = stage.open()
    local pin, w = stage.notepad(desktop, TITLE)
    expect.equal(w.app, "notepad.exe")
    local exit, out = send "a prompt\nof two lines"
    expect.contains(out, "not_submitted: the text is still in the composer after 3 keys")
    expect.equal(exit, 2)
    expect.equal(desktop:screen_text(pin), "a prompt\nof two lines\n\n\n")
end)

--- A machine that others use as well may take twice as long as docs/performance.md says, and each has a calm moment.
test("of many sends in a row none is lost, doubled or garbled, and the clipboard comes back", function()
    local laps = sending.many(stage.open(), sending.SENDS)
    print("    " .. sending.told(laps))
    expect.truthy(stage.calmest(laps.ms.seen, 50) < 60, "found, focused, pasted and read back in 60 ms")
end)
