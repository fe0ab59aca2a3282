-- What to do next: the contract's Recovery list, by step and code.
local expect = require "expect"
local layout = require "dispatch.layout"
local advice = require "dispatch.advice"
local test = expect.test

local RUN = { id = "20261122_1", workers = { "A_core" }, layout = layout.new("/r", "20261122_1") }
local function told(step, code, verdict)
    return table.concat(advice.of({ verdict = verdict or "BLOCKED", step = step, code = code }, RUN), "\n")
end

local LIST = {
    { "validate_prompts", "EINVAL", "run the same command again" },                                         -- 1
    { "extract", "EINVAL", "dispatch check -RunId 20261122_1" },
    { "dispatch", "ENOWINDOW", "title includes `HITECHOS_<CODEX_ID>_20261122_1`" },                         -- 2
    { "dispatch", "ENOWINDOW", "dispatch windows HITECHOS_A_core_20261122_1" },
    { "dispatch", "ENOWINDOW", "Increase -WindowReadyTimeout" },                                            -- 3
    { "dispatch", "EFOCUS", "FACTORY_FOCUS_RETRIES" },
    { "dispatch", "ENOTSENT", "-SendMode (enter, ctrl_enter, both)" },                                      -- 4
    { "bundle_validate", "ESTAGE", "`tools/codex/runs/20261122_1/`" },                                      -- 5
    { "integrate", "EGATE", "`tools/codex/runs/20261122_1/`" },
    { "ensure_ahk", "ENOENT", "-Via fake:FILE.lua" },
    { "ensure_ahk", "ENOENT", "name one with -AhkExe" },
    { "ensure_ahk", "EUNSUPPORTED", "install version 2" },
    { "ensure_ahk", "EIO", "ahk_template.ahk" },
    { "dispatch", "EIO", "AHK_STDERR.log" },
    { "dispatch", "ETIMEOUT", "-PasteKeys" },
    { "launch", "ETIMEOUT", "`tools/codex/runs/20261122_1/`" },
    { "wait_done", "ETIMEOUT", "-WorkerDoneTimeout" },
    { "dispatch", "EAMBIGUOUS", "Close or rename" },
    { "dispatch", "EINDOUBT", "-Resend -Workers NAME" },
    { "dispatch", "ECHANGED", "new RUN_ID" },
    { "wait_done", "ENOTDONE", "without -Workers" },
    { "find_zip", "ENOENT", "Put the zip there" },
    { "dispatch", "EINTR", "same command again" },
    { "a step of the team", "ENEW", "same command again" },
    { "launch", "EUNSUPPORTED", "Put its interpreter in front of it in -Factory" },
    { "ensure_ahk", "ETIMEOUT", "Is it AutoHotkey? Name another one with -AhkExe" },
    { "ensure_ahk", "EUNSUPPORTED", "name the program of one with -AhkExe" },
    { "ensure_ahk", "EINVAL", "`tools/codex/dispatch/ahk_template.ahk`: or remove it" },
    { "validate_run_id", nil, "correct the step in the flow's Lua file" },
    { "find_zip", nil, "The reason is the step's own" },
}
for _, row in ipairs(LIST) do
    test(("%s at %s: %s"):format(row[2] or "no code", row[1], row[3]), function()
        expect.contains(told(row[1], row[2]), row[3])
    end)
end

test("no advice is about another step's matter, or another system's", function()
    for _, row in ipairs { { "launch", "EUNSUPPORTED", "-Via" }, { "ensure_ahk", "ETIMEOUT", "-WorkerDoneTimeout" },
        { "validate_run_id", nil, "of the right form" }, { "find_zip", nil, "Put the zip there" } } do
        expect.lacks(told(row[1], row[2]), row[3])
    end
    expect.equal(told("dispatch", "EAMBIGUOUS"):find("-Via x11", 1, true) == nil, expect.windows)
end)

test("a PASS needs none, a failed script has its own", function()
    expect.equal(told(nil, nil, "PASS"), "")
    expect.contains(told("dispatch", nil, "FAILED"), "Correct the Lua file")
end)

test("nothing is left unfilled", function()
    for _, row in ipairs(LIST) do expect.lacks(told(row[1], row[2]), "{") end
end)

test("the title in the advice is one that is missing, and not the first worker's that was found", function()
    local run = { id = RUN.id, workers = { "A_core", "B_tooling" }, layout = RUN.layout }
    local text = table.concat(advice.of({ verdict = "BLOCKED", step = "dispatch", code = "ENOWINDOW",
        message = "no window has 'HITECHOS_B_tooling_20261122_1' in its title" }, run), "\n")
    expect.contains(text, "dispatch windows HITECHOS_B_tooling_20261122_1")
end)
