local expect = require "expect"
local contract = require "dispatch.contract"
local test = expect.test

local function check(text, form) return contract.check_id(form or contract.DATE_AND_NUMBER, text) end

test("a date and a number from 1 are a RUN_ID", function()
    for _, text in ipairs { "20261122_1", "20261122_10", "00010101_1", "99991231_999999999", "20240229_1",
        "20000229_7" } do
        expect.ok(check(text))
    end
end)

local BAD = {
    ["20261322_1"] = "no month 13", ["20260022_1"] = "no month 00", ["20260230_1"] = "no day 30 in 2026-02",
    ["20230229_1"] = "no day 29", ["19000229_1"] = "no day 29", ["20260431_1"] = "no day 31",
    ["20260400_1"] = "no day 00",
    ["00000101_1"] = "year", ["20261122_0"] = "numbers begin at 1", ["20261122_01"] = "leading zero",
    ["20261122_1000000000"] = "more than 9 digits", ["20261122"] = "eight digits", ["20261122_"] = "eight digits",
    ["2026112_1"] = "eight digits", ["20261122_1a"] = "eight digits", ["20261122-1"] = "'-' where '_'",
    ["20261122_1 "] = "blank", ["20261122 _1"] = "blank", ["20261122_1\n"] = "blank", ["20261122_１"] = "not ASCII",
    ["20261122_1/../x"] = "eight digits", [""] = "eight digits", ["x20261122_1"] = "eight digits",
    ["20261122_1\0"] = "eight digits", ["+20261122_1"] = "eight digits",
}

test("anything else is refused with the reason, and is shown", function()
    for text, why in pairs(BAD) do
        local message = expect.refused("EINVAL", why, check(text))
        expect.contains(message, "YYYYMMDD_N")
        expect.lacks(message, "\n")
    end
end)

test("the next RUN_ID of a day is one above the highest", function()
    local when = { year = 2026, month = 3, day = 7 }
    local following = contract.DATE_AND_NUMBER.next
    expect.equal(following({}, when), "20260307_1")
    expect.equal(following({ "20260307_2", "20260307_10", "20260306_77", "20260307_x" }, when), "20260307_11")
    expect.equal(following({ "20260307_999999999" }, when), nil)
end)

test("a team's RUN_IDs with a time and four random characters", function()
    local form = contract.DATE_TIME_RANDOM
    expect.ok(check("20261122_235959_A1b2", form))
    for text, why in pairs { ["20261122_240000_aaaa"] = "no time", ["20261122_236000_aaaa"] = "no time",
        ["20261322_000000_aaaa"] = "no month", ["20261122_000000_aaa"] = "four letters",
        ["20261122_000000_aa-a"] = "four letters" } do
        expect.refused("EINVAL", why, check(text, form))
    end
    local when = { year = 2026, month = 3, day = 7, hour = 4, min = 5, sec = 6 }
    local made = form.next({ "20260307_040506_0000" }, when, coroutine.wrap(function()
        for _ = 1, 4 do coroutine.yield(1) end          -- 0000 is taken
        while true do coroutine.yield(36) end
    end))
    expect.equal(made, "20260307_040506_zzzz")
    expect.ok(check(form.next({}, when), form))
end)

test("a team's own form cannot let a RUN_ID leave its folder", function()
    local anything = { name = "ANY", check = function() return true end }
    for _, text in ipairs { "../x", "a/b", "a\\b", "", ".", "a b", "-x", "a\0b", "C:" } do
        expect.refused("EINVAL", "paths", check(text, anything))
    end
    expect.ok(check("release-7_b", anything))
    expect.refused("EINVAL", "the flow's own check", check("x", { name = "NO", check = function() end }))
end)

test("step 1 uses the flow's form", function()
    local run = { id = "20261122_1", flow = { run_id = contract.DATE_TIME_RANDOM } }
    expect.refused("EINVAL", "HHMMSS", contract.check_run_id(run))
    run.flow = {}
    expect.ok(contract.check_run_id(run))
end)
