-- Flows of teams: each edit of docs/writing-a-flow.md, and a flow for seven workers in three phases. Run as a team
-- would run them: the program as a child, on a rehearsal desktop.
local expect = require "expect"
local test = expect.test
local cjson = require "cjson"
local fixture = require "project"
local host = require "host"
local pages = require "pages"

local FIVE = { "A_core", "B_tooling", "C_features", "D_validation", "Z_aggregator" }

local project, run = fixture.iteration, fixture.rehearse

---The events of a run that must pass.
local function passes(at)
    local result = run(at)
    expect.equal(result.exit, 0, result.out .. result.err)
    local events = {}
    for line in expect.read(at:journal()):gmatch "[^\n]+" do events[#events + 1] = cjson.decode(line) end
    return events, result
end

---When a worker was sent to, and when it was done: their places in the journal.
local function moments(events)
    local sent, done = {}, {}
    for i, e in ipairs(events) do
        if e.ev == "send.begin" then sent[e.worker] = i end
        if e.ev == "worker.done" then done[e.worker] = i end
    end
    return sent, done
end

local PAGE = "docs/writing-a-flow.md"

---The built-in flow with the nth edit of the page.
local function edited(n)
    return expect.ok(pages.edited(pages.code(PAGE, "lua", "in run_iter.lua")[n], pages.code(PAGE, "lua", "instead")[n]))
end

test("the page has five edits", function()
    expect.equal(#pages.code(PAGE, "lua", "in run_iter.lua"), 5)
end)

test("edit 1, other workers: they are checked, sent to and waited for", function()
    local workers = { "A_core", "B_tooling", "R_reviewer" }
    local sent, done = moments((passes(project(edited(1), workers))))
    for _, worker in ipairs(workers) do expect.truthy(sent[worker] and done[worker], worker) end
end)

test("edit 2, another form of RUN_ID: it is accepted, and the old one is not", function()
    local source = edited(2)
    passes(project(source, FIVE, "20261122_101500_7F3A"))
    local refused = run(project(source, FIVE))
    expect.equal(refused.exit, 2)
    expect.contains(refused.err, "20261122_1")
end)

test("edit 3, phases: the aggregator is sent to when the four others are done", function()
    local sent, done = moments((passes(project(edited(3), FIVE))))
    for i = 1, 4 do expect.truthy(done[FIVE[i]] < sent.Z_aggregator, FIVE[i]) end
end)

test("edit 4, a step of its own: it runs, and stops the run when it fails", function()
    expect.posix "the page's smoke test is git's, which Wine has not"
    local source = edited(4)
    local at = project(source, FIVE)
    passes(at)
    expect.contains(expect.read(at:report()), "the smoke test passed")
    local other = project(source, FIVE)
    os.remove(other.root .. "/README.md")
    local failed = run(other)
    expect.equal(failed.exit, 2)
    expect.contains(expect.read(other:report()), "the smoke test failed")
end)

test("edit 5, a pipeline: the aggregator starts when A_core is done and others are still at work", function()
    local sent, done = moments((passes(project(edited(5), FIVE))))
    expect.truthy(done.A_core < sent.Z_aggregator)
    expect.truthy(sent.Z_aggregator < done.D_validation)
end)

-- ----------------------------------------------------------------------------------------- seven workers, three phases

local SEVEN = { "A_core", "B_tooling", "C_features", "D_validation", "Z_aggregator", "R_reviewer", "E_planner" }

local function seven() return (expect.read(expect.root .. "/tests/lua/flows/three_phases.lua")) end

test("the flow for seven workers in three phases differs from the built-in one in at most 40 lines", function()
    expect.posix "there is no diff"
    local folder = expect.folder()
    expect.write(folder .. "/own.lua", seven())
    expect.write(folder .. "/run_iter.lua", host.source "run_iter.lua")
    local diff = expect.run { "diff", "run_iter.lua", "own.lua", cwd = folder }
    local _, lines = ("\n" .. diff.out):gsub("\n[<>]", "")
    expect.truthy(lines > 0 and lines <= 40, ("%d lines"):format(lines))
end)

test("A to D, then Z, then R and E", function()
    local sent, done = moments((passes(project(seven(), SEVEN, "20261122_101500_7F3A"))))
    for i = 1, 4 do expect.truthy(done[SEVEN[i]] < sent.Z_aggregator, SEVEN[i]) end
    expect.truthy(done.Z_aggregator < sent.R_reviewer and done.Z_aggregator < sent.E_planner)
end)

test("dispatch check and dispatch wait follow a team's flow", function()
    local at = project(seven(), SEVEN, "20261122_101500_7F3A")
    local check = expect.dispatch { "check", "-RunId", at.run_id, cwd = at.root }
    expect.equal(check.exit, 0, check.out .. check.err)
    expect.contains(check.out, "E_planner")
    for _, worker in ipairs(SEVEN) do
        if worker ~= "E_planner" then expect.write(at:marker(worker), at:token(worker)) end
    end
    local waits = { "wait", "-RunId", at.run_id, "-WorkerDoneTimeout", "1", cwd = at.root }
    local late = expect.dispatch(waits)
    expect.equal(late.exit, 2)
    expect.contains(late.out .. late.err, "E_planner")
    expect.write(at:marker "E_planner", at:token "E_planner")
    expect.equal(expect.dispatch(waits).exit, 0)
end)
