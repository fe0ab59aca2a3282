-- The self-test that an operator runs first, on both kinds of window: it must pass, and it must be able to fail.
local expect = require "expect"
local test = expect.test
local file = require "file"

local function demo(via, environment)
    local folder = expect.folder() .. "/demo"
    local run = expect.dispatch { "demo", "-Via", via, "-Folder", folder, unset = { "DISPLAY" }, env = environment,
        seconds = 150 }
    return run, folder
end

local function report_of(out)
    return expect.read((expect.truthy(out:match "report%s+(%S+DISPATCH_REPORT%.md)", out)))
end

for _, via in ipairs { "x11", "tmux" } do
    test("the demo passes on " .. via .. ": five prompts, five markers, a report and a picture", function()
        expect.need(via == "x11" and "Xvfb" or "tmux")
        local run, folder = demo(via)
        expect.equal(run.exit, 0, run.out .. run.err)
        local report = report_of(run.out)
        expect.contains(report, ": PASS")
        local word = via == "tmux" and "| submitted |" or "unobservable, **arrived**"
        local _, times = report:gsub(word:gsub("%p", "%%%0"), "")
        expect.equal(times, 5)
        expect.equal(run.out:find("`unobservable, arrived` is all that X11 can show", 1, true) ~= nil, via == "x11")
        local picture = expect.truthy(run.out:match "picture%s+(%S+)")
        expect.truthy(file.stat(picture).bytes > 500)
        if via == "x11" then expect.equal(expect.read(picture):sub(2, 4), "PNG") end
        for _, worker in ipairs { "A_core", "B_tooling", "C_features", "D_validation", "Z_aggregator" } do
            expect.falsy(file.stat(folder .. "/received-" .. worker .. ".txt"))
        end
    end)
end

test("a folder that is there already is left alone", function()
    local folder = expect.folder()
    expect.write(folder .. "/mine.txt", "mine")
    local run = expect.dispatch { "demo", "-Folder", folder }
    expect.equal(run.exit, 2)
    expect.equal(expect.read(folder .. "/mine.txt"), "mine")
end)

test("an unknown flag of the demo is wrong usage", function()
    local run = expect.dispatch { "demo", "-Vai", "tmux" }
    expect.equal(run.exit, 64)
    expect.contains(run.err, "dispatch demo [-Via")
end)

test("what the demo cannot do is wrong usage, before anything is made", function()
    local folder = expect.folder() .. "/none"
    for _, case in ipairs {
        { { "-Via", "wayland" }, "'wayland' is not one of its values" },
        { { "-Via", "win32" }, "-Via win32: not in this build" },
        { { "-Via", "fake:x.lua" }, "the demo is for real windows" },
        { { "-Flow", "none.lua" }, "-Flow none.lua: no such script" },
        { { "-Workers", "A_core" }, "-Workers: is not for the demo" },
        { { "-Flow" }, "-Flow: needs a value" },
    } do
        local run = expect.dispatch { "demo", "-Folder", folder, table.unpack(case[1]) }
        expect.equal(run.exit, 64, run.out)
        expect.contains(run.err, case[2])
        expect.falsy(file.stat(folder))
    end
    expect.equal(expect.dispatch({ "demo", "-Folder" }).exit, 64)
end)
