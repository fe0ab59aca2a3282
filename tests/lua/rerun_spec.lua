-- The same command again: what earlier attempts did is known from their journals, and nothing that may have arrived is
-- pasted twice by itself. Attempts, their files, and the reports of those that were killed.
local expect = require "expect"
local world = require "world"
local journal = require "dispatch.journal"
local report = require "dispatch.report"
local test = expect.test

local function attempt(w, n, name) return expect.read(w.at:attempt(n) .. "/" .. name) end

test("an earlier attempt's files are kept in attempt-N", function()
    local w = world.new()
    w:passes()
    local page, log = expect.read(w.at:report()), expect.read(w.at:journal())
    local r = w:passes()
    expect.equal(attempt(w, 1, "DISPATCH_REPORT.md"), page)
    expect.equal(attempt(w, 1, "EVENTS.jsonl"), log)
    expect.truthy(attempt(w, 1, "RUN_ITER.log"))
    expect.truthy(attempt(w, 1, "launch.stdout.log"))
    expect.equal(r:one "run.start".attempt, 2)
    w:passes()
    expect.truthy(attempt(w, 2, "EVENTS.jsonl"))
    expect.equal(attempt(w, 1, "EVENTS.jsonl"), log)
end)

test("after a PASS nothing is sent again", function()
    local w = world.new()
    w:passes()
    expect.equal(w:passes():pastes(), {})
end)

test("a rehearsal sent nothing: a real run after it does not count its sends", function()
    expect.posix "what is not there is tmux"
    local w = world.new()
    w:passes()
    w:unmark()
    expect.equal(journal.earlier(w.at, 1, true).A_core.kind, "sent")
    expect.equal(journal.earlier(w.at, 1, false), {})
    local r = w:stops("ensure_ahk", "ENODISPLAY", { via = "tmux", "-TmuxSocket", w.at.root .. "/none" })
    expect.equal(r:one "run.start".resumed, {})
end)

test("a marker that a rehearsal wrote ends no real run", function()
    local w = world.new()
    w:passes()
    local queue = require "dispatch.queue"
    local run = { id = require "project".ID, workers = world.WORKERS, layout = w.at, cfg = {} }
    run.earlier, run.rehearsed = journal.earlier(w.at, 1, false)
    local plan, message, code = queue.plan(run)
    expect.equal({ plan, code }, { nil, "ECHANGED" })
    for _, worker in ipairs(world.WORKERS) do
        expect.contains(message, worker .. ": its DONE.marker was written in a rehearsal (attempt 1)")
    end
    local jobs = { { worker = "A_core", done = true } }
    local crew = { run = run, lookout = { look = function() end } }
    local _, _, same, why = queue.sort(jobs, crew)
    expect.equal({ why, (message:find(same, 1, true)) }, { "ECHANGED", 1 })
    run.rehearsed = {}
    expect.equal({ queue.sort(jobs, crew) }, { {}, {} })
    w:passes()                                   -- another rehearsal may end at them
end)

test("what was submitted before an interruption is waited for, the others are sent to", function()
    local w = world.new { { at = 1.0, interrupt = "INT" } }
    expect.equal(w:run():pastes(), { A_core = 1, B_tooling = 1 })
    table.remove(w.rules, 1)
    for _, worker in ipairs { "A_core", "B_tooling" } do
        table.insert(w.rules, { at = 30, write = w.at:marker(worker), text = world.token(worker) })
    end
    local r = w:passes()
    expect.equal(r:pastes(), { C_features = 1, D_validation = 1, Z_aggregator = 1 })
    expect.contains(r:one "run.start".resumed.A_core, "submitted in attempt 1")
    expect.contains(r.page, "submitted in attempt 1, not sent again")
end)

test("the window of a worker that is only waited for is watched, too", function()
    local w = world.new { work = 50 }
    w:stops("wait_done", "ETIMEOUT", { "-WorkerDoneTimeout", "20" })
    w:unmark()
    for _, worker in ipairs(world.WORKERS) do
        table.insert(w.rules, { at = 30, write = w.at:marker(worker), text = world.token(worker) })
    end
    table.insert(w.rules, { at = 5, close = "C_features" })
    local r = w:passes()
    expect.equal(r:pastes(), {})
    expect.equal(r:one("worker.lost").worker, "C_features")
end)

test("unobservable counts as sent", function()
    local w = world.new { { at = 0, window = "A_core", title = world.title "A_core", app = "agent", blind = true },
        without = { A_core = true }, { at = 80, interrupt = "INT" } }
    expect.equal(w:run().exit, 130)
    table.remove(w.rules, 2)
    w:unmark "A_core"
    table.insert(w.rules, { at = 30, write = w.at:marker "A_core", text = world.token "A_core" })
    local r = w:passes()
    expect.falsy(r:pastes().A_core)
    expect.contains(r:one "run.start".resumed.A_core, "unobservable in attempt 1")
end)

test("killed between paste and receipt: in doubt, the run blocks naming the worker, nobody gets a paste", function()
    local w = world.new()
    w:passes()
    w:kill_after("send.begin", 3)
    w:unmark()
    local r, message = w:stops("dispatch", "EINDOUBT")
    expect.contains(message, "C_features: attempt 1 was ended between its paste and its receipt")
    expect.lacks(message, "A_core")
    expect.equal(r:pastes(), {})
    expect.contains(r.page, "-Resend -Workers NAME")
    expect.contains(r:one "run.start".resumed.C_features, "in doubt")
end)

test("in doubt, and then its marker came: it did arrive", function()
    local w = world.new()
    w:passes()
    w:kill_after("send.begin", 5)
    local r = w:passes()
    expect.equal(r:pastes(), {})
end)

test("-Resend pastes again what is in doubt, and what was submitted", function()
    local w = world.new()
    w:passes()
    w:kill_after("send.begin", 3)
    w:unmark()
    local r = w:passes { "-Resend" }
    expect.equal(r:pastes(), { A_core = 1, B_tooling = 1, C_features = 1, D_validation = 1, Z_aggregator = 1 })
end)

test("-Resend -Workers pastes to the one that is in doubt; then the run goes on without", function()
    local w = world.new()
    w:passes()
    w:kill_after("send.begin", 3)
    w:unmark()
    local r = w:run { "-Resend", "-Workers", "C_features" }
    expect.equal(r:pastes(), { C_features = 1 })
    for _, worker in ipairs { "A_core", "B_tooling" } do
        table.insert(w.rules, { at = 30, write = w.at:marker(worker), text = world.token(worker) })
    end
    expect.equal(w:passes():pastes(), { D_validation = 1, Z_aggregator = 1 })
end)

test("another prompt under the same RUN_ID blocks; -Resend sends it", function()
    local w = world.new { work = 9999 }
    w:run { "-WorkerDoneTimeout", "5" }
    local path = ("tools/codex/prompts/20261122_1/B_tooling_20261122_1.txt")
    w:write(path, w:read(path) .. "And one thing more.\n")
    local r, message = w:stops("dispatch", "ECHANGED")
    expect.contains(message, "B_tooling: another prompt was sent")
    expect.equal(r:pastes(), {})
    w:run { "-Resend", "-Workers", "B_tooling", "-WorkerDoneTimeout", "5" }
    expect.equal(w:stops("wait_done", "ETIMEOUT", { "-WorkerDoneTimeout", "5" }):pastes(), {})
end)

test("a marker that answers another prompt blocks, -Resend or not; once it is removed the prompt is sent", function()
    local w = world.new()
    w:passes()
    local path = "tools/codex/prompts/20261122_1/B_tooling_20261122_1.txt"
    w:write(path, w:read(path) .. "And one thing more.\n")
    for _, args in ipairs { {}, { "-Resend" } } do
        local r, message = w:stops("dispatch", "ECHANGED", args)
        expect.contains(message, "remove " .. w.at:marker "B_tooling" .. " or take a new RUN_ID")
        expect.equal(r:pastes(), {})
    end
    w:unmark "B_tooling"
    local r = w:passes()
    expect.equal(r:pastes(), { B_tooling = 1 })
    expect.contains(r.record.B_tooling.submitted[1], "And one thing more.")
end)

test("a send that was refused before its paste needs no flag", function()
    local w = world.new { { on = "focus", window = "A_core", answer = "EFOCUS" } }
    w:stops("dispatch", "EFOCUS")
    table.remove(w.rules, 1)
    expect.equal(w:passes():pastes().A_core, 1)
end)

test("pasted and not submitted: our text is seen in the composer, and only the key is sent", function()
    local w = world.new { { on = "key", window = "A_core", answer = "swallow" } }
    local r = w:run()
    local text = r.record.A_core.pasted[1]
    w.rules[1] = { at = 0, window = "x", title = "x" }
    table.insert(w.rules, { at = 0, window = "A_core", draft = text })
    r = w:passes()
    expect.equal(r.record.A_core.pastes, 0)
    expect.equal(r.record.A_core.submitted, { text })
end)

test("pasted and not submitted, and now it cannot be seen: blocks; -Resend pastes", function()
    local w = world.new { { on = "key", window = "A_core", answer = "swallow" } }
    w:run()
    w.rules[1] = { at = 0, window = "x", title = "x" }
    local r, message = w:stops("dispatch", "EINDOUBT")
    expect.contains(message, "A_core")
    expect.equal(r:pastes(), {})
    expect.equal(w:passes { "-Resend" }:pastes().A_core, 1)
end)

-- Killed --------------------------------------------------------------------------------------------------------------

for _, name in ipairs { "run.start", "step.start", "prompt.ok", "stage.start", "stage.end", "target.found",
    "send.phase", "send.begin", "send.receipt", "worker.done", "run.verdict" } do
    test("killed after the first " .. name .. ": a report from the journal, and the next run is safe", function()
        local w = world.new()
        w:passes()
        w:kill_after(name)
        w:unmark()
        local killed = expect.ok(journal.read(w.at:journal()))
        local r = w:run()
        local page = attempt(w, 1, "DISPATCH_REPORT.md")
        expect.equal(page, report.render(killed))
        expect.contains(page, name == "run.verdict" and "PASS" or "ENDED WITHOUT A VERDICT")
        expect.equal(r.exit, (name == "send.begin" or name == "send.receipt" or name == "worker.done"
            or name == "run.verdict") and 2 or 0)
        if name == "send.begin" then expect.equal(r:one "run.verdict".code, "EINDOUBT") end
    end)
end

test("a journal whose last line was cut is read to there", function()
    local w = world.new()
    w:passes()
    w:kill_after("send.receipt", 2)
    w:unmark()
    expect.write(w.at:journal(), expect.read(w.at:journal()) .. '{"seq":99,"t":1.0,"ev":"send.be')
    w:run { "-WorkerDoneTimeout", "5" }
    expect.truthy(attempt(w, 1, "DISPATCH_REPORT.md"))
end)

test("a journal that is broken in the middle blocks: what was sent cannot be known", function()
    local w = world.new()
    w:passes()
    w:unmark()
    local lines = expect.read(w.at:journal())
    expect.write(w.at:journal(), (lines:gsub("\n[^\n]+", "\n[0]", 1)))
    local r = w:run { torn_journal = true }
    expect.equal(r.exit, 2)
    expect.contains(r.err, "EVENTS.jsonl: line 2 is no event")
    expect.equal(r:pastes(), {})
end)

test("a worker that is waited for and whose window is not there any more is told of at once", function()
    local w = world.new { { at = 1.0, interrupt = "INT" } }
    w:run()
    table.remove(w.rules, 1)
    for i = #w.rules, 1, -1 do
        if w.rules[i].window == "A_core" then table.remove(w.rules, i) end
    end
    for _, worker in ipairs { "A_core", "B_tooling" } do
        table.insert(w.rules, { at = 30, write = w.at:marker(worker), text = world.token(worker) })
    end
    expect.contains(w:passes():one("worker.lost", "A_core").why, "only its marker can tell")
end)

test("killed while an attempt's files were moved: the next run finishes it, and knows what was sent", function()
    local w = world.new { { at = 50, interrupt = "INT" }, work = 9999 }
    w:run()
    expect.mkdir(w.at:attempt(1))
    os.rename(w.at:report(), w.at:attempt(1) .. "/DISPATCH_REPORT.md")
    os.rename(w.at:run_log(), w.at:attempt(1) .. "/RUN_ITER.log")
    local r = w:run()
    expect.equal(r:one "run.start".attempt, 2)
    expect.equal(r:pastes(), {})
    for _, name in ipairs { "DISPATCH_REPORT.md", "RUN_ITER.log", "EVENTS.jsonl" } do
        expect.truthy(attempt(w, 1, name), name)
    end
end)

test("ten attempts and more are told apart by number", function()
    local w = world.new { { at = 0.1, interrupt = "INT" } }
    for _ = 1, 11 do w:run() end
    expect.equal(w:run():one "run.start".attempt, 12)
end)
