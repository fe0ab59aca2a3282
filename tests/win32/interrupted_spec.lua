-- Ctrl-C while a run sends and waits: it ends in a report and exit 130, and nothing is left behind, AutoHotkey least of
-- all; and a run that is killed. With a stage at work, and by closing the console: console_spec.
local console = require "console"
local expect = require "expect"
local iteration = require "iteration"
local leftovers = require "leftovers"
local places = require "places"
local stage = require "stage"
local journal = require "dispatch.journal"
local report = require "dispatch.report"
local test = expect.test

local function first(s) return s.workers.A_core or {} end

--- The step, the flags that make it wait for ever, and from when on it does.
local WAITS = {
    { "dispatch", { SettleMs = 600000 }, function(s) return first(s).status == "settle" end },
    { "dispatch", { BetweenWorkersDelayMs = 600000 }, function(s) return first(s).receipt end },
    { "wait_done", { WorkerDoneTimeout = 600 }, function(s) return s.step == "wait_done" end },
}

local function events_of(it) return expect.ok(journal.read(it.at:journal())) end

for _, via in ipairs { "win32", "ahk" } do
    test(via .. ": Ctrl-C while a run waits is heard, and ends in a report with nothing left", function()
        for i, case in ipairs(WAITS) do
            local it = iteration.new(places.windows(via))
            for _, worker in ipairs { "C_features", "D_validation", "Z_aggregator" } do it:mark(worker) end
            it:workers { "A_core", "B_tooling" }
            local left = leftovers.before(it)
            local argv = it:argv(case[2])
            argv.env = it:environment()
            local shown = console.start(argv)
            expect.eventually("wait " .. i, iteration.SECONDS, function()
                return expect.read(it.at:journal()) and case[3](events_of(it))
            end)
            shown:type("", "Ctrl+C")
            expect.equal(shown:ended(), 130)
            local s = events_of(it)
            expect.equal({ s.verdict.verdict, s.verdict.step, s.ended.exit }, { "INTERRUPTED", case[1], 130 })
            expect.contains(s.verdict.message, "interrupted by SIGINT")
            expect.equal(expect.read(it.at:report()), report.render(s))
            expect.equal(it:pastes(), i < 3 and iteration.once { "A_core" } or iteration.once { "A_core", "B_tooling" })
            left:check("wait " .. i)
            expect.clean()
        end
    end)
end

for _, via in ipairs { "win32", "ahk" } do
    test(via .. ": killed between paste and key: AutoHotkey ends too, and nobody gets a prompt twice", function()
        local it = iteration.new(places.windows(via))
        it:workers()
        local run = it:meanwhile({ ev = "send.phase", worker = "B_tooling", phase = "recheck" }, function()
            local pid = expect.truthy(expect.read(it.at:journal()):match '"pid":(%d+)')
            expect.equal(expect.run { "taskkill", "/F", "/PID", pid, seconds = iteration.SECONDS }.exit, 0)
        end)
        expect.falsy(run:finish().page, "a report")
        expect.eventually("AutoHotkey ends", iteration.SECONDS, function()
            return #stage.processes(leftovers.AUTOHOTKEY) == 0
        end)
        expect.equal(it:pastes(), iteration.once { "A_core", "B_tooling" })
        it:blocks("dispatch", "EINDOUBT", {}, { "B_tooling: attempt 1 was ended between its paste" })
        it:mark "B_tooling"                      -- a person saw it there, and pressed Enter
        it:passes()
        it:expect_whole(iteration.but "B_tooling")
        expect.equal(it:pastes(), iteration.once())
        expect.contains(expect.read(it.at:attempt(1) .. "/DISPATCH_REPORT.md"), "ENDED WITHOUT A VERDICT")
    end)
end
