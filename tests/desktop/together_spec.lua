-- Two dispatchers at once: the same run is refused to the second, different runs on one desktop take turns.
local clock = require "clock"
local expect = require "expect"
local file = require "file"
local iteration = require "iteration"
local places = require "places"
local x11 = require "x11_display"
local test = expect.test

--- Every file below the folder with its bytes.
local function snapshot(folder)
    local all = {}
    for _, name in ipairs(expect.tree(folder)) do
        all[name] = name:find "/$" and "" or expect.read(folder .. "/" .. name)
    end
    return all
end

test("the same run a second time: exit 2, naming who holds it; nothing is written, the first goes on", function()
    local it = iteration.new(places.shared_tmux())
    it:workers()
    for _, worker in ipairs(iteration.WORKERS) do it.idle[worker] = true end
    local first = it:start()
    first:await_event { ev = "step.start", step = "wait_done" }
    local before = snapshot(it.root .. "/tools")
    local second = expect.run { cwd = it.root, env = it:environment(), table.unpack(it:argv()) }
    expect.equal(second.exit, 2)
    expect.contains(second.err, ("tools/codex/prompts/%s/logs/.lock: held by process %d on "):format(it.id,
        first:pid()))
    expect.equal(second.out, "")
    expect.equal(snapshot(it.root .. "/tools"), before)
    it.idle = {}
    expect.equal(first:finish().exit, 0)
    it:expect_whole()
end)

test("beside a run at work, check, -WhatIf and wait do what they say", function()
    local it = iteration.new(places.shared_tmux())
    it:workers()
    for _, worker in ipairs(iteration.WORKERS) do it.idle[worker] = true end
    local run = it:start()
    run:await_event { ev = "step.start", step = "wait_done" }
    local options = { cwd = it.root, env = it:environment() }
    local function beside(...)
        local argv = { expect.binary(), ... }
        return expect.run { cwd = options.cwd, env = options.env, table.unpack(argv) }
    end
    expect.equal(beside("check", "-RunId", it.id).exit, 0)
    expect.equal(beside("run_iter.lua", "-RunId", it.id, "-WhatIf", "-Factory", "true").exit, 0)
    local waited = beside("wait", "-RunId", it.id, "-WorkerDoneTimeout", "1")
    expect.equal(waited.exit, 2)
    expect.contains(waited.out, "no valid DONE.marker within 1.0 s")
    it.idle = {}
    expect.equal(run:finish().exit, 0)
    expect.equal(beside("wait", "-RunId", it.id, "-WorkerDoneTimeout", "1").exit, 0)
    it:expect_whole()
end)

local function count(run, ev)
    local n = 0
    for _, event in ipairs(run:journal()) do n = n + (event.ev == ev and 1 or 0) end
    return n
end

test("x11: two runs on one display: the second waits for its turn, and both pass", function()
    local one, two = iteration.new(places.shared_x11()), iteration.new(places.shared_x11())
    one:workers()
    two:workers()
    local first, second
    first = one:meanwhile({ ev = "send.phase", worker = "C_features", phase = "settle" }, function()
        second = two:start()
        local waits = second:await_event { ev = "warning", code = "ELOCKED" }
        expect.contains(waits.message, "another dispatch is sending on this display (process ")
        two:expect_untouched()
    end)
    second:await("the second sends", function()
        one:work()
        return count(second, "send.phase") > 0
    end)
    expect.equal(count(first, "send.receipt"), 5, "the first has sent to all by then")
    expect.equal(second:finish().exit, 0)
    expect.equal(first:finish().exit, 0)
    one:expect_whole()
    two:expect_whole()
end)

for name, place in pairs { x11 = places.shared_x11, tmux = places.shared_tmux } do
    test(name .. ": three runs at the same time: all pass, and nobody gets another's prompt", function()
        local all, runs = {}, {}
        for i = 1, 3 do
            all[i] = iteration.new(place())
            all[i]:workers()
        end
        for i = 1, 3 do runs[i] = all[i]:start { BetweenWorkersDelayMs = 20 } end
        for i = 1, 3 do
            runs[i]:await("run " .. i, function()
                for _, it in ipairs(all) do it:work() end
                return runs[i]:ended()
            end)
            expect.equal(runs[i]:finish().exit, 0, runs[i].err)
        end
        for i = 1, 3 do all[i]:expect_whole() end
    end)
end

test("x11: somebody else sends for too long: exit 2, naming him, and nobody was sent to", function()
    local display = x11.start()
    local it = iteration.new(places.x11(display))
    it:workers()
    local desktop = display:open()
    expect.ok(desktop:lock(clock.now()))
    local run = it:start { WindowReadyTimeout = 1 }
    run:await_event { ev = "warning", code = "ELOCKED" }
    for _, worker in ipairs { "A_core", "B_tooling" } do it:mark(worker) end
    run:await_event { ev = "worker.done", worker = "B_tooling" }
    run:blocks("dispatch", "ELOCKED", { "process " .. require "host".machine().pid, "not sent: A_core, B_tooling" })
    it:expect_untouched()
    expect.truthy(file.stat(it.at:report()))
end)
