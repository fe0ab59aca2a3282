-- The self-test that an operator runs first, on Windows: it must pass, and it must be able to fail.
local expect = require "expect"
local places = require "places"
local stage = require "stage"
local test = expect.test

for _, via in ipairs { "win32", "ahk" } do
    test("the demo passes with " .. via .. ": five prompts, five markers, a report and a picture", function()
        local folder = stage.folder() .. "/demo"
        local run = expect.dispatch { "demo", "-Via", via, "-Folder", folder, seconds = 200,
            env = { PATH = stage.path_with_git(), FACTORY_AHK_EXE = places.AUTOHOTKEY } }
        expect.equal(run.exit, 0, run.out .. run.err)
        local report = expect.read((expect.truthy(run.out:match "report%s+(%S+DISPATCH_REPORT%.md)", run.out)))
        expect.contains(report, ": PASS")
        expect.contains(report, "| prompts travelled by | " .. via .. " (-Via) |")
        expect.equal(select(2, report:gsub("| submitted |", "")), 5)
        expect.equal(expect.read((expect.truthy(run.out:match "picture%s+(%S+)"))):sub(2, 4), "PNG")
    end)
end

test("the sample worker's window takes nothing but its own prompt", function()
    local folder, title = stage.folder(), "HITECHOS_A_core_20261122_1"
    stage.spawn { expect.binary(), "demo", "--worker", "A_core", "--title", title, "--folder", folder, "--place", "1",
        "--sha256", ("0"):rep(64) }
    local desktop = stage.open()
    local pin = stage.pin(desktop, title)
    expect.ok(desktop:focus(pin, stage.within()))
    expect.equal(desktop:paste(pin, "another\ntext", stage.within()), "whole")
    expect.ok(desktop:key(pin, "Return", stage.within()))
    expect.eventually("what it was given", stage.SECONDS, function()
        return expect.read(folder .. "/received-A_core.txt") == "another\ntext"
    end)
end)

test("a function that fails closes the window, and is heard", function()
    local script = stage.folder() .. "/sample.lua"
    expect.write(script, [[
        require "window".sample("a window of mine", "", function(text) error("not " .. text) end,
            { x = 0, y = 0, width = 300, height = 200 })]])
    local shown = stage.spawn { expect.binary(), script }
    local desktop = stage.open()
    local pin = stage.pin(desktop, "a window of mine")
    pin.token = "window"
    expect.ok(desktop:focus(pin, stage.within()))
    expect.equal(desktop:paste(pin, "this", stage.within()), "whole")
    expect.ok(desktop:key(pin, "Return", stage.within()))
    expect.eventually("its end", stage.SECONDS, function() return shown.child:status().exited end)
    expect.equal(shown.child:status().exit, 1)
    expect.contains(expect.read(shown.out .. ".err"), "not this")
end)
