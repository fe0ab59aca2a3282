-- Flows of teams: each edit of docs/writing-a-flow.md, and a flow for seven workers in three phases. Run as a team
-- would run them: the program as a child, on a rehearsal desktop.
local expect = require "expect"
local test = expect.test
local cjson = require "cjson"
local host = require "host"
local layout = require "dispatch.layout"
local zip = require "zip"

local FIVE = { "A_core", "B_tooling", "C_features", "D_validation", "Z_aggregator" }

local function prompt(at, worker)
    return ("RUN_ID: %s\nCODEX_ID: %s\n\nWrite %s with this line:\n%s\n"):format(at.run_id, worker,
        at:marker_text(worker), at:token(worker))
end

---A desktop with a good window for each worker; the nth writes its marker 10 n seconds after its prompt.
local function desktop(at, workers)
    local rules = {}
    for i, worker in ipairs(workers) do
        rules[#rules + 1] = ("{ at = 0, window = %q, title = %q, pid = %d, app = 'agent', screen = %q }"):format(
            worker, at:title(worker), i, "sample worker x\n> ")
        rules[#rules + 1] = ("{ on = 'submit', window = %q, after = %d, write = %q, text = %q }"):format(worker,
            10 * i, at:marker(worker), at:token(worker) .. "\n")
    end
    return "return {\n" .. table.concat(rules, ",\n") .. "\n}\n"
end

---A project with this flow, its zip and its desktop.
local function project(source, workers, id)
    local root = expect.folder()
    local at, files = layout.new(root, id or "20261122_1"), {}
    for _, worker in ipairs(workers) do files[at:prompt_name(worker)] = prompt(at, worker) end
    expect.mkdir(layout.zips(root))
    expect.ok(zip.create(at:zip(), files))
    expect.write(root .. "/README.md", "a project\n")
    expect.write(layout.dispatch_folder(root) .. "/run_iter.lua", source)
    expect.write(root .. "/desktop.lua", desktop(at, workers))
    return at
end

local function run(at)
    return expect.dispatch { "run_iter.lua", "-RunId", at.run_id, "-Via", "fake:desktop.lua", "-Factory", "true",
        cwd = at.root }
end

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

---The edits of the page, in order: { title, old, new }.
local function edits()
    local list = {}
    local page = expect.read(expect.root .. "/docs/writing-a-flow.md")
    for section in page:gsub("\n## ", "\0"):gmatch "%z([^%z]+)" do
        local title, blocks = section:match "^(%d%. [^\n]+)", {}
        for block in section:gmatch "```lua\n(.-)```" do blocks[#blocks + 1] = block end
        if title then list[#list + 1] = { title = title, old = blocks[1], new = blocks[2] } end
    end
    return list
end

local function edited(n)
    local edit = edits()[n]
    local source = host.source "run_iter.lua"
    local first, last = source:find(edit.old, 1, true)
    expect.truthy(first, edit.title .. ": run_iter.lua has no such lines")
    expect.falsy(source:find(edit.old, last, true), edit.title .. ": run_iter.lua has these lines twice")
    return source:sub(1, first - 1) .. edit.new .. source:sub(last + 1)
end

test("the page has five edits", function()
    expect.equal(#edits(), 5)
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
