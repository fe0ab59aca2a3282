--- growth - one piece of work for so many workers: dispatch tests/bench/growth.lua CASE N. tests/growth counts what it
--- costs. Everything happens on the fake desktop, in simulated time.
local here = arg[0]:match("^(.*)/[^/]*$") or "."
package.path = ("%s/../lua/?.lua"):format(here)
local clock = require "clock"
local expect = require "expect"
expect.root = here .. "/../.."
local project = require "project"
local title = require "dispatch.title"
local window = require "window"
local world = require "world"

local FLOW = world.WITHOUT_STAGES:gsub("workers = %b{}", "workers = require 'project'.WORKERS")

local case = {}

---Finding, focusing, pasting and pressing a key, as the desktop sees it.
function case.desktop(count)
    local rules = {}
    for i = 1, count do
        rules[i] = { at = 0, window = "w" .. i, title = ("HITECHOS_w%d_%s"):format(i, project.ID), pid = i,
            app = "agent", screen = "> " }
    end
    local desktop <close> = expect.ok(window.fake(rules))
    for _, w in ipairs(expect.ok(desktop:list())) do
        local pin = { id = w.id, pid = w.pid, token = w.title }
        assert(desktop:focus(pin, { deadline = clock.now() + 10 }))
        assert(desktop:paste(pin, "text", { deadline = clock.now() + 10 }))
        assert(desktop:key(pin, "Return", { deadline = clock.now() + 10 }))
    end
end

---A whole run: windows that are found, sends, workers that finish one after the other, the report.
function case.run(count)
    for i = 1, count do project.WORKERS[i] = ("w%d"):format(i) end
    local result = world.new { work = 5 }:run { flow = FLOW }
    expect.equal(result.exit, 0, result.out .. result.err)
end

---A title that no window has: each is compared.
function case.misses(count)
    local windows = {}
    for i = 1, count do
        windows[i] = { id = i, pid = i, app = "agent", title = ("● HITECHOS_w%d_20261123_2 - agent"):format(i) }
    end
    assert(#title.near_misses(windows, "HITECHOS_wx_20261122_1") >= 0)
end

case[arg[1]](math.tointeger(arg[2]))
expect.clean()
