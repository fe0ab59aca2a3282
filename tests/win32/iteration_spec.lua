-- Whole runs from the command line on windows of Windows, by dispatch's own hands and by AutoHotkey's: the twelve
-- steps, a report, each prompt once and whole. What stops a run: stops_spec, ahk_stops_spec, interrupted_spec.
local expect = require "expect"
local iteration = require "iteration"
local leftovers = require "leftovers"
local places = require "places"
local project = require "project"
local stage = require "stage"
local stops = require "stops"
local file = require "file"
local test = expect.test

local STEPS = { "validate_run_id", "find_zip", "extract", "validate_prompts", "launch", "open_worktrees", "ensure_ahk",
    "dispatch", "wait_done", "bundle_validate", "integrate", "report" }
local STAGES = { "launch", "worktrees", "bundle-validate", "integrate" }

--- Prompts with what gets lost on the way elsewhere; every second one with the line ends of Windows.
local function hard_prompts(it)
    local change = {}
    for i, worker in ipairs(iteration.WORKERS) do
        local text = project.prompt(it.at, worker) .. stage.text(4096, worker) .. "\n"
        change[it.at:prompt_name(worker)] = i % 2 == 0 and text:gsub("\n", "\r\n") or text
    end
    it:pack(project.prompts(it.at, change))
end

local function expect_steps(run)
    local steps = {}
    for _, event in ipairs(run.events) do
        if event.ev == "step.start" then steps[#steps + 1] = event.step end
    end
    expect.equal(steps, STEPS)
    expect.equal(run.it:stages(), STAGES)
end

local function expect_receipts(run)
    for _, worker in ipairs(iteration.WORKERS) do
        local event = run:event("send.receipt", worker)
        expect.equal({ event.receipt, event.seen.taken, event.seen.composer, event.seen.keys },
            { "submitted", "whole", "empty", 1 }, worker)
        expect.matches(run.page, ("\n| %s | %s `%%d+` |[^\n]*| submitted | the text left the composer |\n"):format(
            worker, run.it.at:title(worker)))
        expect.equal(run:event("worker.done", worker).how, "marker", worker)
    end
    expect.contains(run:top(), "prompts: 5 submitted; markers: 5 of 5")
end

--- How often a text that is a pattern is in a file of logs/.
local function times(it, name, pattern)
    local text = expect.truthy(expect.read(it.at:logs() .. "/" .. name), name)
    return select(2, text:gsub(pattern, ""))
end

--- What AutoHotkey leaves in logs/.
local function expect_logs(it, run)
    local script = expect.read(it.at:ahk_script())
    expect.equal(script:sub(1, 3), "\u{FEFF}", "the mark of UTF-8")
    expect.truthy(utf8.len(script), "UTF-8")
    expect.contains(script, ('\nRUN_ID := "%s"\nLOG_FILE := "%s"\n'):format(it.id, it.at:ahk_log()))
    expect.lacks(script, "Do the work of", "a prompt")
    for pattern, n in pairs { ["match %d+ HITECHOS_[%w_]+ %-> done\n"] = 5, ["press %d+ %^{v} %-> done\n"] = 5,
        ["press %d+ {Enter} %-> done\n"] = 5, refused = 0 } do
        expect.equal(times(it, "AHK_DISPATCH.log", pattern), n, pattern)
    end
    expect.equal(times(it, "AHK_WORKER_RESULTS.log", "\t[%w_]+\ttaken=whole\tkeys=1\n"), 5)
    for _, name in ipairs { "AHK_DISPATCH", "AHK_WORKER_RESULTS", "AHK_STDOUT", "AHK_STDERR" } do
        expect.matches(run.page, "\n| log |[^\n]*" .. name .. "%.log", name)
    end
    expect.equal(times(it, "AHK_STDOUT.log", "^ready\t2[%d.]+\n"), 1)
    expect.equal(expect.read(it.at:logs() .. "/AHK_STDERR.log"), "")
    expect.matches(run.page, "\n| 7 | ensure_ahk | ok |[^\n]*| AutoHotkey 2[%d.]+, [^\n]*AutoHotkeyV2%.exe |\n")
end

for _, via in ipairs { "win32", "ahk" } do
    test(via .. ": twelve steps, five windows, five receipts with their proof, PASS; again, nothing is sent", function()
        local it = iteration.new(places.windows(via))
        hard_prompts(it)
        it:workers()
        local left = leftovers.before(it)
        local run = it:passes()
        it:expect_whole()
        expect_steps(run)
        expect_receipts(run)
        expect.contains(run.page, ("| prompts travelled by | %s (-Via) |"):format(via))
        if via == "ahk" then expect_logs(it, run) end
        left:check(via)

        run = it:passes()
        it:expect_whole()
        expect.equal(run:receipts(), {})
        for _, name in ipairs { "DISPATCH_RUNTIME.ahk", "AHK_DISPATCH.log" } do
            expect.equal(file.stat(it.at:attempt(1) .. "/" .. name) ~= nil, via == "ahk", "attempt 1: " .. name)
        end
        left:check(via .. ", again")
    end)
end

test("any command may run the stages, also one with blanks and letters of every script in its path", function()
    local it = iteration.new(places.windows "win32")
    local command = it.root .. "/Fabrik für alle 工場/Stufe eins.exe"
    expect.write(command, expect.read(expect.binary()))
    it.factory = ("'%s' demo --stage"):format(command)
    it.place.env.PATH = stage.path_with_git()
    it:workers()
    local run = it:passes()
    it:expect_whole()
    for _, event in ipairs(run.events) do
        if event.ev == "stage.start" then expect.equal(event.argv[1], command) end
    end
    expect.contains(run.page, "| integrate | `'" .. command .. "' demo --stage integrate")
    for _, worker in ipairs(iteration.WORKERS) do
        expect.truthy(file.stat(it.at:worktree(worker)), "what `worktrees open` made for " .. worker)
    end
end)

test("without -Via it is AutoHotkey; workers may finish late, and PowerShell's markers count", function()
    local it = iteration.new(places.windows "ahk")
    it.place.flags, it.place.env.FACTORY_AHK_EXE = {}, places.AUTOHOTKEY
    stops.late_markers(it)
    expect.matches(expect.read(it.at:report()), "\n| prompts travelled by | ahk %(")
    expect_logs(it, { page = expect.read(it.at:report()) })
end)
