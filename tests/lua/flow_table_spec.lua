-- Whoever edits a flow is told what is wrong with it, where, and what was meant.
local expect = require "expect"
local flow = require "dispatch.flow"
local test = expect.test

local function step() end
local function good(change)
    local steps = { workers = { "A", "B" }, run_id = {}, api = 1, { "one", step }, { "two", plan = "x", always = true,
        step } }
    for key, value in pairs(change or {}) do steps[key] = value end
    return steps
end

test("a good table is a flow, and known as one", function()
    local steps = good()
    expect.falsy(flow.is(steps))
    expect.equal(flow(steps), steps)
    expect.truthy(flow.is(steps))
end)

local WRONG = {
    ["an unknown key of a step, and what was meant"] = { { [1] = { "one", step, alwys = true } },
        "step 1 'one': 'alwys' is no key here; did you mean 'always'?" },
    ["an unknown key of the flow"] = { { wokers = {} }, "'wokers' is no key here; did you mean 'workers'?" },
    ["a key like no other"] = { { [1] = { "one", step, colour = 1 } }, "there are always, plan" },
    ["no function"] = { { [2] = { "two" } }, "step 2 'two': its function is missing" },
    ["no name"] = { { [2] = { step } }, "step 2 must begin with its name" },
    ["two of one name"] = { { [2] = { "one", step } }, "step 1 has the same name" },
    ["a wrong type"] = { { [1] = { "one", step, always = "yes" } }, "'always' must be a boolean, got a string" },
    ["a step that is no table"] = { { [2] = "two" }, "step 2 must be a table" },
    ["something behind the function"] = { { [2] = { "two", step, step } }, "has something behind its function" },
    ["no steps"] = { { [1] = false, [2] = false }, "must be a table" },
    ["no workers"] = { { workers = {} }, "workers is missing" },
    ["a worker twice"] = { { workers = { "A", "A" } }, "worker 'A' is named twice" },
    ["a worker that cannot be in a path"] = { { workers = { "../A" } }, "letters, digits and '_'" },
    ["another API"] = { { api = 2 }, "written for flow API 2, this dispatch has 1" },
}
for name, case in pairs(WRONG) do
    test("refused: " .. name, function()
        local message = expect.raises(case[2], function() flow(good(case[1])) end)
        expect.contains(message, "flow_table_spec.lua:", "the flow's own file")
    end)
end

local TAIL = {
    ["step 1 'one': 'alwys'"] = { "1", "{ 'one', alwys = true, function() end }", "my.lua:4: flow" },
    ["run_id is missing or nil"] = { "nil", "{ 'one', function() end }", "my.lua: flow" },
}
for what, case in pairs(TAIL) do
    test("a flow that is returned at once is named all the same: " .. what, function()
        local folder = expect.folder()
        expect.write(folder .. "/my.lua", ("local run_id = %s\nlocal flow = require 'dispatch.flow'\n"
            .. "return flow { workers = { 'A' }, run_id = run_id,\n    %s }\n"):format(case[1], case[2]))
        local run = expect.dispatch { "my.lua", "-RunId", "20261122_1", cwd = folder }
        expect.equal(run.exit, 1)
        expect.contains(run.err, case[3])
        expect.contains(run.err, what)
    end)
end
