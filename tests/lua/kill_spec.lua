-- kill -9 at any moment, then the same command: no prompt is pasted twice, and the killed attempt has its report.
local expect = require "expect"
local world = require "world"
local cjson = require "cjson"
local file = require "file"
local lock = require "lock"
local test = expect.test

---Runs in a process of its own, which the rules kill.
local function killed(w)
    w:write("child.lua", "return " .. expect.show(w.rules))
    local root = w.at.root
    local got = expect.dispatch { "run_iter.lua", "-RunId", w.at.run_id, "-Root", root, "-Via", "fake:" .. root
        .. "/child.lua", "-Factory", w:factory() }
    expect.equal(expect.windows and got.exit - 128 or got.signal, 9, got.out .. got.err)
end

local MOMENTS = {
    ["while it looks for windows"] = { { on = "list", nth = 1, interrupt = "KILL" }, pasted = {} },
    ["while it focuses"] = { { on = "focus", window = "B_tooling", interrupt = "KILL" }, pasted = { A_core = true } },
    ["in the paste"] = { { on = "paste", window = "B_tooling", interrupt = "KILL" }, pasted = { A_core = true },
        doubt = "B_tooling" },
    ["between paste and key"] = { { on = "key", window = "B_tooling", interrupt = "KILL" }, pasted = { A_core = true },
        doubt = "B_tooling" },
    ["between key and receipt"] = { { on = "submit", window = "C_features", interrupt = "KILL" },
        pasted = { A_core = true, B_tooling = true }, doubt = "C_features" },
    ["between two workers"] = { { at = 1, interrupt = "KILL" }, pasted = { A_core = true, B_tooling = true } },
    ["while it waits"] = { { at = 5, interrupt = "KILL" }, pasted = { A_core = true, B_tooling = true,
        C_features = true, D_validation = true, Z_aggregator = true } },
}

for name, moment in pairs(MOMENTS) do
    test("killed " .. name, function()
        local w = world.new(moment)
        killed(w)
        expect.falsy(file.stat(w.at:report()))
        local held = expect.ok(lock.take(w.at:lock()))           -- the kernel freed it
        held:close()
        table.remove(w.rules, 1)
        for worker in pairs(moment.pasted) do
            table.insert(w.rules, { at = 90, write = w.at:marker(worker), text = world.token(worker) })
        end
        local r = w:run()
        for worker in pairs(r:pastes()) do expect.falsy(moment.pasted[worker], worker .. " was pasted to before") end
        if moment.doubt then
            expect.equal(r:one "run.verdict".code, "EINDOUBT")
            expect.contains(r:one "run.verdict".message, moment.doubt)
            expect.equal(r:pastes(), {})
        else
            expect.equal(r.exit, 0)
        end
        expect.contains(expect.read(w.at:attempt(1) .. "/DISPATCH_REPORT.md"), "ENDED WITHOUT A VERDICT in step")
    end)
end

test("killed after any line of the journal: who may have the prompt is never pasted to again", function()
    local w = world.new { work = 3 }
    local short = { flow = world.WITHOUT_STAGES }
    w:passes(short)
    local lines = {}
    for line in expect.read(w.at:journal()):gmatch "[^\n]+" do lines[#lines + 1] = line end
    for _, worker in ipairs(world.WORKERS) do
        table.insert(w.rules, { at = 60, write = w.at:marker(worker), text = world.token(worker) })
    end
    local begun, receipts = {}, {}
    for i, line in ipairs(lines) do
        local event = cjson.decode(line)
        if event.ev == "send.begin" then begun[event.worker] = true end
        if event.ev == "send.receipt" then receipts[event.worker] = true end
        expect.ok(file.remove_tree(w.at:logs()))
        w:unmark()
        expect.write(w.at:journal(), table.concat(lines, "\n", 1, i) .. "\n")
        local r = w:run(short)
        local doubt = false
        for worker in pairs(begun) do
            expect.falsy(r:pastes()[worker], ("after line %d: %s"):format(i, worker))
            doubt = doubt or not receipts[worker]
        end
        expect.equal(r.exit, doubt and 2 or 0, "after line " .. i)
    end
end)
