-- Every stop condition of the contract, from the command line, on real windows: exit 2, a report that names step and
-- reason and says what to do, and nothing is sent that should not be.
local expect = require "expect"
local iteration = require "iteration"
local places = require "places"
local stops = require "stops"
local x11 = require "x11_display"
local test = expect.test

local PLACES = { { "x11", places.shared_x11 }, { "tmux", places.shared_tmux } }

--- The same test on both kinds of windows.
local function on_both(sentence, body)
    for _, row in ipairs(PLACES) do
        test(row[1] .. ": " .. sentence, function() body(iteration.new(row[2]()), row[1]) end)
    end
end

-- Windows -------------------------------------------------------------------------------------------------------------

on_both("nothing stops a run in which all is well: each prompt arrives once and whole", function(it)
    it:workers()
    it:passes()
    it:expect_whole()
    expect.equal(it:stages(), { "launch", "worktrees", "bundle-validate", "integrate" })
end)

test("x11: five xterms, each gets its prompt once and whole", function()
    local it = iteration.new(places.shared_x11())
    it:workers(nil, "xterm")
    it:passes()
    it:expect_whole()
end)

for _, row in ipairs(PLACES) do
    test(row[1] .. ": windows that are missing are named with their near misses, and nobody is sent to", function()
        stops.missing(row[2]())
    end)
end

on_both("two windows have one title: nobody is sent to", stops.two)
on_both("a window that comes late is waited for", stops.late)

test("tmux: a worker's pane at a shell is refused before anything is sent", function()
    local it = iteration.new(places.shared_tmux())
    it:workers(iteration.but "C_features")
    it:workers({ "C_features" }, "shell")
    it:blocks("dispatch", "EREFUSED", {}, { "C_features", "sh is in front" })
    it:expect_untouched()
end)

test("tmux: there is no server", function()
    local it = iteration.new()
    local socket = it.scratch .. "/none"
    it:blocks("ensure_ahk", "ENODISPLAY", { Via = "tmux", TmuxSocket = socket }, { socket })
end)

test("x11: there is no display", function()
    local it = iteration.new()
    it.place.env.DISPLAY = ":4711"
    it:blocks("ensure_ahk", "ENODISPLAY", { Via = "x11" }, { ":4711" })
end)

--- Both kinds of windows can be had, and nobody says which.
local function on_either()
    local it = iteration.new(places.shared_x11())
    local both = { flags = { Via = "auto", TmuxSocket = places.shared_tmux().flags.TmuxSocket }, env = it.place.env }
    return it, function() it.place = both end
end

test("windows of one worker here and panes of another there: the run stops and asks which is meant", function()
    local it, choose = on_either()
    it:workers { "A_core", "B_tooling" }
    it.place = places.shared_tmux()
    it:workers { "C_features", "D_validation", "Z_aggregator" }
    choose()
    local run = it:blocks("dispatch", "EAMBIGUOUS", {}, { "x11 lacks", "tmux lacks", it.at:title "C_features" })
    expect.contains(run:top(), "-Via")
    it:expect_untouched()
end)

test("all are windows, and a tmux server is there as well: they are found without a word about it", function()
    local it, choose = on_either()
    it:workers()
    choose()
    expect.equal(it:passes():event "via.chosen".via, "x11")
    it:expect_whole()
end)

-- Focus ---------------------------------------------------------------------------------------------------------------

local function focus(display, title)
    local desktop = display:open()
    expect.ok(desktop:focus(x11.pin(desktop, title), x11.within()))
end

local function thief(display)
    display:puppet("window", "a thief", "stubborn")
    focus(display, "a thief")
end

-- Each try at a focus takes its five seconds: these wait for it side by side.

local UNFOCUSED = {
    { "a window that takes the focus back", "EFOCUS", "a thief", disturb = thief },
    { "the same, without a window manager", "EFOCUS", "a thief", manager = false, disturb = thief },
    { "a dialog of the worker's own window", "EFOCUS", "Trust this folder?", manner = "dialog" },
    { "an open menu, which holds the keyboard", "EREFUSED", "holds the keyboard",
        disturb = function(display) display:puppet "grab":await "grabbed" end },
}

test("x11: the focus cannot be had: after so many tries the run stops, and nothing was submitted", function()
    local runs = {}
    for i, case in ipairs(UNFOCUSED) do
        local display = x11.start { manager = case.manager }
        local it = iteration.new(places.x11(display))
        it:workers({ "A_core" }, case.manner)
        it:workers(iteration.but "A_core")
        if case.disturb then case.disturb(display) end
        runs[i] = it:start { FocusRetries = 0 }
    end
    for i, case in ipairs(UNFOCUSED) do
        local run = runs[i]:blocks("dispatch", case[2], { "A_core", case[3], "not sent: B_tooling, C_features" })
        expect.equal(run:receipts(), { A_core = "not_submitted" }, case[1])
        local seen = run:event("send.receipt").seen
        expect.truthy(run.it:read(("tools/codex/prompts/%s/logs/SEND_A_core.png"):format(run.it.id)), "the picture")
        if case.disturb == thief and seen.taken == "whole" then     -- ours for a moment: the text arrived, and no key
            expect.equal(seen.keys or 0, 0, case[1])
        else
            expect.equal(seen.taken or "not", "not", case[1])
            run.it:expect_untouched()
        end
    end
end)

local SETTLES = { ev = "send.phase", worker = "B_tooling", phase = "settle" }

test("x11: the focus goes elsewhere between paste and key: no key, and the next run pastes nothing", function()
    local it = iteration.new(places.shared_x11())
    it:workers()
    local run = it:meanwhile(SETTLES, function()
        it.place.display:puppet("window", "somebody's mail", "log")
        focus(it.place.display, "somebody's mail")
    end)
    run:blocks("dispatch", "EFOCUS", { "B_tooling", "somebody's mail", "the text may be in its composer",
        "not sent: C_features" })
    expect.equal(it:pastes(), iteration.once { "A_core", "B_tooling" })
    expect.equal(it:submits(), iteration.once { "A_core" })
    it:blocks("dispatch", "EINDOUBT", {}, { "B_tooling" })
    expect.equal(it:pastes(), iteration.once { "A_core", "B_tooling" })
end)

on_both("a window closes between paste and key: the run stops there", stops.closes)

test("x11: a window that does not take the text: nobody after it is sent to", function()
    local it = iteration.new(places.shared_x11())
    it:workers({ "A_core" })
    it:workers({ "B_tooling" }, "die")
    it:workers { "C_features", "D_validation", "Z_aggregator" }
    local run = it:blocks("dispatch", "EGONE", {}, { "B_tooling", "not sent: C_features" })
    expect.equal(run:receipts(), { A_core = "unobservable", B_tooling = "not_submitted" })
    expect.equal(it:pastes(), iteration.once { "A_core" })
end)

-- Markers -------------------------------------------------------------------------------------------------------------

test("a marker that is missing or wrong when the time is up: the worker and the reason are named", function()
    local cases = { stops.LINK, table.unpack(stops.MARKERS) }
    stops.markers(cases, function(i) return i % 2 == 0 and places.shared_x11() or places.shared_tmux() end,
        "unobservable")
end)

test("a marker in UTF-16, as PowerShell 5 writes it, counts; so does one that is completed late", function()
    stops.late_markers(iteration.new(places.shared_tmux()))
end)

-- Stages --------------------------------------------------------------------------------------------------------------

--- A run that needs no window: everybody is done already.
local function all_done()
    local it = iteration.new(places.shared_tmux())
    for _, worker in ipairs(iteration.WORKERS) do it:mark(worker) end
    return it
end

local STEP = { launch = "launch", ["bundle-validate"] = "bundle_validate", integrate = "integrate" }

for stage, step in pairs(STEP) do
    test(stage .. " fails: the run stops there, and no stage after it runs", function()
        local it = all_done()
        it:write("factory/" .. stage .. ".fails", "")
        local run = it:blocks(step, "ESTAGE", {}, { stage, "exit status 1", "it broke", step .. ".stderr.log" })
        expect.contains(it:read(("tools/codex/prompts/%s/logs/%s.stderr.log"):format(it.id, step)), "it broke")
        expect.contains(run:top(), "tools/codex/runs/" .. it.id)
        local stages = it:stages()
        expect.equal(stages[#stages], stage)
    end)
end

test("launch fails: nobody is sent to, though all the windows are there", function()
    local it = iteration.new(places.shared_x11())
    it:workers()
    it:write("factory/launch.fails", "")
    it:blocks("launch", "ESTAGE", {}, { "launch" })
    it:expect_untouched()
end)

test("worktrees open fails: that is a warning, and the windows decide", function()
    local it = iteration.new(places.shared_tmux())
    it:workers()
    it:write("factory/worktrees.fails", "")
    local run = it:passes()
    expect.equal(run:event "warning".code, "ESTAGE")
    expect.contains(run.page, "a warning: the windows decide")
end)

for said, what in pairs {
    ['{"status": "PASS", "meaningful_gate": {"verdict": "FAIL"}}'] = "the meaningful gate is FAIL",
    ['{"status": "PASS", "meaningful_gate": {"verdict": "BLOCKED"}}'] = "the meaningful gate is BLOCKED",
    ['{"status": "BLOCKED", "meaningful_gate": {"verdict": "PASS"}}'] = "its status is BLOCKED",
} do
    test("integrate ends with 0, but " .. what .. ": no PASS", function()
        local it = all_done()
        it:write("factory/integrate.says", said)
        it:blocks("integrate", "EGATE", {}, { what, "must be PASS" })
    end)
end

test("a stage that does not end is stopped, and all that it started", function()
    local it = all_done()
    it:write("factory/launch.does", "sleep 4711 & echo $! > sleeper; wait")
    it:blocks("launch", "ETIMEOUT", { StageTimeout = 1 }, { "-StageTimeout" })
    local sleeper = it:read "factory/sleeper":match "%d+"
    expect.equal(expect.read("/proc/" .. sleeper .. "/cmdline") or "", "", "the sleeper's command line")
end)

test("a factory that is not there stops the run before anything is sent", function()
    local it = iteration.new(places.shared_tmux())
    it:workers()
    it:blocks("launch", "ENOENT", { Factory = false }, { "factory" })
    it:blocks("launch", "ENOENT", { Factory = it.root .. "/none" }, { "none" })
    it:expect_untouched()
end)

-- The journal ---------------------------------------------------------------------------------------------------------

test("the journal cannot be written: the run stops, and nothing is pasted that it does not know of", function()
    local stopped = 0
    for blocks = 8, 28, 4 do                     -- of 512 bytes: how long a file may become
        local it = iteration.new(places.shared_tmux())
        for _, worker in ipairs { "A_core", "D_validation", "Z_aggregator" } do it:mark(worker) end
        it:workers { "B_tooling", "C_features" }
        local run = it:start({}, ("trap '' XFSZ; ulimit -f %d; exec \"$@\""):format(blocks)):finish()
        stopped = stopped + (run.exit == 2 and 1 or 0)
        expect.truthy(run.exit == 2 or run.exit == 0 and run.page, blocks .. ": exit " .. tostring(run.exit))
        for worker in pairs(it:pastes()) do
            expect.truthy(run:event("send.begin", worker), ("%d: %s was pasted to"):format(blocks, worker))
        end
        local again = it:run()
        expect.truthy(again.exit == 0 or again.verdict.code == "EINDOUBT", tostring(again.verdict.message))
        for worker, n in pairs(it:pastes()) do expect.equal(n, 1, blocks .. ": " .. worker) end
        expect.clean()
    end
    expect.truthy(stopped > 2, "stopped: " .. stopped)
end)
