-- Whole runs of run_iter.lua on the fake desktop. Every stop condition of the contract and every rule of the product
-- that flow, crew, carriers and receipts carry has a test in one of these files:
--
--   flow_spec    exit statuses, steps and their order, -WhatIf, locks, stages and gates, report whatever happens,
--                Lua errors, interruptions, -Workers, rehearsal, phases, pipelines, journal and terminal that fail
--   find_spec    all windows first; none, several, another run's; late, vanished; -Via auto
--   send_spec    refusals, focus, paste, settle, re-check, submit, confirm, receipts, evidence, pointers
--   wait_spec    markers: late, half, wrong, elsewhere, there already; windows that close or ask; the deadline
--   rerun_spec   attempts, what is waited for, in doubt, changed, our own draft, -Resend; reports of killed attempts
local expect = require "expect"
local project = require "project"
local world = require "world"
local lock = require "lock"
local file = require "file"
local test = expect.test

local WORKERS = world.WORKERS
local STEPS = { "validate_run_id", "find_zip", "extract", "validate_prompts", "launch", "open_worktrees", "ensure_ahk",
    "dispatch", "wait_done", "bundle_validate", "integrate", "report" }

test("five good windows: PASS, each prompt pasted once and whole, each worker done", function()
    local w = world.new()
    local r = w:passes()
    for _, worker in ipairs(WORKERS) do
        local got = r.record[worker]
        local prompt = w:read(("tools/codex/prompts/20261122_1/%s_20261122_1.txt"):format(worker))
        expect.equal(got.submitted, { (prompt:gsub("%s+$", "")) }, worker)
        expect.equal(got.pastes, 1, worker)
        expect.equal(got.keys, { "Return" }, worker)
        expect.equal(r:one("send.receipt", worker).receipt, "submitted")
        expect.equal(r:one("worker.done", worker).how, "marker")
    end
    expect.equal(r:one "run.verdict".verdict, "PASS")
    expect.equal(r:one "run.end".exit, 0)
    expect.equal(w:stages(), { "launch", "worktrees", "bundle-validate", "integrate" })
end)

test("the steps are the contract's, in its order", function()
    local r = world.new():passes()
    local order = {}
    for _, event in ipairs(r:all "step.start") do order[#order + 1] = event.step end
    expect.equal(order, STEPS)
    expect.equal(r:one "run.start".steps, STEPS)
    for _, event in ipairs(r:all "step.end") do
        expect.equal(event.status, event.step == "ensure_ahk" and "not_needed" or "ok", event.step)
    end
end)

test("every window is found before anything is sent to any, and the desktop is locked only while it sends", function()
    local r = world.new():passes()
    local last_found, first_begin = 0, math.huge
    for _, event in ipairs(r.events) do
        if event.ev == "target.found" then last_found = event.seq end
        if event.ev == "send.begin" then first_begin = math.min(first_begin, event.seq) end
    end
    expect.truthy(last_found < first_begin)
    local locked, order = false, {}
    for _, entry in ipairs(r.history) do
        if entry.what == "lock" or entry.what == "unlock" then
            locked = entry.what == "lock"
            order[#order + 1] = entry.what
        elseif entry.what == "paste" or entry.what == "key" then
            expect.truthy(locked, entry.what .. " without the lock")
        end
    end
    expect.equal(order[1], "lock")
    expect.equal(order[2], "unlock")
    expect.falsy(locked)
end)

test("a rehearsal says that it is one", function()
    local r = world.new():passes()
    expect.equal(r:one "run.verdict".rehearsal, true)
    expect.contains(r.page, "PASS (rehearsal)")
    expect.contains(r.out, "PASS (rehearsal)")
end)

test("a wrong RUN_ID stops with 2, says why, and leaves nothing", function()
    local w = world.new()
    local before = w:tree()
    for _, id in ipairs { "2026", "20261322_1", "20261122_0", "20261122_01", "../x" } do
        local r = w:run { id = id }
        expect.equal(r.exit, 2, id)
        expect.contains(r.err, id)
        expect.equal(w:tree(), before)
    end
end)

test("wrong usage is 64, and leaves nothing", function()
    local w = world.new()
    local before = w:tree()
    for _, case in ipairs { { "-SendMod", "enter" }, { "-SendMode", "shout" }, { "-Workers", "Nobody" },
        { "-Report", "pdf" }, { "-GateCommand", "make check" }, { "-Jobs", "5" } } do
        local r = w:run(case)
        expect.equal(r.exit, 64, case[1])
        expect.contains(r.err, case[1])
        expect.equal(w:tree(), before)
    end
end)

test("-ShowConfig prints every setting with its origin and runs nothing", function()
    local w = world.new()
    local before = w:tree()
    local out = {}
    local write = io.stdout
    io.stdout = { write = function(_, ...) out[#out + 1] = table.concat { ... } end }   -- luacheck: ignore
    local r = w:run { "-ShowConfig", "-FocusRetries", "7" }
    io.stdout = write                                                                    -- luacheck: ignore
    expect.equal(r.exit, 0)
    expect.matches(table.concat(out), "FocusRetries%s+7%s+%-FocusRetries")
    expect.equal(w:tree(), before)
end)

test("a run that is at work refuses a second one, which writes nothing and names the holder", function()
    local w = world.new()
    expect.ok(file.mkdir(w.at:logs()))
    local held <close> = expect.ok(lock.take(w.at:lock()))       -- luacheck: ignore
    local before = w:tree()
    local r = w:run()
    expect.equal(r.exit, 2)
    expect.contains(r.err, ".lock")
    expect.equal(w:tree(), before)
    expect.equal(r.record, {})
end)

test("-WhatIf says what it would do and touches nothing", function()
    local w = world.new()
    local before = w:tree()
    local r = w:run { "-WhatIf" }
    expect.equal(r.exit, 0)
    expect.equal(w:tree(), before)
    expect.equal(w:stages(), {})
    expect.equal(r.record, {})
    for _, text in ipairs { "would send to A_core, B_tooling, C_features, D_validation, Z_aggregator",
        "would wait for every DONE.marker", "launch --run-id 20261122_1", "nothing was done" } do
        expect.contains(r.out, text)
    end
end)

test("-WhatIf knows what earlier attempts did, and still touches nothing", function()
    local w = world.new()
    w:passes()
    w:unmark "A_core"
    w:kill_after("send.begin", 2)
    os.remove(w.at:marker "B_tooling")
    local before = w:tree()
    local r = w:run { "-WhatIf" }
    expect.contains(r.out, "blocked: B_tooling is in doubt: attempt 1 ended between its paste and its receipt")
    expect.equal(r.exit, 2)
    expect.equal(w:tree(), before)
    r = w:run { "-WhatIf", "-Workers", "A_core,C_features" }
    expect.contains(r.out, "would wait for A_core: submitted in attempt 1; leave C_features alone: it is done already")
    expect.equal(r.exit, 0)
    expect.equal(w:tree(), before)
end)

test("-WhatIf stops where the run would, says why once, and is no PASS", function()
    local w = world.new()
    local before = w:tree()
    local r = w:run { "-WhatIf", factory = "auto" }
    expect.equal(r.exit, 2)
    expect.contains(r.out, "BLOCKED at launch (rehearsal) (-WhatIf: nothing was done), for the reason above")
    local _, times = r.out:gsub("there is no factory", "")
    expect.equal(times, 1)
    expect.lacks(r.out, "integrate")
    expect.equal(w:tree(), before)
end)

test("-WhatIf still checks what only reads", function()
    local w = world.new()
    os.remove(w.at:zip())
    local r = w:run { "-WhatIf" }
    expect.equal(r.exit, 2)
    expect.contains(r.out, "find_zip")
    expect.falsy(world.stat(w.at:prompts()))
end)

test("a missing zip stops at step 2, with a report", function()
    local w = world.new()
    os.remove(w.at:zip())
    local r = w:stops("find_zip", "ENOENT")
    expect.contains(r.page, "BLOCKED at find_zip")
    expect.contains(r.page, "Put the zip there")
end)

test("a prompt that breaks the contract stops at step 4, in the zip as in the folder; nothing is launched", function()
    local w = world.new()
    project.zip(w.at, project.prompts(w.at, { [w.at:prompt_name "A_core"] = "RUN_ID: 20261122_2\n" }))
    local _, message = w:stops("validate_prompts", "EINVAL")
    expect.contains(message, "tools/codex/prompt_zips/20261122_1.zip: ")
    w:write("tools/codex/prompts/20261122_1/A_core_20261122_1.txt", "RUN_ID: 20261122_2\n")
    local r = w:stops("validate_prompts", "EINVAL")
    expect.equal(w:stages(), {})
    expect.contains(r.page, "dispatch check -RunId 20261122_1")
end)

for _, case in ipairs { { "launch", "launch" }, { "bundle-validate", "bundle_validate" },
    { "integrate", "integrate" } } do
    test("a non-zero " .. case[1] .. " stops the run", function()
        local w = world.new()
        w:write("factory/" .. case[1] .. ".fails", "")
        local r = w:run()
        local verdict = r:one "run.verdict"
        expect.equal({ r.exit, verdict.verdict, verdict.step }, { 2, "BLOCKED", case[2] })
        expect.contains(verdict.message, "it broke")
        expect.contains(r.page, "tools/codex/runs/20261122_1/")
    end)
end

test("a non-zero worktrees open is a warning", function()
    local w = world.new()
    w:write("factory/worktrees.fails", "")
    local r = w:passes()
    expect.truthy(#r:all "warning" >= 1)
    expect.contains(r.page, "## Warnings")
end)

test("a gate that is not PASS stops the run, whatever the exit status", function()
    local w = world.new()
    w:write("factory/integrate.says", '{"status": "PASS", "meaningful_gate": {"verdict": "FAIL"}}')
    local r = w:run()
    local verdict = r:one "run.verdict"
    expect.equal({ r.exit, verdict.step }, { 2, "integrate" })
    expect.contains(r.page, "gate: FAIL")
end)

test("where no gate is printed the report says so", function()
    local w = world.new()
    w:write("factory/integrate.says", "integrated\n")
    expect.contains(w:passes().page, "gate: not given")
end)

test("a Lua error in a step is FAILED with the traceback in the report, and exit 1", function()
    local w = world.new()
    local r = w:run { change = { ["return run%.crew:deliver"] = "local x = nil; x.y = 1 %0" } }
    expect.equal(r.exit, 1)
    local verdict = r:one "run.verdict"
    expect.equal({ verdict.verdict, verdict.step }, { "FAILED", "dispatch" })
    expect.contains(r.page, "FAILED at dispatch")
    expect.contains(r.page, "flow.lua:")
    expect.matches(r.page, "stack traceback:\n[^\n]*/flow%.lua:%d+: in function [^\n]*\n```", "the step's own frames")
end)

test("a step that answers nil and nothing else is told apart", function()
    local w = world.new()
    local r = w:run { change = { ["return contract%.find_zip%(run%)"] = "return nil" } }
    expect.contains(r:one "run.verdict".message, "answered nil")
end)

test("a flow may set its own exit status", function()
    local w = world.new()
    local step = 'run.exit_status = 7; return nil, "no", "ENOENT"'
    expect.equal(w:run { change = { ["return contract%.find_zip%(run%)"] = step } }.exit, 7)
end)

for name, rules in pairs {
    ["while it waits for windows"] = { { at = 5, interrupt = "INT" }, without = { Z_aggregator = true } },
    ["between two workers"] = { { at = 1.0, interrupt = "TERM" } },
    ["while it waits for markers"] = { { at = 25, interrupt = "HUP" } },
    ["while it pastes"] = { { on = "paste", window = "C_features", takes = 4 }, { at = 1.8, interrupt = "INT" } },
    ["while it confirms"] = { { on = "key", window = "B_tooling", answer = "swallow" },
        { at = 1.5, interrupt = "INT" } },
} do
    test("interrupted " .. name .. ": a report, exit 130, the desktop free", function()
        local w = world.new(rules)
        local r = w:run()
        expect.equal(r.exit, 130)
        expect.equal(r:one "run.verdict".verdict, "INTERRUPTED")
        expect.equal(#r:all "run.interrupted", 1)
        expect.contains(r.page, "INTERRUPTED")
        local last
        for _, entry in ipairs(r.history) do
            if entry.what == "lock" or entry.what == "unlock" then last = entry.what end
        end
        expect.truthy(last ~= "lock")
        for worker, count in pairs(r:pastes()) do expect.equal(count, 1, worker) end
        local held <close> = expect.ok(lock.take(w.at:lock()))   -- luacheck: ignore
    end)
end

test("interrupted at any moment: a report, exit 130, the desktop free, and the same command goes on", function()
    for i = 0, 60 do
        local w = world.new { { at = i / 10, interrupt = i % 2 == 0 and "INT" or "HUP" }, work = 2 }
        local args = { flow = world.WITHOUT_STAGES }
        local r = w:run(args)
        local finished = r:all "run.verdict"[1].verdict == "PASS"
        expect.equal(r.exit, finished and 0 or 130, "at " .. i / 10)
        expect.truthy(r.page)
        local locked = false
        for _, entry in ipairs(r.history) do
            if entry.what == "lock" or entry.what == "unlock" then locked = entry.what == "lock" end
        end
        expect.falsy(locked, "locked at " .. i / 10)
        w.rules[1] = { at = 0, window = "x", title = "x" }
        for _, worker in ipairs(WORKERS) do
            table.insert(w.rules, { at = 60, write = w.at:marker(worker), text = world.token(worker) })
        end
        local again = w:run(args)
        for worker in pairs(again:pastes()) do expect.falsy(r:pastes()[worker], worker .. " twice, " .. i / 10) end
        if again.exit ~= 0 then expect.equal(again:one "run.verdict".code, "EINDOUBT", "at " .. i / 10) end
        expect.clean()
    end
end)

test("-Workers narrows sending and waiting; without all markers it is no PASS, and nothing is integrated", function()
    local w = world.new()
    local r = w:run { "-Workers", "A_core,B_tooling" }
    expect.equal(r.exit, 2)
    expect.equal(r:pastes(), { A_core = 1, B_tooling = 1 })
    local verdict = r:one "run.verdict"
    expect.equal(verdict.code, "ENOTDONE")
    expect.contains(verdict.message, "C_features, D_validation, Z_aggregator")
    expect.equal(w:stages(), { "launch", "worktrees" })
    expect.contains(r.page, "left out (-Workers)")
end)

test("-Workers for the last ones ends PASS: the stages get the whole set", function()
    local w = world.new()
    w:run { "-Workers", "A_core,B_tooling" }
    local r = w:passes { "-Workers", "C_features,D_validation,Z_aggregator" }
    expect.equal(r:pastes(), { C_features = 1, D_validation = 1, Z_aggregator = 1 })
    expect.equal(r:one("worker.done", "A_core").how, "already")
    expect.contains(r:all "stage.start"[1].argv[#r:all "stage.start"[1].argv], "A_core,B_tooling,C_features")
end)

test("a journal that cannot be written stops the run before anything is pasted", function()
    local w = world.new()
    local append = file.append
    expect.after(function() file.append = append end)
    file.append = function(path)
        local log, message, code = append(path)
        if not path:find "EVENTS" then return log, message, code end
        return { close = function() log:close() end, sync = function() return log:sync() end,
            line = function(_, line)
                if line:find '"send.begin"' then return nil, path .. ": no space left on device", "EIO" end
                return log:line(line)
            end }
    end
    local r = w:run { torn_journal = true }
    expect.equal(r.exit, 2)
    expect.equal(r:pastes(), {})
    expect.contains(r.out, "no space left")
end)

test("a terminal that went away does not stop the run", function()
    local asked = 0
    world.new():passes { term = function()
        asked = asked + 1
        return nil, "standard output: input/output error", "EIO"
    end }
    expect.equal(asked, 1)
end)

test("-Events json prints the journal's own bytes and nothing else", function()
    local w = world.new()
    local r = w:passes { "-Events", "json" }
    expect.equal(r.out, expect.read(w.at:journal()))
    expect.falsy(r.out:find "[\128-\255]", "pure ASCII")
end)

test("RUN_ITER.log has what was shown", function()
    local w = world.new()
    local r = w:passes()
    expect.equal((r.out:gsub("\a", "")), expect.read(w.at:run_log()))
end)

test("rules of a fake desktop that are not there, or no Lua, are wrong usage, before anything is run", function()
    local w = world.new()
    w:write("broken.lua", "return {{")
    local before = w:tree()
    for name, why in pairs { ["no.lua"] = "no such file", ["broken.lua"] = "broken.lua:1: unexpected symbol" } do
        local r = w:run { via = "fake:" .. w.at.root .. "/" .. name }
        expect.equal({ r.exit, w:tree() }, { 64, before })
        expect.contains(r.err, w.at.root .. "/" .. name)
        expect.contains(r.err, why)
    end
end)

test("another way for the prompts that is not here is wrong usage, saying what is", function()
    expect.posix "AutoHotkey and win32 are here"
    local w = world.new()
    w:write("ahk.exe", "")
    local before = w:tree()
    for _, case in ipairs { { { via = "ahk" }, "-Via ahk: AutoHotkey runs on Windows only" },
        { { via = "ahk", "-AhkExe", w.at.root .. "/ahk.exe" }, "AutoHotkey runs on Windows only" },
        { { via = "exec" }, "-Via exec: starting workers without windows is not in this build" },
        { { via = "win32" }, "-Via win32: not in this build" } } do
        local r = w:run(case[1])
        expect.equal(r.exit, 64, case[2])
        expect.contains(r.err, case[2])
        expect.matches(r.err, "; here there are auto,.* tmux,.* fake:FILE%.lua\n$")
        expect.equal(w:tree(), before)
    end
end)
