-- Waiting for the markers: what counts, what is said meanwhile, and how it ends. And `dispatch wait`.
local expect = require "expect"
local world = require "world"
local test = expect.test

local MARKER, TOKEN = world.marker "A_core", world.token "A_core"

---A_core's window takes its prompt and never writes a marker by itself.
local function silent(rules)
    rules = rules or {}
    rules.without = { A_core = true }
    local w = world.new(rules)
    table.insert(w.rules, (world.good(w, "A_core", 1)))
    return w
end

test("each worker is reported when it is done, in the order in which they finish", function()
    local r = world.new():passes()
    local order, last = {}, 0
    for _, event in ipairs(r:all "worker.done") do
        order[#order + 1] = event.worker
        expect.truthy(event.t >= last)
        last = event.t
    end
    expect.equal(order, world.WORKERS)
end)

test("a worker that finishes while others are still being sent to is reported at once", function()
    local r = world.new { work = 0.2 }:passes()
    local done = r:one("worker.done", "A_core")
    expect.truthy(done.seq < r:one("send.begin", "B_tooling").seq, "before the next paste began")
    expect.truthy(done.t < r:one("send.begin", "B_tooling").t - 0.2, "and not when the pause was over")
end)

test("a worker whose marker is there at the start is not sent to", function()
    local r = world.new { { at = 0, write = MARKER, text = TOKEN } }:passes()
    expect.falsy(r:pastes().A_core)
    expect.equal(r:one("worker.done", "A_core").how, "already")
    expect.contains(r.page, "done already, not sent")
end)

test("all done already: nothing is sent, no window is needed", function()
    local rules = { without = {} }
    for _, worker in ipairs(world.WORKERS) do
        rules[#rules + 1] = { at = 0, write = world.marker(worker), text = world.token(worker) }
        rules.without[worker] = true
    end
    local r = world.new(rules):passes()
    expect.equal(r:pastes(), {})
end)

test("a marker that is there but not yet right is waited on, and said once", function()
    local r = silent { { at = 5, write = MARKER, text = "DONE 2026" }, { at = 15, write = MARKER, text = TOKEN } }
        :passes()
    expect.contains(r:one("marker.partial", "A_core").message, "no line is exactly")
    expect.truthy(r:one("worker.done", "A_core").t >= 15)
end)

for name, text in pairs {
    ["UTF-16, as PowerShell 5 writes it"] = "\xFF\xFE" .. TOKEN:gsub(".", "%0\0") .. "\r\0\n\0",
    ["with other lines, blanks and CRLF around the token"] = "done at 12:00\r\n  " .. TOKEN .. "  \r\nbye\r\n",
} do
    test("a marker counts: " .. name, function()
        silent { { at = 5, write = MARKER, text = text } }:passes()
    end)
end

for name, text in pairs { ["another worker's token"] = world.token "B_tooling", ["another run's token"] =
    "DONE 20261122_10 A_core", ["a longer line"] = TOKEN .. " now", ["nothing in it"] = "" } do
    test("a marker does not count: " .. name, function()
        local r, message = silent { { at = 5, write = MARKER, text = text } }:stops("wait_done", "ETIMEOUT",
            { "-WorkerDoneTimeout", "100" })
        expect.contains(message, MARKER)
        expect.contains(r.page, "**wrong**")
    end)
end

test("no marker within the time-out: the worker is named, what was sent, and what to do", function()
    local r, message = silent():stops("wait_done", "ETIMEOUT")
    expect.contains(message, "A_core: nothing at " .. MARKER)
    expect.contains(message, "submitted")
    expect.lacks(message, "B_tooling")
    expect.contains(r.page, "-WorkerDoneTimeout")
    local waited = r:one("run.verdict").t - r:all("step.start")[9].t
    expect.truthy(waited >= 3600 and waited < 3601, waited)
end)

test("one deadline for all, from the start of step 9", function()
    local r, message = world.new { work = 99999 }:stops("wait_done", "ETIMEOUT", { "-WorkerDoneTimeout", "50" })
    local waited = r:one("run.verdict").t - r:all("step.start")[9].t
    expect.truthy(waited >= 50 and waited < 51, waited)
    for _, worker in ipairs(world.WORKERS) do expect.contains(message, worker .. ": nothing at") end
end)

test("the last look is at the deadline", function()
    local w = silent()
    table.insert(w.rules, { on = "submit", window = "Z_aggregator", after = 60, write = w.at:marker "A_core",
        text = TOKEN })
    local r = w:run { "-WorkerDoneTimeout", "60" }
    expect.equal(r.exit, 0)
end)

test("a marker inside the worker's worktree does not count and is reported at once, with both paths", function()
    local stray = "tools/codex/worktrees/A_core/" .. MARKER
    local r, message = silent { { at = 5, write = stray, text = TOKEN } }:stops("wait_done", "ETIMEOUT",
        { "-WorkerDoneTimeout", "100" })
    local warning = r:one("warning", "A_core")
    expect.contains(warning.message, stray)
    expect.contains(warning.message, " " .. r:all("run.start")[1].root .. "/" .. MARKER)
    expect.truthy(warning.t < 8)
    expect.contains(message, "A_core")
end)

-- Windows meanwhile ---------------------------------------------------------------------------------------------------

test("a window that closes while its worker is waited for is shown at once; the run goes on", function()
    local r = silent { { at = 8, close = "A_core" }, { at = 30, write = MARKER, text = TOKEN } }:passes()
    local lost = r:one("worker.lost", "A_core")
    expect.contains(lost.why, "closed")
    expect.truthy(lost.t >= 8 and lost.t < 8.5, lost.t)
    expect.contains(r.page, "closed")
    expect.contains(r.out, "LOST")
end)

test("who finished and left is not lost", function()
    local r = world.new { { at = 12, close = "A_core" } }:passes()
    expect.equal(#r:all "worker.lost", 0)
end)

test("who writes the marker and leaves in the same moment is done, not lost, and nobody waits for more", function()
    for i = 1, 20 do
        local r = silent { { at = 60, write = MARKER, text = TOKEN, close = "A_core" } }:passes {
            flow = world.WITHOUT_STAGES }
        expect.equal(#r:all "worker.lost", 0, "try " .. i)
        expect.truthy(r:one "run.verdict".t < 63, "try " .. i)
        expect.clean()
    end
end)

test("a window that closes while others are still being sent to is shown at once", function()
    local r = world.new { { at = 1, close = "A_core" }, { at = 30, write = MARKER, text = TOKEN } }:passes()
    expect.truthy(r:one("worker.lost", "A_core").seq < r:one("send.begin", "D_validation").seq)
end)

for trait, text in pairs { dead = "dead", shell = "shell" } do
    test("a window that turns out " .. trait .. " is shown", function()
        local r = silent { { at = 8, window = "A_core", [trait] = true }, { at = 30, write = MARKER, text = TOKEN } }
            :passes()
        expect.contains(r:one("worker.lost", "A_core").why, text)
    end)
end

test("a window that belongs to another process now is shown", function()
    local r = silent { { at = 8, window = "A_core", pid = 4242 }, { at = 30, write = MARKER, text = TOKEN } }:passes()
    expect.contains(r:one("worker.lost", "A_core").why, "another process")
end)

test("a worker that asks for an approval is shown within seconds, and once", function()
    local r = silent { { at = 8, window = "A_core", screen = "sample worker A_core\nAllow? [y/n]\n> " },
        { at = 60, write = MARKER, text = TOKEN } }:passes()
    local warning = r:one("warning", "A_core")
    expect.contains(warning.message, "asks for an approval")
    expect.truthy(warning.t < 11, warning.t)
end)

test("a title that changes is no loss, and one that spins costs little", function()
    local rules = { { at = 60, write = MARKER, text = TOKEN } }
    for i = 1, 300 do
        rules[#rules + 1] = { at = 10 + i / 10, retitle = "A_core", title = ("%d Working"):format(i % 10) }
    end
    local r = silent(rules):passes()
    expect.equal(#r:all "worker.lost", 0)
end)

test("a closed display while waiting is said; markers still count", function()
    local r = world.new { { at = 8, display = "gone" } }:passes()
    expect.equal(#r:all "warning", 1)
    expect.contains(r:one "warning".message, "cannot be seen any more")
end)

test("the time-out's message says whose window was lost", function()
    local _, message = silent { { at = 8, close = "A_core" } }:stops("wait_done", "ETIMEOUT",
        { "-WorkerDoneTimeout", "100" })
    expect.contains(message, "its window was closed")
end)

-- Flows of a team -----------------------------------------------------------------------------------------------------

local PHASES = { ["return run%.crew:deliver%(run%.workers%)"] =
    'return run.crew:phases { { "A_core", "B_tooling", "C_features", "D_validation" }, { "Z_aggregator" } }' }

test("phases: the second is sent to when the first is done; all windows are found first", function()
    local r = world.new():passes { change = PHASES }
    expect.truthy(r:one("send.begin", "Z_aggregator").t >= r:one("worker.done", "D_validation").t)
    expect.truthy(r:one("target.found", "Z_aggregator").seq < r:one("send.begin", "A_core").seq)
end)

test("phases: the last one's window missing stops the run before the first is sent to", function()
    local r = world.new({ without = { Z_aggregator = true } }):stops("dispatch", "ENOWINDOW", { change = PHASES })
    expect.equal(r:pastes(), {})
end)

test("phases: each wait has the whole time-out", function()
    world.new { work = 40 }:passes { change = PHASES, "-WorkerDoneTimeout", "50" }
end)

local PIPELINE = { ["return run%.crew:deliver%(run%.workers%)"] = [[
        local ok, message, code = run.crew:deliver { "A_core", "B_tooling", "C_features", "D_validation" }
        if not ok then return nil, message, code end
        for worker in run.crew:finished() do
            if worker == "A_core" then run.crew:send "Z_aggregator" end
        end
        return true]] }

test("a pipeline: Z starts when A is done, while B is at work", function()
    local r = world.new():passes { change = PIPELINE }
    local sent = r:one("send.begin", "Z_aggregator").t
    expect.truthy(sent >= r:one("worker.done", "A_core").t)
    expect.truthy(sent < r:one("worker.done", "B_tooling").t)
end)

local TWO_SENDS = { ["return run%.crew:deliver%(run%.workers%)"] = [[
        for _, worker in ipairs { "A_core", "Z_aggregator" } do
            local ok, message, code = run.crew:send(worker)
            if not ok then return nil, message, code end
        end
        for _ in run.crew:finished() do end
        return true]] }

test("a pipeline: a worker has the time-out from the end of its own send on, whatever is sent after it", function()
    local w = world.new { { at = 30, window = "Z_aggregator", title = world.title "Z_aggregator", app = "agent",
        screen = "sample worker Z_aggregator\n> " }, without = { Z_aggregator = true }, work = 99999 }
    local r, message = w:stops("wait_done", "ETIMEOUT", { change = TWO_SENDS, "-WorkerDoneTimeout", "50" })
    expect.truthy(r:one("send.begin", "Z_aggregator").t >= 30)
    local waited = r:one("run.verdict").t - r:one("send.receipt", "A_core").t
    expect.truthy(waited >= 50 and waited < 51, waited)
    expect.contains(message, "A_core: nothing at")
    expect.falsy(message:find("Z_aggregator", 1, true), "it has its time")
end)

test("a pipeline waits for a window while others are at work, and takes it when it comes", function()
    local w = world.new { { at = 50, window = "Z_aggregator", title = world.title "Z_aggregator", app = "agent",
        screen = "sample worker Z_aggregator\n> " }, without = { Z_aggregator = true } }
    table.insert(w.rules, (select(2, world.good(w, "Z_aggregator", 5))))
    local r = w:passes { change = PIPELINE, "-WorkerDoneTimeout", "200" }
    local found = r:one("target.found", "Z_aggregator").t
    expect.truthy(found >= 50 and found < 60, found)                      -- the stages take the machine's own time
    expect.truthy(r:one("worker.done", "D_validation").t < found, "reported while the window was waited for")
end)

test("a pipeline keeps the pause between two sends", function()
    local r = world.new { work = 0.1 }:passes { change = PIPELINE, "-BetweenWorkersDelayMs", "3000" }
    expect.truthy(r:one("send.begin", "Z_aggregator").t - r:one("send.receipt", "D_validation").t >= 3)
end)

test("a pipeline whose second send fails stops, and says why", function()
    local r, message = world.new { { on = "focus", window = "Z_aggregator", answer = "EFOCUS" } }:stops("wait_done",
        "EFOCUS", { change = PIPELINE })
    expect.contains(message, "Z_aggregator")
    expect.equal(r:one "run.verdict".verdict, "BLOCKED")
end)

test("a worker that a flow never sent to is not waited for", function()
    local _, message = world.new():stops("wait_done", "ENOTSENT",
        { change = { ["return run%.crew:deliver%(run%.workers%)"] = 'return run.crew:deliver { "A_core" }' } })
    expect.contains(message, "B_tooling: was never sent to")
end)

test("a name that is no worker of the flow is an error that lists them", function()
    local r = world.new():run { change = { ["return run%.crew:deliver%(run%.workers%)"] =
        'return run.crew:deliver { "A_cor" }' } }
    expect.equal(r.exit, 1)
    local message = r:one "run.verdict".message
    expect.contains(message, "'A_cor' is no worker of this flow; its workers are A_core, ")
    expect.falsy(message:find "traceback", "it is explained already")
end)

-- dispatch wait -------------------------------------------------------------------------------------------------------

local function wait_command(w, ...)
    return expect.dispatch { "wait", "-RunId", "20261122_1", "-Root", w.at.root, ... }
end

test("dispatch wait: 0 when all markers stand; it writes nothing", function()
    local w = world.new()
    for _, worker in ipairs(world.WORKERS) do w:write(world.marker(worker), world.token(worker)) end
    local before = w:tree()
    local got = wait_command(w)
    expect.equal(got.exit, 0, got.err)
    expect.contains(got.out, "PASS")
    expect.equal(w:tree(), before)
end)

test("dispatch wait: markers of a rehearsal end no real run, and only a rehearsal may wait for them", function()
    local w = world.new()
    w:passes()
    local got = wait_command(w)
    expect.equal(got.exit, 2, got.out)
    expect.contains(got.out, "A_core: its DONE.marker was written in a rehearsal (attempt 1)")
    expect.contains(got.out, "Z_aggregator: its DONE.marker was written in a rehearsal")
    expect.equal(wait_command(w, "-Via", "fake:" .. w.at.root .. "/rules.lua").exit, 0)
    os.remove(w.at:journal())
    expect.equal(wait_command(w).exit, 0, "nothing tells of a rehearsal")
end)

test("dispatch wait: a run of which nothing was sent is waited for, and that is told at once", function()
    local w = world.new()
    local got = wait_command(w, "-WorkerDoneTimeout", "1")
    expect.equal(got.exit, 2)
    expect.contains(got.out, "nothing tells that 20261122_1 was sent")
    w:write(MARKER, TOKEN)
    expect.lacks(wait_command(w, "-WorkerDoneTimeout", "1").out, "nothing tells")
end)

test("dispatch wait -Workers: the others are not asked about", function()
    local w = world.new()
    w:write(MARKER, TOKEN)
    local got = wait_command(w, "-Workers", "A_core")
    expect.equal(got.exit, 0, got.out .. got.err)
end)

test("dispatch wait: 2 where the journal of the run cannot be read", function()
    local w = world.new()
    expect.mkdir(w.at:journal())
    local got = wait_command(w)
    expect.equal(got.exit, 2, got.err)
    expect.contains(got.err, "EVENTS.jsonl")
end)

test("dispatch wait: 2 at the deadline, naming who is missing", function()
    local w = world.new()
    w:write(MARKER, TOKEN)
    local got = wait_command(w, "-WorkerDoneTimeout", "1")
    expect.equal(got.exit, 2)
    expect.contains(got.out, "B_tooling: nothing at")
    expect.lacks(got.out, "A_core: nothing at")
end)
