-- Every stop condition of the contract, from the command line, on windows of Windows, by dispatch's own hands and by
-- AutoHotkey's: exit 2, a report that names step and reason and says what to do, and nothing is sent that should not
-- be. Those of AutoHotkey itself: ahk_stops_spec.
local expect = require "expect"
local iteration = require "iteration"
local leftovers = require "leftovers"
local places = require "places"
local stops = require "stops"
local test = expect.test

local function by(via, sentence, body)
    test(via .. ": " .. sentence, function() body(iteration.new(places.windows(via))) end)
end

--- The same test with both: where it is the hands that matter.
local function by_both(sentence, body)
    by("win32", sentence, body)
    by("ahk", sentence, body)
end

-- Windows -------------------------------------------------------------------------------------------------------------

by("ahk", "windows that are missing are named with their near misses, and nobody is sent to", function(it)
    local left = leftovers.before(it)
    stops.missing(it.place)
    left:check "no window"
end)

by("ahk", "two windows have one title: nobody is sent to", function(it)
    local left = leftovers.before(it)
    stops.two(it)
    left:check "two windows"
end)

by_both("a window closes between paste and key: the run stops there", function(it)
    local left = leftovers.before(it)
    stops.closes(it)
    left:check "a closed window"
end)

-- Focus ---------------------------------------------------------------------------------------------------------------

--- All windows but one, which has this manner.
local function all_but_one(it, worker, manner)
    it:workers(iteration.but(worker))
    it:workers({ worker }, manner)
    return leftovers.before(it)
end

--- The picture of its window; where another window may lie upon that, else why there is none.
local function expect_picture(it, worker, cover)
    local path = ("tools/codex/prompts/%s/logs/SEND_%s"):format(it.id, worker)
    local png = it:read(path .. ".png")
    if cover and not png then
        expect.matches(it:read(path .. ".txt"), "There is no picture of it: .*covered by '" .. cover .. "'\n")
    else
        expect.equal(expect.truthy(png, "the picture"):sub(2, 4), "PNG")
    end
end

by("ahk", "a dialog stands before one of five windows: nobody is sent to", function(it)
    local left = all_but_one(it, "D_validation", "dialog")
    local run = it:blocks("dispatch", "EREFUSED", {}, { "D_validation", "waits for an answer", "'a question'" })
    expect.contains(run:top(), "answer the dialog")
    expect_picture(it, "D_validation")
    it:expect_untouched()
    left:check "a dialog"
end)

by_both("a button has the focus, and no -FocusKeys: nothing is pasted there, nor to anybody after it", function(it)
    local left = all_but_one(it, "B_tooling", "button")
    local run = it:blocks("dispatch", "EFOCUS", { FocusRetries = 0 },
        { "B_tooling", "a control that takes no text (Button)", "not sent: C_features, D_validation, Z_aggregator" })
    expect.contains(run:top(), "-FocusRetries")
    expect.equal(run:receipts(), { A_core = "submitted", B_tooling = "not_submitted" })
    expect_picture(it, "B_tooling")
    expect.equal(it:pastes(), iteration.once { "A_core" })
    left:check "a button"
    it:passes { FocusKeys = "F6" }               -- where the focus is in the chat already, that key does nothing
    it:expect_whole()
end)

by_both("a window gives the focus away whenever it gets it: the run stops, and nothing was pasted", function(it)
    local left = all_but_one(it, "A_core", "shy")
    local run = it:blocks("dispatch", "EFOCUS", { FocusRetries = 0 },
        { "A_core", "'in the way'", "in 1 attempt: ", "not sent: B_tooling, C_features" })
    expect.equal(run:event("send.receipt").seen.taken or "not", "not")
    expect.contains(run:top(), "-FocusRetries")
    expect_picture(it, "A_core", "in the way")
    it:expect_untouched()
    left:check "the focus"
end)

by_both("the focus goes elsewhere between paste and key: no key; and the next run presses it alone", function(it)
    local left = all_but_one(it, "B_tooling", "leaves")
    it:blocks("dispatch", "EFOCUS", {}, { "B_tooling", "'in the way'", "the text may be in its composer",
        "not sent: C_features" })
    expect.equal(it:submits(), iteration.once { "A_core" })
    left:check "a window in the way"
    local run = it:passes()
    expect.equal(run:event("send.begin", "B_tooling").mode, "key")
    it:expect_whole()
    left:check "the key alone"
end)

-- Markers, stages -----------------------------------------------------------------------------------------------------

by("ahk", "a marker that is missing or wrong when the time is up: the worker and the reason are named", function(it)
    local left = leftovers.before(it)
    local named = { none = true, ["another worker's"] = true, ["UTF-16 without a mark"] = true }
    local cases = {}
    for _, case in ipairs(stops.MARKERS) do
        if named[case[1]] then cases[#cases + 1] = case end
    end
    stops.markers(cases, function() return it.place end, "submitted")
    left:check "a marker"
end)

by("win32", "launch fails: nobody is sent to; the gate is not PASS: no PASS", function(it)
    it:workers()
    it:write("factory/launch.fails", "")
    it:blocks("launch", "ESTAGE", {}, { "launch", "exit status 1", "it broke", "launch.stderr.log" })
    it:expect_untouched()
    os.remove(it.root .. "/factory/launch.fails")
    it:write("factory/integrate.says", '{"status": "PASS", "meaningful_gate": {"verdict": "BLOCKED"}}')
    it:blocks("integrate", "EGATE", {}, { "the meaningful gate is BLOCKED", "must be PASS" })
end)
