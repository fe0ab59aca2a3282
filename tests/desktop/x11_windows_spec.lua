-- Which windows there are, whether one may be sent to, and getting the focus.
local clock = require "clock"
local expect = require "expect"
local wait = require "wait"
local x11 = require "x11_display"
local test = expect.test

local within = x11.within
local TITLE = "HITECHOS_A_core_20261122_1"

--- Waits until the listed window answers true to `ask`.
local function await_window(desktop, title, what, ask)
    return expect.eventually(what, x11.SECONDS, function()
        local w = x11.find(desktop, title)
        return w and ask(w) and w
    end)
end

local function tell(display, w, ...)
    display:order("tell", tostring(w.id), ...)
end

test("a window is listed with its title, class and process", function()
    for _, manager in ipairs { true, false } do
        local display = x11.start { manager = manager }
        local puppet = display:puppet("window", TITLE, "log")
        local desktop = display:open()
        local _, w = x11.pin(desktop, TITLE)
        expect.equal({ w.app, w.pid, w.minimised, w.elsewhere, w.self, w.shell, w.relay },
            { "Puppet", puppet.child:pid(), false, false, false, false, false })
    end
end)

test("a title in Latin-1 is UTF-8 here", function()
    local display = x11.start()
    display:puppet("window", "gr\xfc\xdfe", "plain")
    x11.pin(display:open(), "grüße")
end)

test("changes: new windows, titles, ends; nothing once it was listed", function()
    local display = x11.start()
    local desktop = display:open()
    local changes = desktop:changes()
    local function quiet()
        expect.eventually("no more changes", x11.SECONDS, function()
            desktop:list()
            local _, _, code = wait.any({ changes }, clock.now() + 0.05)
            return code == "ETIMEOUT"
        end)
    end
    local function changed()
        expect.ok(wait.any({ changes }, clock.now() + x11.SECONDS))
    end
    quiet()
    local puppet = display:puppet("window", TITLE, "die")
    changed()
    local pin = x11.pin(desktop, TITLE)
    expect.ok(desktop:focus(pin, within()))
    quiet()
    expect.ok(desktop:key(pin, "ctrl+x", within()))
    puppet:await "died"
    changed()
    expect.equal(x11.find(desktop, TITLE), nil)
end)

test("a pin holds while the token is in the title, and not longer", function()
    local display = x11.start()
    display:xterm(TITLE)
    local desktop = display:open()
    local pin = x11.pin(desktop, TITLE)
    expect.ok(desktop:check(pin))
    expect.refused("EGONE", "closed", desktop:check { id = pin.id + 5000, token = TITLE })
    expect.refused("EGONE", "process", desktop:check { id = pin.id, pid = pin.pid + 1, token = TITLE })
    expect.refused("EGONE", "title", desktop:check { id = pin.id, pid = pin.pid, token = "HITECHOS_A_core_20261122" })
end)

test("a closed window is gone, for every call", function()
    local display = x11.start()
    local puppet = display:puppet("window", TITLE, "log")
    local desktop = display:open()
    local pin = x11.pin(desktop, TITLE)
    puppet:stop()
    expect.refused("EGONE", "closed", desktop:check(pin))
    expect.refused("EGONE", "closed", desktop:focus(pin, within()))
    expect.refused("EGONE", "closed", desktop:key(pin, "Return", within()))
    expect.refused("EGONE", "closed", desktop:type(pin, "words", within()))
    expect.refused("EGONE", "closed", desktop:screenshot(pin, display.folder .. "/x.png"))
    local word, _, code = desktop:paste(pin, "text", within())
    expect.equal({ word, code }, { "not", "EGONE" })
end)

test("a terminal at a shell is refused, one with an agent is not, one with a relay says so", function()
    expect.need "xterm"
    local display = x11.start()
    local function terminal(title, ...)
        display:spawn { "xterm", "-T", title, "-e", ... }
    end
    terminal("at a shell", "sh")
    terminal("with a script", "sh", "-c", "cat; true")
    terminal("with a relay", expect.need "script", "-q", "-c", "cat", "/dev/null")
    local desktop = display:open()
    local pin = x11.pin(desktop, "at a shell")
    await_window(desktop, "at a shell", "a shell", function(w)
        return w.shell
    end)
    expect.refused("EREFUSED", "shell", desktop:check(pin))
    expect.refused("EREFUSED", "shell", desktop:focus(pin, within()))
    expect.ok(desktop:check(x11.pin(desktop, "with a script")))
    await_window(desktop, "with a relay", "a relay", function(w)
        return w.relay
    end)
    expect.ok(desktop:check(x11.pin(desktop, "with a relay")))
end)

for _, named in ipairs { true, false } do
    test("the terminal that we run in is refused" .. (named and "" or ", also when WINDOWID was lost"), function()
        local display = x11.start()
        expect.need "xterm"
        local script, out = display.folder .. "/inside.lua", display.folder .. "/inside.txt"
        expect.write(script, [[
            local clock, wait, window = require "clock", require "wait", require "window"
            local desktop, seen = assert(window.open("x11")), nil
            repeat                               -- xterm starts us before its window is mapped
                for _, w in ipairs(desktop:list()) do
                    if w.title == arg[1] then seen = w end
                end
            until seen or not wait.any({ desktop:changes() }, clock.now() + 20)
            local _, message, code = desktop:check { id = seen.id, pid = seen.pid, token = seen.title }
            local file = io.open(arg[2], "w")
            file:write(tostring(seen.self), " ", tostring(code), " ", tostring(message))
            file:close()
            io.read()
        ]])
        local unset = named and "_" or "WINDOWID"
        display:spawn { "xterm", "-T", TITLE, "-e", "env", "-u", unset, expect.binary(), script, TITLE, out }
        local said = expect.eventually("it looked", x11.SECONDS, function()
            return expect.read(out)
        end)
        expect.contains(said, "true EREFUSED")
        expect.contains(said, "dispatch itself")
    end)
end

test("a shell in an editor's window does not make it a terminal", function()
    local display = x11.start()
    local function owner(title, ...)
        display:spawn { "xterm", "-T", title, "-class", ... }
    end
    owner("editor", "Editor", "-e", "env", "-u", "WINDOWID", "sh")
    owner("terminal", "MyTerm", "-e", "env", "-u", "WINDOWID", "sh")
    owner("named", "Editor", "-e", "sh")
    local desktop = display:open()
    for _, title in ipairs { "editor", "terminal", "named" } do
        x11.pin(desktop, title)
    end
    await_window(desktop, "named", "a shell, by its WINDOWID", function(w)
        return w.shell
    end)
    await_window(desktop, "terminal", "a shell, by the name of the program", function(w)
        return w.shell
    end)
    expect.equal(x11.find(desktop, "editor").shell, false)
end)

test("a minimised window and one on another workspace are found, told apart, and focused", function()
    local display = x11.start()
    local puppet = display:puppet("window", TITLE, "log")
    display:puppet("window", "another one", "log"):await "shown"
    local desktop = display:open()
    local pin, w = x11.pin(desktop, TITLE)
    tell(display, w, "WM_CHANGE_STATE", "3")
    await_window(desktop, TITLE, "minimised", function(now)
        return now.minimised and not now.elsewhere
    end)
    expect.refused("EREFUSED", "minimised", desktop:screenshot(pin, display.folder .. "/x.png"))
    expect.ok(desktop:focus(pin, within()))
    await_window(desktop, TITLE, "shown again", function(now)
        return not now.minimised
    end)
    tell(display, w, "_NET_WM_DESKTOP", "1", "2")
    await_window(desktop, TITLE, "elsewhere", function(now)
        return now.elsewhere and not now.minimised
    end)
    expect.ok(desktop:focus(pin, within()))
    expect.ok(desktop:key(pin, "Return", within()))
    puppet:await "key ff0d 0"
    expect.equal(await_window(desktop, TITLE, "here", function(now)
        return not now.elsewhere
    end).minimised, false)
end)

test("the focus goes from window to window, with and without a window manager", function()
    for _, manager in ipairs { true, false } do
        local display = x11.start { manager = manager }
        local puppets, pins = {}, {}
        for i = 1, 5 do
            puppets[i] = display:puppet("window", "window " .. i, "log")
        end
        local desktop = display:open()
        for i = 1, 5 do
            pins[i] = x11.pin(desktop, "window " .. i)
        end
        for n = 1, 50 do
            local i = n * 2 % 5 + 1
            expect.ok(desktop:focus(pins[i], within()))
            expect.ok(desktop:key(pins[i], "Return", within()))
        end
        for i = 1, 5 do
            expect.eventually("ten keys each", x11.SECONDS, function()
                return puppets[i]:count "key ff0d 0" == 10
            end)
        end
    end
end)

test("a window that keeps taking the focus is named", function()
    for _, manager in ipairs { true, false } do
        local display = x11.start { manager = manager }
        local target = display:puppet("window", TITLE, "log")
        target:await "shown"
        local desktop = display:open()
        local pin = x11.pin(desktop, TITLE)
        local stubborn = display:puppet("window", "stubborn one", "stubborn")
        stubborn:await "shown"
        expect.ok(desktop:focus(x11.pin(desktop, "stubborn one"), within()))
        local ok, message, code = desktop:focus(pin, within(1))
        if ok then -- for a moment: the chord goes to the target or to nobody
            local word
            word, message, code = desktop:paste(pin, "text", within(1))
            expect.equal(word, "not")
        end
        if target:count "key .*" == 0 then
            expect.equal(code, "EFOCUS")
            expect.contains(message, "stubborn one")
        end
        expect.equal(stubborn:count "key .*", 0)
    end
end)

test("a modal dialog before the window is named", function()
    local display = x11.start()
    display:editor(TITLE, "Trust this folder?")
    local desktop = display:open()
    local pin = x11.pin(desktop, TITLE)
    x11.pin(desktop, "Trust this folder?")
    expect.refused("EFOCUS", "Trust this folder?", desktop:focus(pin, within(1)))
end)

test("an open menu or a locked screen holds the keyboard: refused, until it lets go", function()
    local display = x11.start()
    display:puppet("window", TITLE, "log"):await "shown"
    local desktop = display:open()
    local pin = x11.pin(desktop, TITLE)
    local menu = display:puppet "grab"
    menu:await "grabbed"
    expect.refused("EREFUSED", "keyboard", desktop:focus(pin, within(0.2)))
    menu:stop()
    expect.ok(desktop:focus(pin, within()))
end)

local function png_size(path)
    local bytes = expect.truthy(expect.read(path), path)
    expect.equal(bytes:sub(1, 8), "\137PNG\r\n\26\n")
    expect.equal(bytes:sub(-8, -5), "IEND")
    local width, height = string.unpack(">I4I4", bytes, 17)
    return { width, height }
end

test("pictures: the desktop, a window, the part of it that is on the screen", function()
    local display = x11.start()
    display:puppet("window", TITLE, "log"):await "shown"
    local desktop = display:open()
    local pin, w = x11.pin(desktop, TITLE)
    local path = display.folder .. "/picture.png"
    expect.ok(desktop:screenshot(nil, path))
    expect.equal(png_size(path), { 1000, 700 })
    expect.ok(desktop:screenshot(pin, path))
    expect.equal(png_size(path), { 300, 200 })
    tell(display, w, "_NET_MOVERESIZE_WINDOW", tostring(1 << 8 | 1 << 9 | 2 << 12 | 10), "850", "600")
    expect.eventually("a smaller picture", x11.SECONDS, function()
        local taken, message, code = desktop:screenshot(pin, path)
        if not taken and code == "EGONE" then return false end -- it moved in between
        expect.ok(taken, message, code)
        local size = png_size(path)
        return size[1] < 300 and size[2] < 200
    end)
    expect.refused("ENOENT", "nowhere", desktop:screenshot(pin, display.folder .. "/nowhere/x.png"))
    expect.refused("EUNSUPPORTED", "X11", desktop:screen_text(pin))
end)

test("one dispatcher sends at a time; who waits comes when the other is done", function()
    local display = x11.start()
    local first, second = display:open(), display:open()
    expect.ok(first:lock(clock.now()))
    expect.ok(first:lock(clock.now()), "again is fine")
    expect.refused("ELOCKED", "process ", second:lock(clock.now() + 0.05))
    first:unlock()
    expect.ok(second:lock(clock.now() + 5))
    expect.refused("ELOCKED", nil, first:lock(clock.now()))
    second:close()
    expect.ok(first:lock(clock.now() + 5))
end)

test("an X server that goes away: ENODISPLAY from every call, whoever waits", function()
    local display = x11.start()
    display:puppet("window", TITLE, "deaf"):await "shown"
    local desktop = display:open()
    local pin = x11.pin(desktop, TITLE)
    local changes = desktop:changes()
    expect.ok(desktop:focus(pin, within()))
    display:spawn { "kill", "-KILL", tostring(display.server.child:pid()) }
    local word, message, code = desktop:paste(pin, "text", within())
    expect.equal({ word, code }, { "not", "ENODISPLAY" }, message)
    expect.contains(message, display.name)
    expect.refused("ENODISPLAY", nil, desktop:list())
    expect.refused("ENODISPLAY", nil, desktop:check(pin))
    expect.refused("ENODISPLAY", nil, desktop:focus(pin, within()))
    expect.refused("ENODISPLAY", nil, desktop:key(pin, "Return", within()))
    expect.refused("ENODISPLAY", nil, desktop:screenshot(nil, display.folder .. "/x.png"))
    expect.refused("ENODISPLAY", nil, desktop:lock(clock.now()))
    expect.refused("ENODISPLAY", nil, wait.any({ changes }, clock.now() + 5))
    desktop:unlock()
    desktop:close()
end)

test("an X server that hangs costs the deadline and no more", function()
    local display = x11.start()
    display:puppet("window", TITLE, "log"):await "shown"
    local desktop = display:open()
    local pin = x11.pin(desktop, TITLE)
    local server = tostring(display.server.child:pid())
    expect.run { "kill", "-STOP", server }
    expect.after(function()
        expect.run { "kill", "-CONT", server }
    end)
    local before = clock.now()
    expect.refused("ETIMEOUT", "X server", desktop:focus(pin, within(0.1)))
    expect.truthy(clock.now() - before < 5)
    expect.run { "kill", "-CONT", server }
    expect.ok(desktop:focus(pin, within()))
end)

test("no display: which one, and what may be wrong", function()
    local window = require "window"
    expect.refused("ENODISPLAY", ":6999", window.open("x11", ":6999"))
    expect.refused("ENODISPLAY", "no display's name", window.open("x11", "nonsense"))
    expect.refused("ENODISPLAY", ":6999", window.probe("x11", ":6999"))
    local run = expect.run { expect.binary(), "-e", "print(select(2, require('window').open 'x11'))",
        unset = { "DISPLAY" } }
    expect.contains(run.out, "DISPLAY is not set")
end)
