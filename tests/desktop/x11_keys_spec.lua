-- Keys: what a person holds or has locked, other layouts, and that none of ours stays down.
local expect = require "expect"
local x11 = require "x11_display"
local test = expect.test

local within = x11.within
local TITLE = "HITECHOS_A_core_20261122_1"
local SHIFT, CAPS, NUM = "0xffe1", "0xffe5", "0xff7f"
local RETURN = "ff0d"

--- A window that logs its keys, focused.
local function target(display)
    local window = display:puppet("window", TITLE, "log")
    local desktop = display:open()
    local pin = x11.pin(desktop, TITLE)
    expect.ok(desktop:focus(pin, within()))
    return desktop, pin, window
end

local function state(display)
    return (display:order "state"):gsub("\n", "")
end

test("chords arrive with their modifiers, and nothing stays down", function()
    local display = x11.start()
    local desktop, pin, window = target(display)
    for _, chord in ipairs { "Return", "ctrl+Return", "shift+Insert", "ctrl+shift+v", "alt+q", "?" } do
        expect.equal(expect.ok(desktop:key(pin, chord, within())), "unknown")
    end
    window:await "key 3f 1" -- the last one
    expect.equal(window:said(), "shown\nkey ff0d 0\nkey ff0d 4\nkey ff63 1\nkey 56 5\nkey 71 8\nkey 3f 1\n")
    expect.equal(state(display), "held 0 locks 0 group 0")
end)

test("what is no chord is refused, with an example", function()
    local display = x11.start()
    local desktop, pin = target(display)
    expect.refused("EINVAL", "shift, ctrl, alt, super", desktop:key(pin, "hyper+v", within()))
    expect.refused("EINVAL", "ctrl+Return", desktop:key(pin, "Retrun", within()))
    local word, _, code = desktop:paste(pin, "text", within(1, { keys = "v+ctrl" }))
    expect.equal({ word, code }, { "not", "EINVAL" })
end)

test("a Shift that a person holds is named, and nothing is pressed", function()
    local display = x11.start()
    local desktop, pin, window = target(display)
    display:order("press", SHIFT)
    expect.refused("EFOCUS", "Shift_L", desktop:key(pin, "Return", within(0.2)))
    local word, message, code = desktop:paste(pin, "text", within(0.2))
    expect.equal({ word, code }, { "not", "EFOCUS" })
    expect.contains(message, "Shift_L")
    expect.equal(window:count "key .*", 0)
    display:order("release", SHIFT)
    expect.ok(desktop:key(pin, "Return", within()))
    window:await("key " .. RETURN .. " 0")
end)

test("once it is released the key goes out", function()
    local display = x11.start()
    local desktop, pin, window = target(display)
    display:order("press", SHIFT)
    display:puppet("release", SHIFT) -- some time after we began to wait, or before: both are right
    expect.ok(desktop:key(pin, "Return", within()))
    window:await("key " .. RETURN .. " 0")
end)

test("a menu that opened after the focus was seen gets no key, nor a paste's chord", function()
    local display = x11.start()
    local desktop, pin, window = target(display)
    local menu = display:puppet "grab" -- the focus stays where it is
    menu:await "grabbed"
    expect.refused("EREFUSED", "an open menu", desktop:key(pin, "Return", within(0.2)))
    local word, message, code = desktop:paste(pin, "text", within(0.2))
    expect.equal({ word, code }, { "not", "EREFUSED" })
    expect.contains(message, "an open menu")
    expect.equal(menu:said(), "grabbed\n")
    expect.equal(window:count "key .*", 0)
    menu:stop()
    expect.ok(desktop:key(pin, "Return", within()))
    window:await("key " .. RETURN .. " 0")
end)

test("a key and the focus before it tell the program nothing about its focus", function()
    local display = x11.start()
    local desktop, pin, window = target(display)
    local changes = window:count "focus .*"
    for _ = 1, 3 do
        expect.ok(desktop:focus(pin, within()))
        expect.ok(desktop:key(pin, "Return", within()))
    end
    display:order("tap", "0x61")
    window:await "key 61 0" -- the server tells in order
    expect.equal(window:count "focus .*", changes)
end)

test("Caps Lock changes neither chords nor words, and stays on", function()
    local display = x11.start()
    local desktop, pin, window = target(display)
    display:order("tap", CAPS)
    expect.equal(state(display), "held 0 locks 2 group 0")
    expect.ok(desktop:key(pin, "ctrl+v", within()))
    expect.ok(desktop:type(pin, "aB", within()))
    window:await "key 42 1"
    expect.contains(window:said(), "key 76 4\nkey 61 0\nkey 42 1\n")
    expect.equal(state(display), "held 0 locks 2 group 0")
end)

test("Num Lock is left alone", function()
    local display = x11.start()
    local desktop, pin, window = target(display)
    display:order("tap", NUM)
    expect.ok(desktop:key(pin, "shift+Insert", within()))
    window:await "key ff63 11"
    expect.equal(state(display), "held 0 locks 10 group 0")
end)

test("with the second of two layouts on, ctrl+v is still ctrl+v, and the layout stays", function()
    local display = x11.start()
    expect.equal(expect.run({ expect.need "setxkbmap", "-layout", "us,ru", env = display.env }).exit, 0)
    local desktop, pin, window = target(display)
    display:order("group", "1")
    expect.ok(desktop:key(pin, "ctrl+v", within()))
    expect.ok(desktop:type(pin, "vй", within()))
    window:await "key 1000439 0"
    expect.contains(window:said(), "key 76 4\nkey 76 0\nkey 1000439 0\n")
    expect.equal(state(display), "held 0 locks 0 group 1")
end)

test("a layout without the letter v lends a key for it", function()
    local display = x11.start()
    expect.equal(expect.run({ expect.need "setxkbmap", "-layout", "ru", env = display.env }).exit, 0)
    local before = display:order "map"
    local desktop, pin, window = target(display)
    expect.ok(desktop:key(pin, "ctrl+v", within()))
    window:await "key 76 4"
    desktop:close()
    expect.equal(display:order "map", before)
end)

test("typed words arrive whatever the keyboard has, and the keyboard is as before", function()
    local display = x11.start()
    local before = display:order "map"
    local path = display:editor(TITLE)
    local desktop = display:open()
    local pin = x11.pin(desktop, TITLE)
    expect.ok(desktop:focus(pin, within()))
    local text = "Open Codex Sidebar; äöüß €, 漢字 🎉 «quoted» — " .. ("é~!@#$%^&*()"):rep(20)
    expect.ok(desktop:type(pin, text, within()))
    x11.await_file(path, text)
    desktop:close()
    expect.equal(display:order "map", before)
end)

test("typed words reach a terminal", function()
    local display = x11.start()
    local path = display:xterm(TITLE)
    local desktop = display:open()
    local pin = x11.pin(desktop, TITLE)
    expect.ok(desktop:focus(pin, within()))
    expect.ok(desktop:type(pin, "grüße, 漢字\n", within()))
    x11.await_file(path, "grüße, 漢字\r")
end)

test("control characters are not typed", function()
    local display = x11.start()
    local desktop, pin = target(display)
    expect.refused("EINVAL", "U+001B", desktop:type(pin, "a\27b", within()))
end)

test("a key goes to the pinned window or to nobody", function()
    local display = x11.start()
    local desktop, pin, window = target(display)
    local other = display:puppet("window", "another one", "log")
    other:await "shown"
    expect.ok(desktop:focus(x11.pin(desktop, "another one"), within()))
    expect.refused("EFOCUS", "another one", desktop:key(pin, "Return", within(1)))
    expect.refused("EFOCUS", "another one", desktop:type(pin, "words", within(1)))
    local word, _, code = desktop:paste(pin, "text", within(1))
    expect.equal({ word, code }, { "not", "EFOCUS" })
    expect.equal(window:count "key .*" + other:count "key .*", 0)
end)

test("Ctrl-C in the middle of a paste: EINTR, no key stays down, the clipboard is as before", function()
    local display = x11.start()
    display:puppet("own", "CLIPBOARD", "copied"):await "owned"
    local window = display:puppet("window", TITLE, "log")
    window:await "shown"
    local script = display.folder .. "/interrupted.lua"
    expect.write(script, [[
        local window, clock, wait = require "window", require "clock", require "wait"
        local desktop = assert(window.open("x11"))
        local pin
        for _, w in ipairs(desktop:list()) do
            if w.title == arg[1] then pin = { id = w.id, pid = w.pid, token = w.title } end
        end
        assert(desktop:focus(pin, { deadline = clock.now() + 5 }))
        local word, _, code = desktop:paste(pin, "the prompt", { deadline = clock.now() + 60 })
        wait.resume()
        desktop:close()
        print(word, code)
    ]])
    local sender = display:spawn { expect.binary(), script, TITLE }
    window:await "key 76 4"
    expect.run { "kill", "-INT", tostring(sender.child:pid()) }
    expect.eventually("it ends", x11.SECONDS, function()
        return sender.child:status().exited
    end)
    expect.equal(expect.read(sender.out), "not\tEINTR\n")
    expect.equal(state(display), "held 0 locks 0 group 0")
    expect.equal(display:clipboard(), "copied")
end)

