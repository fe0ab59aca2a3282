-- Which windows there are on Windows, whether one is still the same, and what is to be seen of it.
local clock = require "clock"
local expect = require "expect"
local stage = require "stage"
local wait = require "wait"
local window = require "window"
local test = expect.test

local TITLE = "HITECHOS_A_core_20261122_1"
local within = stage.within

test("a window is listed with its title, process, program and state", function()
    local editor = stage.editor("Administrator: " .. TITLE .. " - ünïcödé 漢字")
    local desktop = stage.open()
    local _, w = stage.pin(desktop, "Administrator: " .. TITLE .. " - ünïcödé 漢字")
    expect.equal({ w.app, w.minimised, w.elsewhere, w.elevated, w.self, w.shell, w.relay },
        { "win32_puppet.exe", false, false, false, false, false, false })
    expect.truthy(w.pid > 0)
    expect.ok(desktop:check { id = w.id, pid = w.pid, token = TITLE })
    editor:stop()
    expect.eventually("the list without it", stage.SECONDS, function()
        return not stage.find(desktop, w.title)
    end)
end)

test("what a desktop can do", function()
    local desktop = stage.open()
    expect.equal({ desktop.name, desktop.exclusive, desktop.reads_text, desktop.reads_field, desktop.same_queue,
        desktop.paste_keys }, { "win32", true, false, true, false, "ctrl+v" })
    expect.refused("EINVAL", "no name", window.open("win32", ":0"))
end)

test("a minimised window is listed as such, and comes back when it gets the focus", function()
    stage.editor(TITLE)
    local desktop = stage.open()
    local pin = stage.pin(desktop, TITLE)
    stage.order("order", TITLE, "minimise")
    expect.eventually("minimised", stage.SECONDS, function()
        return stage.find(desktop, TITLE).minimised
    end)
    expect.refused("EREFUSED", "minimised", desktop:screenshot(pin, stage.folder() .. "/x.png"))
    expect.ok(desktop:focus(pin, within()))
    expect.equal(stage.find(desktop, TITLE).minimised, false)
end)

test("changes come when windows come, are renamed and go", function()
    local desktop = stage.open()
    local changes = desktop:changes()
    local function next_change(what)
        expect.ok(wait.any({ changes }, clock.now() + stage.SECONDS), what)
        return expect.ok(desktop:list())
    end
    desktop:list()
    local editor = stage.editor(TITLE)
    repeat next_change "it came" until stage.find(desktop, TITLE)
    stage.order("order", TITLE, "renamed")
    repeat next_change "it was renamed" until stage.find(desktop, "renamed")
    editor:stop()
    repeat next_change "it went" until not stage.find(desktop, "renamed")
end)

test("a window that was closed, renamed or changed hands is told by what it is now", function()
    local editor = stage.editor(TITLE)
    local desktop = stage.open()
    local pin = stage.pin(desktop, TITLE)
    expect.refused("EGONE", "process", desktop:check { id = pin.id, pid = pin.pid + 4, token = TITLE })
    expect.refused("EGONE", "title", desktop:check { id = pin.id, pid = pin.pid, token = TITLE .. "0" })
    stage.order("order", TITLE, TITLE .. "0")
    expect.refused("EGONE", TITLE .. "0'", desktop:check(pin))
    editor:stop()
    for _, call in ipairs { "check", "focus", "screen_text" } do
        expect.refused("EGONE", "closed", desktop[call](desktop, pin, call == "focus" and within() or nil))
    end
    expect.refused("EGONE", "closed", desktop:screenshot(pin, stage.folder() .. "/x.png"))
    expect.refused("EGONE", "closed", desktop:check { id = 1 << 60, token = TITLE })
end)

test("a window that is hidden, or waits for an answer elsewhere, gets no prompt", function()
    stage.editor(TITLE, "dialog")
    local desktop = stage.open()
    local pin = stage.pin(desktop, TITLE)
    stage.pin(desktop, "a question")
    expect.refused("EREFUSED", "a question", desktop:check(pin))
    local other = stage.editor "HITECHOS_B_tooling_20261122_1"
    local hidden = stage.pin(desktop, "HITECHOS_B_tooling_20261122_1")
    stage.order("order", "HITECHOS_B_tooling_20261122_1", "hide")
    expect.eventually("hidden", stage.SECONDS, function()
        return not stage.find(desktop, "HITECHOS_B_tooling_20261122_1")
    end)
    expect.refused("EREFUSED", "hidden", desktop:check(hidden))
    other:stop()
end)

test("what stands in a window's field is read, with or without the focus, and nothing else is", function()
    stage.editor(TITLE)
    stage.editor("HITECHOS_B_tooling_20261122_1", "rich")
    stage.editor("HITECHOS_C_infra_20261122_1", "drawn")
    local desktop = stage.open()
    local a, b = stage.pin(desktop, TITLE), stage.pin(desktop, "HITECHOS_B_tooling_20261122_1")
    local c = stage.pin(desktop, "HITECHOS_C_infra_20261122_1")
    for _, pin in ipairs { a, b } do
        expect.equal(desktop:screen_text(pin), "")
        expect.ok(desktop:focus(pin, within()))
        expect.ok(desktop:paste(pin, "first\nsecond 漢字", within()) ~= "not")
        expect.eventually("the text", stage.SECONDS, function()
            return desktop:screen_text(pin) == "first\nsecond 漢字"
        end)
    end
    expect.equal(desktop:screen_text(a), "first\nsecond 漢字", "without the focus")
    expect.refused("EUNSUPPORTED", "cannot be read", desktop:screen_text(c))
end)

local function png_size(path)
    local bytes = expect.truthy(expect.read(path), path)
    expect.equal(bytes:sub(1, 8), "\137PNG\r\n\26\n")
    expect.equal(bytes:sub(-8, -5), "IEND")
    local width, height = string.unpack(">I4I4", bytes, 17)
    return { width, height }
end

test("pictures: the desktop, a window", function()
    stage.editor(TITLE)
    local desktop = stage.open()
    local pin = stage.pin(desktop, TITLE)
    local path = stage.folder() .. "/ünï.png"
    expect.ok(desktop:screenshot(nil, path))
    expect.equal(png_size(path), { 1000, 700 })
    expect.ok(desktop:screenshot(pin, path))
    local size = png_size(path)
    expect.truthy(size[1] > 300 and size[1] <= 400 and size[2] > 150 and size[2] <= 240, table.concat(size, "x"))
    expect.refused("ENOENT", "nowhere", desktop:screenshot(pin, stage.folder() .. "/nowhere/x.png"))
end)

test("of a window that another one covers there is no picture, and it says which", function()
    local other = "HITECHOS_B_tooling_20261122_1"
    stage.editor(TITLE)
    stage.editor(other)                          -- 400 wide, at most 400 away: they overlap
    local desktop = stage.open()
    local a, b = stage.pin(desktop, TITLE), stage.pin(desktop, other)
    local path = stage.folder() .. "/a.png"
    expect.refused("EREFUSED", ("'%s': covered by '%s'"):format(TITLE, other), desktop:screenshot(a, path))
    expect.equal(expect.read(path), nil)
    expect.ok(desktop:screenshot(b, path))
    stage.order("order", other, "minimise")
    expect.eventually("nothing covers it", stage.SECONDS, function() return desktop:screenshot(a, path) end)
end)

test("a frame flashes around a window, and its deadline holds", function()
    stage.editor(TITLE)
    local desktop = stage.open()
    local pin = stage.pin(desktop, TITLE)
    expect.ok(desktop:highlight(pin, within()))
    expect.refused("ETIMEOUT", "flash", desktop:highlight(pin, within(0.1)))
end)

test("one dispatcher sends at a time; who waits comes when the other is done, or dead", function()
    local first, second = stage.open(), stage.open()
    expect.ok(first:lock(clock.now()))
    expect.ok(first:lock(clock.now()), "again is fine")
    expect.refused("ELOCKED", "process ", second:lock(clock.now() + 0.05))
    first:unlock()
    expect.ok(second:lock(clock.now()))
    second:unlock()
    local holder = stage.spawn { expect.binary(), "-e", "d = window.open 'win32'; assert(d:lock(clock.now())); "
        .. "print 'held'; io.stdout:flush(); wait.sleep(clock.now() + 60)" }
    expect.eventually("the other holds it", stage.SECONDS, function()
        return (expect.read(holder.out) or ""):find "held"
    end)
    expect.refused("ELOCKED", "another dispatch", first:lock(clock.now()))
    holder.child:kill(clock.now())
    expect.ok(first:lock(clock.now() + stage.SECONDS))
end)
