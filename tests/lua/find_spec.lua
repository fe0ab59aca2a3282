-- All windows first: matching, pinning, waiting, finding again, and which desktop with -Via auto.
local expect = require "expect"
local world = require "world"
local clock = require "clock"
local wait = require "wait"
local window = require "window"
local find = require "dispatch.find"
local test = expect.test

test("windows that come late are waited for, together", function()
    local r = world.new({ late = 20 }):passes()
    expect.equal(#r:all "target.found", 5)
    expect.truthy(r:all("send.begin")[1].t >= 100, "nothing before the fifth was there")
end)

test("no window: every title is named, nothing is sent, the time-out is kept", function()
    local r, message = world.new { without = { A_core = true, B_tooling = true, C_features = true, D_validation = true,
        Z_aggregator = true } }:stops("dispatch", "ENOWINDOW")
    for _, worker in ipairs(world.WORKERS) do expect.contains(message, world.title(worker)) end
    expect.equal(r:pastes(), {})
    local took = r:one("run.verdict").t
    expect.truthy(took >= 120 and took < 121, took)
    expect.contains(r.page, "Confirm that each window's title includes `HITECHOS_<CODEX_ID>_")
    expect.contains(r.page, "-WindowReadyTimeout")
end)

test("the fifth window missing: nothing is sent to the other four", function()
    local r, message = world.new({ without = { Z_aggregator = true } }):stops("dispatch", "ENOWINDOW")
    expect.contains(message, "HITECHOS_Z_aggregator_20261122_1")
    expect.lacks(message, "no window has 'HITECHOS_A_core")
    expect.equal(r:pastes(), {})
    expect.equal(r:receipts(), {})
end)

test("a window that comes at the last moment is found by the last look", function()
    local w = world.new { { at = 120, window = "Z_aggregator", title = world.title "Z_aggregator", app = "agent",
        screen = "sample worker Z_aggregator\n> " }, without = { Z_aggregator = true } }
    local r = w:run { "-WorkerDoneTimeout", "60" }
    expect.equal(r:one("send.receipt", "Z_aggregator").receipt, "submitted")
end)

test("another run's window is not a match: _10 is not _1", function()
    local _, message = world.new { { at = 0, window = "other", title = "HITECHOS_A_core_20261122_10" },
        without = { A_core = true } }:stops("dispatch", "ENOWINDOW")
    expect.contains(message, "20261122_10")
end)

test("two windows with one title: EAMBIGUOUS, both are listed, nothing is sent", function()
    local r, message = world.new { { at = 0, window = "twin", title = world.title "B_tooling" } }:stops("dispatch",
        "EAMBIGUOUS")
    expect.contains(message, "2 windows")
    expect.equal(r:pastes(), {})
end)

test("one window with two titles is nobody's", function()
    local r = world.new { { at = 0, window = "both", title = world.title "A_core" .. " " .. world.title "B_tooling" },
        without = { A_core = true, B_tooling = true } }:stops("dispatch", "EAMBIGUOUS")
    expect.equal(r:pastes(), {})
end)

test("a second window that comes after the pin changes nothing", function()
    world.new { { at = 2, window = "twin", title = world.title "Z_aggregator" } }:passes()
end)

test("a window that vanished while others are waited for is found again", function()
    local w = world.new { { at = 5, close = "A_core" }, late = 4 }
    local again = world.good(w, "A_core", 1, { at = 10 })
    table.insert(w.rules, again)
    local r = w:passes()
    expect.equal(r:one("find.retry").missing, { "HITECHOS_A_core_20261122_1" })
    expect.equal(#r:all("target.found", "A_core"), 2)
end)

test("re-finds are counted, and all happen within the one time-out", function()
    local rules = { late = 30 }
    for i = 0, 5 do
        rules[#rules + 1] = { at = 31 + 4 * i, close = "A_core" }
        rules[#rules + 1] = { at = 33 + 4 * i, window = "A_core", title = world.title "A_core", app = "agent",
            screen = "sample worker A_core\n> " }
    end
    local r, message = world.new(rules):stops("dispatch", "ENOWINDOW")
    expect.equal(#r:all "find.retry", 3)
    expect.contains(message, "vanished")
    expect.truthy(r:one "run.verdict".t < 120)
end)

test("a window that vanishes just before its turn is found again, within the same time-out", function()
    local w = world.new { { at = 1, close = "Z_aggregator" } }
    table.insert(w.rules, (world.good(w, "Z_aggregator", 5, { at = 30 })))
    local r = w:passes()
    expect.equal(r:one("find.retry").try, 1)
    expect.equal(r:one("send.receipt", "Z_aggregator").receipt, "submitted")
end)

test("one that vanishes before its turn and never comes back stops the run within the time-out of all finds", function()
    local r = world.new { { at = 1, close = "Z_aggregator" } }:stops("dispatch", "ENOWINDOW")
    expect.truthy(r:one "run.verdict".t <= 121)
    expect.equal(r:receipts().D_validation, "submitted")
end)

test("a pinned window whose title loses its token is gone", function()
    local r = world.new { { at = 1, retitle = "Z_aggregator", title = "vim" } }:stops("dispatch", "ENOWINDOW")
    expect.falsy(r:pastes().Z_aggregator)
end)

test("a closed display ends the search at once", function()
    local r = world.new { { at = 10, display = "gone" }, without = { Z_aggregator = true } }:stops("dispatch",
        "ENODISPLAY")
    expect.truthy(r:one "run.verdict".t < 11)
end)

-- -Via auto: several places at once -----------------------------------------------------------------------------------

local function places(panes, windows)
    local made = {}
    for i, rules in ipairs { panes, windows } do
        made[i] = { name = ({ "tmux", "x11" })[i], desktop = expect.ok(window.fake(rules)) }
        expect.after(function() made[i].desktop:close() end)
    end
    return made
end

local function search()
    local set = wait.set()
    return { began = clock.now(), deadline = clock.now() + 5, retries = 3, emit = function() return true end,
        pump = function(deadline, sources)
            for _, source in ipairs(sources) do set:add(source, source) end
            local owner, what, code = set:next(deadline)
            for _, source in ipairs(sources) do set:remove(source) end
            if owner then return what end
            return nil, what, code
        end }
end

local JOBS = { "A", "B" }
local function jobs()
    local list = {}
    for i, worker in ipairs(JOBS) do list[i] = { worker = worker, title = "HITECHOS_" .. worker .. "_1" } end
    return list
end
local function shown(names, at)
    local rules = {}
    for _, name in ipairs(names) do
        rules[#rules + 1] = { at = at or 0, window = name, title = "HITECHOS_" .. name .. "_1" }
    end
    return rules
end

test("auto: tmux where all titles are panes, even if terminals show them too", function()
    local both = places(shown { "A", "B" }, shown { "A", "B" })
    expect.equal(find.all(both, jobs(), search()), both[1])
end)

test("auto: x11 where all are windows", function()
    local both = places(shown { "A" }, shown { "A", "B" })
    expect.equal(find.all(both, jobs(), search()), both[2])
end)

test("auto: a mix is ambiguous, and says what is where", function()
    local message = expect.refused("EAMBIGUOUS", "not all of one kind",
        find.all(places(shown { "A" }, shown { "B" }), jobs(), search()))
    expect.contains(message, "tmux lacks HITECHOS_B_1")
    expect.contains(message, "x11 lacks HITECHOS_A_1")
    expect.contains(message, "-Via")
end)

test("auto: both places are waited on", function()
    local both = places({}, shown({ "A", "B" }, 3))
    expect.equal(find.all(both, jobs(), search()), both[2])
end)

test("auto: what is nowhere is named, what is somewhere is not", function()
    local message = expect.refused("ENOWINDOW", "no window has 'HITECHOS_B_1",
        find.all(places({}, shown { "A" }), jobs(), search()))
    expect.lacks(message, "no window has 'HITECHOS_A_1")
end)
