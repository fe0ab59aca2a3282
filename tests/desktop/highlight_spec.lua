--- A frame flashes around a window, and nothing of it stays: seen in pictures of the whole screen.
local clock = require "clock"
local expect = require "expect"
local process = require "process"
local x11 = require "x11_display"
local test = expect.test

local TITLE = "HITECHOS_A_core_20261122_1"

local function picture(display, desktop)
    local path = display.folder .. "/picture.png"
    expect.ok(desktop:screenshot(nil, path))
    return expect.read(path)
end

---The same picture twice in a row: the screen has come to rest.
local function picture_at_rest(display, desktop)
    local last
    return expect.eventually("the screen is at rest", x11.SECONDS, function()
        local now = picture(display, desktop)
        local same = now == last
        last = now
        return same and now
    end)
end

local FLASH = [[
    local clock, window = require "clock", require "window"
    local desktop <close> = assert(window.open "x11")
    local fine, message, code = desktop:highlight({ id = tonumber(arg[1]), token = "any" },
        { deadline = clock.now() + tonumber(arg[2]) })
    print(fine or code)
]]

---A flash, in a process of its own: we look meanwhile.
local function flash(display, id, seconds)
    local path = display.folder .. "/flash.lua"
    expect.write(path, FLASH)
    local out = display.folder .. "/flash.out"
    local child = expect.ok(process.spawn({ expect.binary(), path, tostring(id), tostring(seconds or 10) },
        { env = display.env, out = out, err = out .. ".err" }))
    expect.after(function() child:close() end)
    return {
        child = child,
        answer = function()
            expect.eventually("the flash ends", x11.SECONDS, function() return child:status().exited end)
            return (expect.read(out) or ""):match "^(.-)\n" or expect.read(out .. ".err")
        end,
    }
end

local function changes(display, desktop, before)
    expect.eventually("the picture changes", x11.SECONDS, function() return picture(display, desktop) ~= before end)
end

local function is_restored(display, desktop, before)
    expect.eventually("the picture is as it was", x11.SECONDS, function()
        return picture(display, desktop) == before
    end)
end

test("pixels change around the window, also around a covered one, and are as before afterwards", function()
    for _, manager in ipairs { true, false } do
        local display = x11.start { manager = manager }
        display:xterm(TITLE)
        local desktop = display:open()
        local pin = x11.pin(desktop, TITLE)
        display:puppet("window", "above all", "log")
        x11.pin(desktop, "above all")
        local before = picture_at_rest(display, desktop)
        local count = #expect.ok(desktop:list())
        local flashing = flash(display, pin.id)
        changes(display, desktop, before)
        expect.equal(#expect.ok(desktop:list()), count, "the frame is no window that anybody lists")
        expect.equal(flashing.answer(), "true")
        is_restored(display, desktop, before)
    end
end)

test("the REPL's highlight takes a window or a title", function()
    local display = x11.start()
    display:xterm(TITLE)
    local desktop = display:open()
    x11.pin(desktop, TITLE)
    local run = expect.dispatch { "repl", "-Via", "x11", env = { DISPLAY = display.name, HOME = display.folder },
        input = ("w = windows %q\n#w\nhighlight(w[1])\nhighlight %q\nhighlight 'nosuch'\n"):format(TITLE, TITLE) }
    expect.matches(run.out, "^1\ntrue\ntrue\nnil,.*ENOWINDOW")
    expect.equal(run.err, "")
end)

test("Ctrl-C and a deadline end it, and nothing of the frame stays", function()
    local display = x11.start()
    display:xterm(TITLE)
    local desktop = display:open()
    local pin = x11.pin(desktop, TITLE)
    local before = picture_at_rest(display, desktop)
    local flashing = flash(display, pin.id)
    changes(display, desktop, before)
    expect.run { "kill", "-INT", tostring(flashing.child:pid()) }
    expect.equal(flashing.answer(), "EINTR")
    is_restored(display, desktop, before)
    expect.equal(flash(display, pin.id, 0.3).answer(), "ETIMEOUT")
    is_restored(display, desktop, before)
end)

test("a window that is closed or not to be seen is refused", function()
    local display = x11.start()
    local puppet = display:puppet("window", TITLE, "log")
    local desktop = display:open()
    local pin = x11.pin(desktop, TITLE)
    expect.ok(desktop:highlight({ id = pin.id, token = "any" }, { deadline = clock.now() + 10 }))
    display:order("tell", tostring(pin.id), "WM_CHANGE_STATE", "3")
    expect.eventually("it is minimised", x11.SECONDS, function()
        local _, message, code = desktop:highlight(pin, { deadline = clock.now() + 10 })
        return code == "EREFUSED" and message:find("minimised", 1, true)
    end)
    puppet:stop()
    expect.eventually("it is gone", x11.SECONDS, function()
        local _, _, code = desktop:highlight(pin, { deadline = clock.now() + 10 })
        return code == "EGONE"
    end)
    expect.raises("deadline", desktop.highlight, desktop, pin, {})
    expect.raises("a pin needs a token", desktop.highlight, desktop, { id = 1 }, { deadline = 1 })
end)
