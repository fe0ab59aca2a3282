-- Prompts into real windows: found, focused, pasted with proof, submitted; byte for byte.
local clock = require "clock"
local busy = require "busy"
local expect = require "expect"
local x11 = require "x11_display"
local test = expect.test

local within = x11.within

--- One whole send. Answers what paste said.
local function send(desktop, pin, text, keys)
    expect.ok(desktop:check(pin))
    expect.ok(desktop:focus(pin, within()))
    local taken, message = desktop:paste(pin, text, within(nil, { keys = keys }))
    expect.equal(message, nil)
    expect.ok(desktop:key(pin, "Return", within()))
    return taken
end

local function send_to_xterms(manager)
    local display = x11.start { manager = manager }
    local files, pins = {}, {}
    for i = 1, 3 do
        files[i] = display:xterm("HITECHOS_W" .. i .. "_20261122_1")
    end
    local desktop = display:open()
    for i = 1, 3 do -- all first: a window that comes later takes the focus
        pins[i] = x11.pin(desktop, "HITECHOS_W" .. i .. "_20261122_1")
    end
    expect.ok(desktop:lock(clock.now() + 1))
    for i, path in ipairs(files) do
        local text = x11.text(4096, "window " .. i)
        expect.equal(send(desktop, pins[i], text, "shift+Insert"), "whole")
        x11.await_file(path, x11.bracketed(text))
    end
end

test("4 KB reach each of three xterms byte for byte, under a window manager", function()
    send_to_xterms(true)
end)

test("4 KB reach each of three xterms byte for byte, without a window manager", function()
    send_to_xterms(false)
end)

for _, manager in ipairs { true, false } do
    test("a GTK text view takes 4 KB and Return" .. (manager and "" or ", without a window manager"), function()
        local display = x11.start { manager = manager }
        local path = display:editor "HITECHOS_A_core_20261122_1"
        local desktop = display:open()
        local pin = x11.pin(desktop, "HITECHOS_A_core_20261122_1")
        local text = x11.text(4096)
        expect.equal(send(desktop, pin, text, "ctrl+v"), "whole")
        x11.await_file(path, text .. "\n")
    end)
end

test("a text of several pieces arrives whole", function()
    local display = x11.start()
    local path = display:editor "HITECHOS_A_core_20261122_1"
    local desktop = display:open()
    local pin = x11.pin(desktop, "HITECHOS_A_core_20261122_1")
    local text = x11.text(700 * 1024)
    expect.equal(send(desktop, pin, text, "ctrl+v"), "whole")
    x11.await_file(path, text .. "\n")
end)

test("the chord of a paste is the caller's, ctrl+v when none is given", function()
    local display = x11.start()
    local path = display:editor "HITECHOS_A_core_20261122_1"
    local desktop = display:open()
    local pin = x11.pin(desktop, "HITECHOS_A_core_20261122_1")
    expect.equal(send(desktop, pin, "short"), "whole")
    x11.await_file(path, "short\n")
end)

--- Each text is its own, so that lost, doubled and garbled ones show.
local function many_sends(sends)
    local display = x11.start()
    local windows = 5
    local files, want, pins = {}, {}, {}
    for i = 1, windows do
        files[i], want[i] = display:xterm("HITECHOS_W" .. i .. "_20261122_1"), {}
    end
    local user = display:puppet("own", "CLIPBOARD", "what the user copied")
    user:await "owned"
    local desktop = display:open()
    for i = 1, windows do
        pins[i] = x11.pin(desktop, "HITECHOS_W" .. i .. "_20261122_1")
    end
    local laps = x11.laps()
    local restored = 0
    for n = 1, sends do
        local i = (n - 1) % windows + 1
        local text = x11.text(4096, "send " .. n)
        if i == 1 then
            expect.ok(desktop:lock(clock.now() + 1))
        end
        laps:start()
        expect.ok(desktop:list())
        laps:lap "list"
        expect.ok(desktop:focus(pins[i], within()))
        laps:lap "focus"
        local taken, message = desktop:paste(pins[i], text, within(nil, { keys = "shift+Insert" }))
        expect.equal({ taken, message }, { "whole" }, "send " .. n)
        laps:lap "paste"
        expect.ok(desktop:key(pins[i], "Return", within()))
        laps:lap "key"
        laps:whole "whole"
        table.insert(want[i], x11.bracketed(text))
        if i == windows or n == sends then
            desktop:unlock()
            expect.equal(display:clipboard(), "what the user copied", "after send " .. n)
            restored = restored + 1
        end
    end
    for i = 1, windows do
        x11.await_file(files[i], table.concat(want[i]))
    end
    print(("    %d sends of 4 KB, clipboard back %d times; %s"):format(sends, restored, laps:text()))
end

--- DISPATCH_SENDS: how many. ctest asks for 1,000 of the release build.
test("of many sends in a row none is lost, doubled or garbled, and the clipboard comes back", function()
    many_sends(tonumber(os.getenv "DISPATCH_SENDS" or "200"))
end)

test("nor of 200 while every core is busy", function()
    busy()
    many_sends(200)
end)
