-- run_iter.lua: one iteration, from a prompt zip to a report that a person can sign.
--
-- Twelve steps, named and ordered as in the contract ("Dispatcher Flow"). A step answers
--     true, or a sentence for the report    it is done
--     nil, message, CODE                    the run stops here: BLOCKED, exit 2, and the report says what to do next
-- `plan` is what -WhatIf says in place of running the step; a step without one only reads, so -WhatIf runs it too. A
-- function as plan may answer nil, message, CODE: the run would stop there, and so does the dry run.
-- `always` steps run whatever happened before them: a failed step, a Lua error, Ctrl-C.
--
-- This file only says what the steps are; `dispatch run_iter.lua` runs them all, `dispatch check` the first four,
-- `dispatch wait` the ninth. So they all follow your edits.
--
-- Yours to edit: `dispatch init` puts a copy into tools/codex/dispatch/, and that copy is the one that runs. Other
-- workers: change WORKERS. Phases and pipelines: see the end of this file.

local flow     = require "dispatch.flow"
local contract = require "dispatch.contract"    -- what a RUN_ID, a zip, a prompt and a marker must look like
local factory  = require "dispatch.factory"     -- runs the team's factory, keeps its output, reads its verdict
local crew     = require "dispatch.crew"        -- the workers: sends to them, waits for them
local report   = require "dispatch.report"

local WORKERS = { "A_core", "B_tooling", "C_features", "D_validation", "Z_aggregator" }

return flow {
    api     = 1,                                -- the flow API that this file was written for
    workers = WORKERS,                          -- -Workers may choose some of them
    run_id  = contract.DATE_AND_NUMBER,         -- YYYYMMDD_N

    { "validate_run_id", function(run)                                                                          -- 1
        return contract.check_run_id(run)
    end },

    { "find_zip", function(run)                                                                                 -- 2
        return contract.find_zip(run)
    end },

    { "extract", function(run)                                                                                  -- 3
        if contract.has_prompts(run) then return contract.compare(run) end
        return contract.extract(run)            -- with -WhatIf: is it a zip that can be?
    end },

    { "validate_prompts", function(run)                                                                         -- 4
        return contract.check_prompts(run)
    end },

    { "launch", plan = factory.command "launch", function(run)                                                  -- 5
        return factory.stage(run, "launch")
    end },

    { "open_worktrees", plan = factory.command "worktrees open", function(run)                                  -- 6
        return factory.stage(run, "worktrees open")
    end },

    { "ensure_ahk", plan = crew.ways, function(run)                                                             -- 7
        run.crew = crew.new(run)
        return run.crew:prepare()               -- "not needed", unless somebody gets his by AutoHotkey
    end },

    { "dispatch", plan = crew.plan, function(run)                                                               -- 8
        return run.crew:deliver(run.workers)    -- each prompt to its window, one receipt each
    end },

    { "wait_done", plan = "wait for every DONE.marker", function(run)                                           -- 9
        return run.crew:wait(run.workers)
    end },

    { "bundle_validate", plan = factory.command "bundle-validate", function(run)                                -- 10
        return factory.stage(run, "bundle-validate")
    end },

    { "integrate", plan = factory.command "integrate", function(run)                                            -- 11
        return factory.stage(run, "integrate", { gate = "PASS" })
    end },

    { "report", always = true, plan = "write the report", function(run)                                 -- 12
        return report.write(run)
    end },
}

-- Phases: put this in place of step 8, and the phases' workers into WORKERS. Step 9 stays.
--
--     { "dispatch", plan = "…", function(run)
--         return run.crew:phases { { "A_core", "B_tooling" }, { "Z_aggregator" } }
--     end },
--
-- A pipeline (each worker's reviewer starts the moment the worker is done):
--
--     { "dispatch", plan = "…", function(run)
--         local ok, message, code = run.crew:deliver { "A_core", "B_tooling" }
--         if not ok then return nil, message, code end
--         for worker in run.crew:finished() do             -- blocks; ends when nobody is at work any more
--             local reviewer = REVIEWER_OF[worker]
--             if reviewer then run.crew:send(reviewer) end -- a send that fails ends the loop; step 9 says why
--         end
--         return true
--     end },
