-- wait: step 9 alone. Waits for the markers of a run that was sent already; sends nothing, writes nothing, takes no
-- lock: it may stand beside a run that is at work.

local file = require "file"
local attempt = require "dispatch.attempt"
local crew = require "dispatch.crew"
local flow = require "dispatch.flow"
local launch = require "dispatch.launch"

local USAGE = "dispatch wait -RunId ID [-WorkerDoneTimeout SECONDS] [-Workers NAME,…]"
local STEP = "wait_done"

local function complain(message)
    io.stderr:write("dispatch wait: ", message, "\n")
    return 2
end

local function step_of(steps)
    for _, step in ipairs(steps) do
        if step[1] == STEP then return step end
    end
end

---Prompts may have been pasted by hand. A slip in the RUN_ID is more likely, and is waited for until the deadline.
local function warn(run)
    for _, worker in ipairs(run.workers) do
        if run.earlier[worker] or file.stat(run.layout:marker(worker)) then return end
    end
    run.emit("warning", { code = "ENOTSENT", message = ("nothing tells that %s was sent: no attempt of it sent to %s,"
        .. " and no marker is there. Is it the right RUN_ID?"):format(run.id, table.concat(run.workers, ", ")) })
end

local function run(argv)
    local context, exit = launch.follow("wait", argv)
    if not context then return exit end
    local step = step_of(context.flow)
    if not step then return complain(("%s: has no step '%s'"):format(context.origin.path, STEP)) end
    context.all_workers = context.workers        -- whoever -Workers left out is not asked about
    local dry, why = attempt.dry(context)
    if not dry then return complain(why) end
    return flow.run(context, { { STEP, plan = step.plan, function(run_of_step)
        run_of_step.crew = crew.new(run_of_step)
        local ok, message, code = run_of_step.crew:expect()
        if not ok then return nil, message, code end
        warn(run_of_step)
        return step[2](run_of_step)
    end } })
end

return { usage = USAGE, summary = "waits for the DONE.marker of each worker, and nothing else", run = run }
