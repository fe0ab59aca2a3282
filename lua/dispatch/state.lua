-- state.lua: what the events of a run add up to. Pure. The report, the view and the exit status read this and nothing
-- else; a rerun folds the journals of earlier attempts with it.

local M = {}

---@class state
---@field run? table             the run.start event
---@field t number               seconds since run.start, of the last event
---@field steps table[]          {name, status, at, ms, note, message, code}, in order
---@field workers table          name -> {status, prompt, window, begin, in_doubt, receipt, arrived, done, lost, …}
---@field stages table[]         commands of the team: stage.start and stage.end in one
---@field verdict? table         the run.verdict event
---@field page? state            what was known when the report was written; the report shows no more than this
---@return state
function M.new()
    return { t = 0, steps = {}, workers = {}, stages = {}, warnings = {}, artifacts = {} }
end

local function worker_of(s, e)
    local w = s.workers[e.worker]
    if not w then
        w = { name = e.worker, status = "waiting" }
        s.workers[e.worker] = w
    end
    return w
end

local function copy(value)
    if type(value) ~= "table" then return value end
    local twin = {}
    for k, v in pairs(value) do twin[k] = copy(v) end
    return twin
end

local on = {}

on["run.start"] = function(s, e)
    s.run = e
    for i, name in ipairs(e.steps) do s.steps[i] = { name = name, status = "pending" } end
    for _, name in ipairs(e.all_workers or e.workers) do worker_of(s, { worker = name }).left_out = true end
    for _, name in ipairs(e.workers) do worker_of(s, { worker = name }).left_out = nil end
    for name, how in pairs(e.resumed or {}) do worker_of(s, { worker = name }).resumed = how end
end

local function step_of(s, e)
    for _, step in ipairs(s.steps) do
        if step.name == e.step then return step end
    end
    s.steps[#s.steps + 1] = { name = e.step }
    return s.steps[#s.steps]
end

on["step.start"] = function(s, e)
    local step = step_of(s, e)
    step.status, step.at = "running", e.t
    s.step = e.step
end

on["step.end"] = function(s, e)
    local step = step_of(s, e)
    step.status, step.ms, step.note, step.message, step.code = e.status, e.ms, e.note, e.message, e.code
    s.step = nil
end

on["prompt.ok"] = function(s, e)
    worker_of(s, e).prompt = e
    for _, message in ipairs(e.warnings or {}) do
        s.warnings[#s.warnings + 1] = { t = e.t, worker = e.worker, message = message }
    end
end

on["stage.start"] = function(s, e)
    s.stages[#s.stages + 1] = { stage = e.stage, argv = e.argv, cwd = e.cwd, at = e.t }
end

on["stage.end"] = function(s, e)
    local stage = s.stages[#s.stages]
    if not stage or stage.stage ~= e.stage or stage.ended then
        stage = {}
        s.stages[#s.stages + 1] = stage
    end
    for k, v in pairs(e) do stage[k] = v end
    stage.ended = e.t
end

on["via.chosen"] = function(s, e) s.via = e end
on["find.retry"] = function(s, e) s.finds = e end

on["target.found"] = function(s, e)
    local w = worker_of(s, e)
    w.status, w.window = "found", e
end

on["target.waits"] = function(s, e)
    local w = worker_of(s, e)
    w.status, w.waits = "not ready", e
end

on["target.ready"] = function(s, e) worker_of(s, e).status = "found" end

on["send.phase"] = function(s, e)
    worker_of(s, e).status = e.phase
end

on["send.begin"] = function(s, e)
    local w = worker_of(s, e)
    w.begin, w.in_doubt = e, true
end

on["send.receipt"] = function(s, e)
    local w = worker_of(s, e)
    w.receipt, w.in_doubt = e, nil
    w.status = e.receipt == "not_submitted" and "not sent" or "working"
    w.arrived = e.receipt == "unobservable" and w.done ~= nil or nil
end

on["worker.done"] = function(s, e)
    local w = worker_of(s, e)
    w.status, w.done = "done", e
    w.arrived = w.receipt ~= nil and w.receipt.receipt == "unobservable" or nil
end

on["marker.partial"] = function(s, e) worker_of(s, e).partial = e end
on["worker.lost"] = function(s, e) worker_of(s, e).lost = e end
on["warning"] = function(s, e) s.warnings[#s.warnings + 1] = e end
on["run.interrupted"] = function(s, e) s.interrupted = e end
on["run.verdict"] = function(s, e) s.verdict = e end
on["run.end"] = function(s, e) s.ended = e end

on["artifact"] = function(s, e)
    if e.kind == "report" then                  -- announced before it is rendered: what comes later is not in it
        s.page = nil
        s.page = copy(s)
    else
        s.artifacts[#s.artifacts + 1] = e
        if e.worker then worker_of(s, e).evidence = e end
    end
end

---@param s state                                 is changed
---@param e table                                 an event
---@return state                                  the same one
function M.fold(s, e)
    s.t = e.t
    local handler = on[e.ev]
    if handler then handler(s, e) end
    return s
end

return M
