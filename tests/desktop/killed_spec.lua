-- kill -9 in every step, in the middle of a send and in the middle of moving files, then the same command again: no
-- prompt is pasted twice, and the killed attempt has a report, made from its journal.
local expect = require "expect"
local file = require "file"
local iteration = require "iteration"
local journal = require "dispatch.journal"
local places = require "places"
local report = require "dispatch.report"
local test = expect.test

local PLACES = { { "x11", places.shared_x11 }, { "tmux", places.shared_tmux } }

--- Runs until it is killed. during: happens meanwhile.
local function killed(it, during)
    local run = it:start()
    if during then during(run) end
    run:finish()
    expect.equal(run.signal_number, 9, ("%s %s"):format(run.verdict.message, run.err))
    return run
end

--- An earlier attempt's report: the one that its journal gives.
local function page_of(it, attempt)
    local folder = it.at:attempt(attempt)
    local page = expect.truthy(expect.read(folder .. "/DISPATCH_REPORT.md"), "the report of attempt " .. attempt)
    expect.equal(page, report.render(expect.ok(journal.read(folder .. "/EVENTS.jsonl"))))
    return page
end

-- Every step ----------------------------------------------------------------------------------------------------------

local function begins(step) return { strike = { ev = "step.start", step = step }, step = step } end
local function stage(name, step) return { stage = name, step = step } end

local function finish_all(run)
    run:await_event { ev = "step.start", step = "wait_done" }
    for _, worker in ipairs(iteration.WORKERS) do run.it:mark(worker) end
end

-- One after the other, each kills the attempt in that step.
local KILLS = {
    begins "validate_run_id", begins "find_zip", begins "extract", begins "validate_prompts",
    stage("launch", "launch"), stage("worktrees", "open_worktrees"), begins "ensure_ahk", begins "dispatch",
    { strike = { ev = "send.receipt", worker = "B_tooling" }, step = "dispatch", sent = { "A_core", "B_tooling" } },
    { strike = { ev = "step.start", step = "wait_done" }, step = "wait_done", sent = iteration.WORKERS },
    { strike = { ev = "worker.done", worker = "Z_aggregator" }, step = "wait_done", sent = iteration.WORKERS,
        during = finish_all },
    stage("bundle-validate", "bundle_validate"), stage("integrate", "integrate"), begins "report",
    { strike = { ev = "artifact", kind = "report" }, step = "report" },
    { strike = { ev = "run.end" }, before = true },
}

for _, row in ipairs(PLACES) do
    test(row[1] .. ": kill -9 in each of the twelve steps, one after the other: nobody gets a prompt twice", function()
        local it = iteration.new(row[2]())
        it:workers()
        local sent = {}
        for _, worker in ipairs(iteration.WORKERS) do it.idle[worker] = true end
        for attempt, kill in ipairs(KILLS) do
            if kill.stage then
                it:strike(nil)
                it:write("factory/" .. kill.stage .. ".does", "kill -KILL $PPID")
            else
                it:strike { { at = kill.strike, before = kill.before, signal = "KILL" } }
            end
            killed(it, kill.during)
            if kill.stage then os.remove(it.root .. "/factory/" .. kill.stage .. ".does") end
            sent = kill.sent or sent
            expect.equal(it:pastes(), iteration.once(sent), ("attempt %d, %s"):format(attempt, kill.step))
        end
        it:strike(nil)
        local run = it:passes()
        expect.equal(run:event "run.start".attempt, #KILLS + 1)
        it:expect_whole()
        for attempt, kill in ipairs(KILLS) do
            local verdict = attempt > 13 and "PASS" or "ENDED WITHOUT A VERDICT in step " .. kill.step
            expect.equal(page_of(it, attempt):match "^# %S+: ([^\n]*)", verdict, "attempt " .. attempt)
        end
    end)
end

-- Between paste and receipt -------------------------------------------------------------------------------------------

local function phase(name) return { ev = "send.phase", worker = "C_features", phase = name } end

-- strike, and what C_features got by then: pastes, keys. The last one strikes before the receipt is on the disk.
local IN_DOUBT = {
    { { at = { ev = "send.begin", worker = "C_features" } }, 0, 0 },
    { { at = phase "settle" }, 1, 0 },
    { { at = phase "recheck" }, 1, 0 },
    { { at = phase "submit" }, 1, 0 },
    { { at = phase "confirm" }, 1, 1 },
    { { at = { ev = "send.receipt", worker = "C_features" }, before = true }, 1, 1 },
}

local function with(list, worker, n)
    local counts = iteration.once(list)
    counts[worker] = n > 0 and n or nil
    return counts
end

--- Three are done already, and two are to be sent to.
local function two_left(place)
    local it = iteration.new(place)
    for _, worker in ipairs { "A_core", "D_validation", "Z_aggregator" } do it:mark(worker) end
    it:workers { "B_tooling", "C_features" }
    return it
end

for _, row in ipairs(PLACES) do
    test(row[1] .. ": killed between paste and receipt: the next run names the worker and pastes nothing", function()
        for i, case in ipairs(IN_DOUBT) do
            local it = two_left(row[2]())
            it.idle.C_features = true
            case[1].signal = "KILL"
            it:strike { case[1] }
            killed(it)
            expect.equal(it:pastes(), with({ "B_tooling" }, "C_features", case[2]), "case " .. i)
            expect.equal(it:submits(), with({ "B_tooling" }, "C_features", case[3]), "case " .. i)
            it:strike(nil)
            local run = it:blocks("dispatch", "EINDOUBT", {}, { "C_features: attempt 1 was ended between its paste" })
            expect.contains(run:top(), "-Resend")
            expect.equal(it:pastes(), with({ "B_tooling" }, "C_features", case[2]), "case " .. i)
            expect.contains(page_of(it, 1), "in doubt")
            expect.clean()
        end
    end)

    test(row[1] .. ": -Resend pastes to the worker in doubt, and the run after it to the others", function()
        local it = two_left(row[2]())
        it.idle.B_tooling = true
        it:strike { { at = phase "settle", signal = "KILL" } }
        killed(it)
        it:strike(nil)
        local run = it:run { Workers = "C_features", "-Resend" }
        expect.equal({ run.exit, run.verdict.code }, { 2, "ENOTDONE" })
        expect.equal(it:pastes(), with({ "B_tooling" }, "C_features", 2))
        it.idle.B_tooling = nil
        it:passes()
        expect.equal(it:pastes(), with({ "B_tooling" }, "C_features", 2))
    end)

    test(row[1] .. ": the worker in doubt had its prompt, and its marker comes: the run goes on", function()
        local it = two_left(row[2]())
        it:strike { { at = phase "confirm", signal = "KILL" } }
        killed(it)
        it:strike(nil)
        it:mark "C_features"
        it:passes()
        it:expect_whole { "B_tooling", "C_features" }
    end)

    test(row[1] .. ": killed before the paste, nobody is in doubt: the next run sends to the rest", function()
        for _, name in ipairs { "check", "focus" } do
            local it = two_left(row[2]())
            it:strike { { at = phase(name), signal = "KILL" } }
            killed(it)
            it:strike(nil)
            it:passes()
            it:expect_whole { "B_tooling", "C_features" }
            expect.clean()
        end
    end)
end

test("x11: killed while the window takes the text: in doubt; no key stays down, and the display is free", function()
    local it = iteration.new(places.shared_x11())
    local display = it.place.display
    it:workers { "A_core", "B_tooling", "D_validation", "Z_aggregator" }
    it:workers({ "C_features" }, "stall")
    local run = it:start()
    it.opened.C_features.puppet:await "key 76 %x+"
    run:signal "KILL"
    run:finish()
    it:blocks("dispatch", "EINDOUBT", {}, { "C_features" })
    expect.equal(display:order "state", "held 0 locks 0 group 0\n")
    expect.ok(display:open():lock(require "clock".now()))
end)

-- In the middle of moving files ---------------------------------------------------------------------------------------

-- Kills before the nth call by which a function changes something on the disk.
local AT_CALL = [[
local calls, inside = 0, false
for name, keys in pairs { file = { "mkdir", "rename", "remove_tree", "write" }, zip = { "extract" } } do
    local module = require(name)
    for _, key in ipairs(keys) do
        local call = module[key]
        module[key] = function(...)
            if inside then
                calls = calls + 1
                if calls == %d then io.popen("kill -KILL " .. require "host".machine().pid):close() end
            end
            return call(...)
        end
    end
end
local owner = require "%s"
local original = owner.%s
function owner.%s(...)
    inside = true
    local results = table.pack(original(...))
    inside = false
    return table.unpack(results, 1, results.n)
end
]]

local function kill_at_call(it, n, module, name)
    it:flow(AT_CALL:format(n, module, name, name))
end

--- What is in the prompt folder besides logs/.
local function prompts_in(it)
    local names = {}
    for _, name in ipairs(file.list(it.at:prompts()) or {}) do
        if name ~= "logs" then names[name] = expect.read(it.at:prompts() .. "/" .. name) end
    end
    return names
end

--- All of them or none; or they are all there, some in logs/.placing, where the next run goes on.
local function expect_not_half(it, what)
    local found = prompts_in(it)
    for _, name in ipairs(file.list(it.at:placing()) or {}) do
        expect.falsy(found[name], name .. " is in both places: " .. what)
        found[name] = expect.read(it.at:placing() .. "/" .. name)
    end
    if next(found) then expect.equal(found, it.prompts, what) end
end

test("killed before any of the steps of an extraction: never half a prompt folder, and the next run has all", function()
    local n = 0
    repeat
        n = n + 1
        local it = iteration.new()
        it:write("factory/launch.fails", "")
        kill_at_call(it, n, "dispatch.contract", "extract")
        local run = it:run()
        expect_not_half(it, "call " .. n)
        it:flow(nil)
        it:blocks("launch", "ESTAGE", {}, {})
        expect.equal(prompts_in(it), it.prompts, "call " .. n)
        for _, rest in ipairs { it.at:extracting(), it.at:placing() } do expect.falsy(file.stat(rest), rest) end
        expect.clean()
    until run.signal_number ~= 9
    expect.truthy(n > 10, "calls: " .. n)
end)

test("killed while files come out of the zip: never half a prompt folder, and the next run has all", function()
    local it = iteration.new()
    it:write("factory/launch.fails", "")
    local more = {}
    for name, text in pairs(it.prompts) do
        local lines = { text }
        for i = 1, 5000 do lines[i + 1] = ("%d %d"):format(i, math.random(0)) end
        more[name] = table.concat(lines, "\n") .. "\n"
    end
    it:pack(more)
    local caught = 0
    for n = 0, 5 do
        local run = it:start()
        repeat
            local names = file.list(it.at:extracting())
            if names and #names > n then run:signal "KILL" end
        until names and #names > n or run:ended()
        run:finish()
        caught = caught + (#(file.list(it.at:extracting()) or {}) > 0 and 1 or 0)
        expect_not_half(it, "file " .. n)
        it:blocks("launch", "ESTAGE", {}, {})
        expect.equal(prompts_in(it), it.prompts, "file " .. n)
        for name in pairs(more) do os.remove(it.at:prompts() .. "/" .. name) end
    end
    expect.truthy(caught >= 2, ("was in the middle of it %d times of 6"):format(caught))
end)

test("killed while an earlier attempt's files are set aside: what was sent stays known, no report is lost", function()
    local it = iteration.new(places.shared_tmux())
    it:workers()
    for _, worker in ipairs(iteration.WORKERS) do it.idle[worker] = true end
    it:blocks("wait_done", "ETIMEOUT", { WorkerDoneTimeout = 1 }, {})
    local n, attempts = 0
    repeat
        n = n + 1
        kill_at_call(it, n, "dispatch.journal", "set_aside")
        local run = it:run { WorkerDoneTimeout = 1 }
        expect.equal(it:pastes(), iteration.once(), "call " .. n)
        attempts = run.signal_number ~= 9 and run:event "run.start".attempt
    until attempts
    expect.truthy(n > 5, "calls: " .. n)
    for attempt = 1, attempts - 1 do page_of(it, attempt) end
    expect.contains(page_of(it, 1), "BLOCKED at wait_done")
end)
