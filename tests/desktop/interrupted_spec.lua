-- Ctrl-C, SIGTERM and a dropped line at any moment: exit 130, a report that says so, and nothing is left behind: no
-- process, no clipboard but the user's, no key, no lock, no buffer, no file.
local clock = require "clock"
local expect = require "expect"
local iteration = require "iteration"
local journal = require "dispatch.journal"
local leftovers = require "leftovers"
local places = require "places"
local process = require "process"
local report = require "dispatch.report"
local tmux = require "tmux_server"
local test = expect.test

local PLACES = { { "x11", places.shared_x11 }, { "tmux", places.shared_tmux } }
local SIGNALS = { "INT", "TERM", "HUP" }

--- Three are done already, and two are to be sent to.
local function two_left(place)
    local it = iteration.new(place)
    for _, worker in ipairs { "A_core", "D_validation", "Z_aggregator" } do it:mark(worker) end
    it.idle.B_tooling, it.idle.C_features = true, true
    return it
end

--- It ended as interrupted programs should.
local function expect_interrupted(run, step, signal)
    local what = ("SIG%s in %s: %s%s"):format(signal, step, tostring(run.verdict.message), run.err)
    expect.equal(run.exit, 130, what)
    expect.equal(run:headline(), "INTERRUPTED at " .. step, what)
    expect.contains(run:top(), "interrupted by SIG" .. signal)
    expect.contains(run:top(), "Run the same command again")
    expect.equal(run.events[#run.events].exit, 130, what)
end

-- At every event ------------------------------------------------------------------------------------------------------

local function phase(name) return { { ev = "send.phase", worker = "C_features", phase = name }, "dispatch" } end
local function stage(name, step) return { { ev = "stage.start", stage = name }, step } end

local function step(name) return { { ev = "step.start", step = name }, name } end

local SENDING = {
    step "ensure_ahk", step "dispatch", phase "check", phase "focus", phase "paste", phase "settle", phase "recheck",
    phase "submit", phase "confirm", step "wait_done",
    { { ev = "send.begin", worker = "B_tooling" }, "dispatch" },
    { { ev = "send.receipt", worker = "B_tooling" }, "dispatch" },
}
local OTHERS = {
    step "validate_run_id", step "find_zip", step "extract", step "validate_prompts", stage("launch", "launch"),
    stage("worktrees open", "open_worktrees"),
}

local function at_each(place, moments)
    for i, moment in ipairs(moments) do
        local it = two_left(place)
        it:workers { "B_tooling", "C_features" }
        local name = moment[1].stage and moment[1].stage:match "%S+"
        if name then it:write(("factory/%s.does"):format(name), "sleep 4711 & wait") end
        local left = leftovers.before(it)
        local signal = SIGNALS[i % #SIGNALS + 1]
        it:strike { { at = moment[1], signal = signal } }
        expect_interrupted(it:run(), moment[2], signal)
        left:check(expect.show(moment[1]))
        for worker, n in pairs(it:pastes()) do expect.equal(n, 1, worker) end
        expect.clean()
    end
end

for _, row in ipairs(PLACES) do
    test(row[1] .. ": a signal at any moment of sending ends in a report and exit 130, with nothing left", function()
        at_each(row[2](), SENDING)
    end)
end

test("a signal in any step before that, too", function() at_each(places.shared_tmux(), OTHERS) end)

test("a signal in the steps after all are done", function()
    local it = iteration.new(places.shared_tmux())
    for _, worker in ipairs(iteration.WORKERS) do it:mark(worker) end
    local left = leftovers.before(it)
    for i, name in ipairs { "bundle-validate", "integrate" } do
        it:write(("factory/%s.does"):format(name), "sleep 4711 & wait")
        it:strike { { at = { ev = "stage.start", stage = name }, signal = SIGNALS[i] } }
        expect_interrupted(it:run(), name:gsub("-", "_"), SIGNALS[i])
        left:check(name)
        os.remove(("%s/factory/%s.does"):format(it.root, name))
    end
end)

test("a signal while the report is written: all is done, and the run is a PASS", function()
    local it = iteration.new(places.shared_tmux())
    for _, worker in ipairs(iteration.WORKERS) do it:mark(worker) end
    it:strike { { at = { ev = "step.start", step = "report" }, signal = "INT" },
        { at = { ev = "artifact", kind = "report" }, signal = "TERM" } }
    it:passes()
end)

-- While it waits ------------------------------------------------------------------------------------------------------

-- name, step, flags, what is waited for, and what the windows are; at: the moment from which on it only waits.
local WAITS = {
    { "for a window", "dispatch", { WindowReadyTimeout = 600 }, { ev = "step.start", step = "dispatch" }, { } },
    { "between two workers", "dispatch", { BetweenWorkersDelayMs = 600000 },
        { ev = "send.receipt", worker = "B_tooling" }, { "B_tooling", "C_features" } },
    { "for a paste to settle", "dispatch", { SettleMs = 600000 }, { ev = "send.phase", phase = "settle" },
        { "B_tooling", "C_features" } },
    { "for markers", "wait_done", {}, { ev = "step.start", step = "wait_done" }, { "B_tooling", "C_features" } },
}

for _, row in ipairs(PLACES) do
    test(row[1] .. ": a signal during each kind of wait is heard at once", function()
        for i, case in ipairs(WAITS) do
            local it = two_left(row[2]())
            it:workers(case[5])
            local left = leftovers.before(it)
            local run = it:start(case[3])
            run:await_event(case[4])
            local signal = SIGNALS[i % #SIGNALS + 1]
            run:signal(signal)
            local began = clock.now()
            run:finish()
            expect.truthy(clock.now() - began < 5, "waiting " .. case[1])
            expect_interrupted(run, case[2], signal)
            left:check("waiting " .. case[1])
            expect.clean()
        end
    end)
end

local CONTROL = "0xffe3"

local function interrupt_sending(it, moment)
    local left = leftovers.before(it)
    local run = it:start()
    moment(run)
    run:signal "INT"
    expect_interrupted(run:finish(), "dispatch", "INT")
    expect.equal(it:pastes(), {})
    return left
end

test("x11: Ctrl-C while the window takes the text", function()
    local it = two_left(places.shared_x11())
    it:workers({ "B_tooling" }, "stall")
    it:workers { "C_features" }
    interrupt_sending(it, function() it.opened.B_tooling.puppet:await "key 76 %x+" end):check "a paste"
end)

test("x11: Ctrl-C while a person's finger on a key is waited for", function()
    local it = two_left(places.shared_x11())
    local display = it.place.display
    it:workers { "B_tooling", "C_features" }
    display:order("press", CONTROL)
    expect.after(function() display:order("release", CONTROL) end)
    local left = interrupt_sending(it, function(run) run:await_event { ev = "send.phase", phase = "paste" } end)
    expect.equal(display:order "state", "held 4 locks 0 group 0\n", "the person's key")
    display:order("release", CONTROL)
    left:check "a held key"
end)

-- More than once ------------------------------------------------------------------------------------------------------

--- A stage whose child is asked to end and goes on.
local function stubborn()
    local it = iteration.new(places.shared_tmux())
    it:write("factory/launch.does", "trap '' INT HUP; trap 'touch asked' TERM; touch started; "
        .. "while :; do sleep 0.02; done")
    local left, run = leftovers.before(it), it:start()
    run:await("the stage is at work", function() return it:read "factory/started" end)
    run:signal "INT"
    run:await("it was asked to end", function() return it:read "factory/asked" end)
    return it, run, left
end

test("a stage whose child does not end: the first Ctrl-C gives it five seconds, a second hurries", function()
    local began = clock.now()
    local it, patient, left = stubborn()
    local other, hasty, other_left = stubborn()
    local asked = clock.now()
    hasty:signal "INT"
    expect_interrupted(hasty:finish(), "launch", "INT")
    local hurried = clock.now() - asked
    other_left:check "hurried"
    expect_interrupted(patient:finish(), "launch", "INT")
    expect.truthy(clock.now() - began >= 5, "five seconds for an orderly end")
    expect.truthy(hurried < 4, ("hurried, it took %.1f s"):format(hurried))
    left:check "patient"
    expect.equal({ #it:stages(), #other:stages() }, { 1, 1 })
end)

test("a third Ctrl-C ends the program at once; the next run writes the report", function()
    local it = iteration.new(places.shared_tmux())
    it:strike { { at = { ev = "step.start", step = "launch" }, signal = "INT" },
        { at = { ev = "run.interrupted" }, signal = "INT INT" } }
    local run = it:run()
    expect.equal(run.signal_number, 2)
    expect.falsy(run.page)
    it:strike(nil)
    it:write("factory/launch.fails", "")
    it:blocks("launch", "ESTAGE", {}, {})
    expect.contains(expect.read(it.at:attempt(1) .. "/DISPATCH_REPORT.md"), "ENDED WITHOUT A VERDICT")
end)

-- A dropped line ------------------------------------------------------------------------------------------------------

--- Starts the program in a terminal of its own, a pane of a server that is no place for workers. Answers the pane's id.
local function in_terminal(it, flags)
    local server = places.shared_tmux().server
    local words = { "exec", "env" }
    for name, value in pairs(it:environment()) do words[#words + 1] = tmux.quoted(name .. "=" .. value) end
    for _, word in ipairs(it:argv(flags)) do words[#words + 1] = tmux.quoted(word) end
    local line = ("cd %s; %s"):format(tmux.quoted(it.root), table.concat(words, " "))
    return server, server:pane { run = line }.id
end

local function events_of(it) return expect.ok(journal.read(it.at:journal())) end

local DROPS = {
    { "while it waits for markers", function(s) return s.step == "wait_done" end, "wait_done" },
    { "while it sends", function(s)
        local w = s.workers.B_tooling
        return w and w.status == "settle"
    end, "dispatch", { SettleMs = 600000 } },
}

for _, row in ipairs(PLACES) do
    test(row[1] .. ": the terminal goes away, as when an SSH line drops: a report, exit 130, nothing left", function()
        for _, case in ipairs(DROPS) do
            local it = two_left(row[2]())
            it:workers { "B_tooling", "C_features" }
            local left = leftovers.before(it)
            local server, pane = in_terminal(it, case[4])
            expect.eventually("the run is there", iteration.SECONDS, function()
                return expect.read(it.at:journal()) and case[2](events_of(it))
            end)
            expect.contains(server:run("capture-pane", "-p", "-t", pane), "C_features", "the view")
            server:run("kill-pane", "-t", pane)
            expect.eventually("it ends", iteration.SECONDS, function() return events_of(it).ended end)
            left:ended()
            local sum = events_of(it)
            expect.equal({ sum.ended.exit, sum.verdict.verdict, sum.verdict.step },
                { 130, "INTERRUPTED", case[3] }, case[1])
            expect.contains(sum.verdict.message, "SIGHUP")
            expect.equal(expect.read(it.at:report()), report.render(sum))
            left:check(case[1])
            expect.clean()
        end
    end)
end

-- Other commands ------------------------------------------------------------------------------------------------------

--- Starts a command in the project; answers the child and the file of its output.
local function command(it, ...)
    local out = it.root .. "/command.out"
    local child = expect.ok(process.spawn({ expect.binary(), ... }, { cwd = it.root, env = it:environment(), out = out,
        err = out }))
    expect.after(function()
        child:kill(clock.now() + 2)
        child:close()
    end)
    return child, out
end

local function interrupt(child)
    expect.run { "kill", "-INT", tostring(child:pid()) }
    expect.eventually("it ends", iteration.SECONDS, function() return child:status().exited end)
    expect.equal(child:status().exit, 130)
end

test("x11: Ctrl-C ends dispatch send, and the clipboard is the user's again", function()
    local it = iteration.new(places.shared_x11())
    it:workers({ "B_tooling" }, "stall")
    local left = leftovers.before(it)
    it:write("text", "a text")
    local child = command(it, "send", it.at:title "B_tooling", "text", "-Via", "x11")
    it.opened.B_tooling.puppet:await "key 76 %x+"
    interrupt(child)
    left:check "send"
end)

test("Ctrl-C ends dispatch wait, which writes nothing", function()
    local it = iteration.new(places.shared_tmux())
    it:mark "A_core"
    local before = expect.tree(it.root .. "/tools")
    local child, out = command(it, "wait", "-RunId", it.id)
    expect.eventually("it waits", iteration.SECONDS, function()
        return (expect.read(out) or ""):find("A_core", 1, true)
    end)
    interrupt(child)
    expect.contains(expect.read(out), "interrupted by SIGINT")
    expect.equal(expect.tree(it.root .. "/tools"), before)
end)

-- The demo ------------------------------------------------------------------------------------------------------------

for _, via in ipairs { "x11", "tmux" } do
    test("Ctrl-C ends the demo on " .. via .. ", its windows and their server", function()
        expect.need(via == "x11" and "Xvfb" or "tmux")
        local root = expect.folder()
        local out = root .. "/out"
        local demo = expect.ok(process.spawn({ expect.binary(), "demo", "-Via", via, "-Folder", root .. "/demo" },
            { env = { [iteration.MARK] = root }, unset = { "DISPLAY", "TMUX" }, out = out, err = out }))
        expect.after(function()
            demo:kill(clock.now() + 2)
            demo:close()
        end)
        expect.eventually("a prompt is sent", iteration.SECONDS, function()
            return (expect.read(out) or ""):find("pastes", 1, true)
        end)
        interrupt(demo)
        expect.eventually("all it started ends", 10, function() return #leftovers.processes(root) == 0 end)
    end)
end
