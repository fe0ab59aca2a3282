-- Prompts into windows of Windows: found, focused, pasted with proof, submitted, and what each receipt says.
local clock = require "clock"
local expect = require "expect"
local stage = require "stage"
local test = expect.test

local TITLE = "HITECHOS_A_core_20261122_1"
local within = stage.within

--- dispatch send of one text. Answers exit, output, what it said of trouble.
local function send(text, options)
    local path = stage.folder() .. "/prompt.txt"
    expect.write(path, text)
    local argv = { "send", TITLE, path, "-Via", "win32", seconds = stage.SECONDS * 2,
        table.unpack(options or { "-WindowReadyTimeout", "5" }) }
    local run = expect.dispatch(argv)
    return run.exit, run.out, run.err
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

--- What must never be called submitted: manner, what the receipt says, how many texts arrived.
local REFUSED = {
    { "vanishes", "closed before it asked for the text" },
    { "renames", "the title of its window is now 'something else'" },
    { "leaves", "the keys go to another window, 'in the way'" },
    { "blind", "did not ask for the text" },
    { "button", "takes no text" },
}
for _, row in ipairs(REFUSED) do
    test("no prompt is called submitted by a window of this manner: " .. row[1], function()
        local chat = stage.editor(TITLE, row[1])
        local exit, out, err = send "never"
        expect.contains(out .. err, row[2])
        expect.lacks(out:gsub("not_submitted", ""), "submitted")
        expect.equal({ exit, chat:submitted() }, { 2, {} })
    end)
end

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
    local path = stage.folder() .. "/" .. TITLE .. ".txt"
    expect.write(path, "")
    stage.spawn { "notepad.exe", (path:gsub("/", "\\")) }
    local desktop = stage.open()
    local w = expect.eventually("Notepad's window", stage.SECONDS, function()
        for _, each in ipairs(expect.ok(desktop:list())) do
            if each.title:find(TITLE, 1, true) then
                return each
            end
        end
    end)
    expect.equal(w.app, "notepad.exe")
    local exit, out = send "a prompt\nof two lines"
    expect.contains(out, "not_submitted: the text is still in the composer after 3 keys")
    expect.equal(exit, 2)
    expect.equal(desktop:screen_text { id = w.id, token = TITLE }, "a prompt\nof two lines\n\n\n")
end)

local function percentile(values, part)
    table.sort(values)
    return values[math.max(1, math.ceil(#values * part))] or 0
end

--- Each text is its own, so that lost, doubled and garbled ones show.
local function many_sends(sends)
    local windows = 5
    local chats, want, pins = {}, {}, {}
    for i = 1, windows do
        chats[i], want[i] = stage.editor("HITECHOS_W" .. i .. "_20261122_1"), {}
    end
    stage.puppet("own", "what the user copied"):await "owned"
    local formats = stage.order "formats"
    local desktop = stage.open()
    for i = 1, windows do
        pins[i] = stage.pin(desktop, "HITECHOS_W" .. i .. "_20261122_1")
    end
    local ms = { list = {}, focus = {}, paste = {}, read = {}, whole = {}, key = {} }
    for n = 1, sends do
        local i = (n - 1) % windows + 1
        local text = stage.text(4096, "send " .. n)
        if i == 1 then
            expect.ok(desktop:lock(clock.now() + 1))
        end
        local at = clock.now()
        local start = at
        local function lap(name)
            local now = clock.now()
            table.insert(ms[name], (now - at) * 1000)
            at = now
        end
        expect.ok(desktop:list())
        lap "list"
        expect.ok(desktop:focus(pins[i], within()))
        lap "focus"
        local taken, message = desktop:paste(pins[i], text, within())
        expect.equal({ taken, message }, { "whole" }, "send " .. n)
        lap "paste"
        local got = desktop:screen_text(pins[i])
        while got ~= text and clock.now() - at < stage.SECONDS do
            require("wait").sleep(clock.now() + 0.001)
            got = desktop:screen_text(pins[i])
        end
        expect.equal(got, text, "send " .. n)
        lap "read"
        table.insert(ms.whole, (clock.now() - start) * 1000)
        expect.ok(desktop:key(pins[i], "Return", within()))
        lap "key"
        table.insert(want[i], text)
        if i == windows or n == sends then
            desktop:unlock()
        end
        if n % 100 == 0 or n == sends then
            desktop:unlock()
            expect.equal(stage.order "formats", formats, "after send " .. n)
        end
    end
    for i = 1, windows do
        expect.eventually("all of window " .. i, stage.SECONDS, function()
            return #chats[i]:submitted() >= #want[i]
        end)
        expect.equal(chats[i]:submitted(), want[i])
    end
    local parts = {}
    for _, name in ipairs { "list", "focus", "paste", "read", "whole", "key" } do
        parts[#parts + 1] = ("%s %.2f/%.2f"):format(name, percentile(ms[name], 0.5), percentile(ms[name], 0.99))
    end
    print(("    %d sends of 4 KB to %d windows; median/p99 ms: %s (whole: without the key)"):format(sends, windows,
        table.concat(parts, ", ")))
end

--- DISPATCH_SENDS: how many.
test("of many sends in a row none is lost, doubled or garbled, and the clipboard comes back", function()
    many_sends(tonumber(os.getenv "DISPATCH_SENDS" or "200"))
end)
