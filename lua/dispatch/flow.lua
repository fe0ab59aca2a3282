-- flow.lua: a flow is a table of steps; this runs it. Knows nothing about what the steps do.
--
--     return flow { workers = { "A_core", … }, run_id = contract.DATE_AND_NUMBER, api = 1,
--         { "launch", plan = "what -WhatIf says in place of it", function(run) … end },
--         { "report", always = true, function(run) … end } }
--
-- A step answers true or a sentence (done), or nil, message, CODE (the run stops: BLOCKED). A Lua error is FAILED. The
-- plan may be a function(run): it answers the words, or nil, message, CODE where the run would stop.

---@class run                                     what a step gets
---@field id string                               the RUN_ID
---@field root string                             the project's folder
---@field layout layout                           every path of the run
---@field workers string[]                        those that -Workers chose
---@field all_workers string[]                    the flow's
---@field cfg table                               the settings: cfg.send_mode, cfg.stage_timeout …
---@field emit fun(name: string, fields: table)   says something into the one stream of events
---@field state state                             what the events add up to so far
---@field attempt integer                         from 1
---@field rehearsal boolean                       on a fake desktop
---@field earlier table<string, earlier>          what attempts before this one sent
---@field rehearsed table<string, integer>        whose marker a rehearsal wrote, and in which attempt
---@field crew? crew                              the workers, once step 7 made it
---@field exit_status? integer                    a step may set it: the exit status, whatever the verdict
---@field flow table
---@field origin table                            the flow's file: {path, builtin, sha256}

local clock = require "clock"
local host = require "host"
local wait = require "wait"
local advice = require "dispatch.advice"
local attempt = require "dispatch.attempt"
local carriers = require "dispatch.carriers"
local contract = require "dispatch.contract"
local events = require "dispatch.events"
local flow_table = require "dispatch.flow_table"
local journal = require "dispatch.journal"
local json = require "dispatch.json"
local layout = require "dispatch.layout"
local mistake = require "dispatch.mistake"
local screens = require "dispatch.screens"
local settings = require "dispatch.settings"

local M = {}

local USAGE, BLOCKED = 64, 2
local EXIT = { PASS = 0, FAILED = 1, BLOCKED = BLOCKED, INTERRUPTED = 130 }

---What a step that only stands aside answers: shown as such, and never a reason to stop.
M.NOT_NEEDED = "not needed"

---Is it what flow { … } answers?
---@param value any
---@return boolean
function M.is(value) return flow_table.is(value) end

-- ----------------------------------------------------------------------------------------------------------- the steps

---@return string status, string? message, string? code
local function judge(fine, ok, message, code)
    local signal = wait.interrupted()
    if not fine then return signal and "interrupted" or "failed", tostring(ok) end
    if signal and not ok then return "interrupted", message, "EINTR" end
    if ok == M.NOT_NEEDED then return "not_needed" end
    if ok then return "ok", type(ok) == "string" and ok or nil end
    return code == "EINTR" and "interrupted" or "blocked", message or "the step answered nil and no message", code
end

local function plan_of(run, step)
    if type(step.plan) == "function" then return step.plan(run) end
    return step.plan
end

local function run_step(run, step)
    local name, began = step[1], clock.now()
    local fine, plan, why, what = xpcall(plan_of, mistake.traceback, run, step)
    run.emit("step.start", { step = name, plan = fine and not run.cfg.what_if and plan or nil })
    local status, message, code
    if not fine then
        status, message = "failed", plan
    elseif run.cfg.what_if and why then            -- what only a dry run says: the step itself would say it again
        status, message, code = "blocked", why, what
    elseif run.cfg.what_if and plan then
        status, message = "planned", "would " .. plan
    else
        status, message, code = judge(xpcall(step[2], mistake.traceback, run))
    end
    local went = status == "ok" or status == "not_needed" or status == "planned"
    local kept
    kept, why, what = run.emit("step.end", { step = name, status = status, code = code,
        ms = (clock.now() - began) * 1000, note = went and message or nil, message = not went and message or nil })
    if went and kept then return nil end
    if went then message, code = why, what end
    return { verdict = ({ failed = "FAILED", interrupted = "INTERRUPTED" })[status] or "BLOCKED",
        step = name, message = message, code = code }
end

---Without all markers it is no PASS, whatever -Workers left out.
local function unfinished(run)
    if run.cfg.what_if or #run.workers == #run.all_workers then return nil end
    local missing = {}
    for _, worker in ipairs(run.all_workers) do
        local known = run.state.workers[worker]
        if not (known and known.done) then missing[#missing + 1] = worker end
    end
    if not missing[1] then return nil end
    return { verdict = "BLOCKED", code = "ENOTDONE",
        message = "no DONE.marker yet of " .. table.concat(missing, ", ") .. ", left out by -Workers" }
end

local function conclude(run, verdict)
    local signal = wait.interrupted()
    if signal then
        verdict = { verdict = "INTERRUPTED", step = verdict and verdict.step, code = "EINTR",
            message = "interrupted by " .. signal }
        run.emit("run.interrupted", { signal = signal })
        wait.resume()                              -- what always runs may wait again
    end
    verdict = verdict or unfinished(run) or { verdict = "PASS" }
    verdict.rehearsal = run.rehearsal or nil
    verdict.what_if = run.cfg.what_if or nil
    verdict.advice = advice.of(verdict, run)
    run.emit("run.verdict", verdict)
    return verdict
end

---Runs steps, the `always` ones in any case.
---@param run run
---@param steps table[]                           of a flow, in order
---@return table verdict                          {verdict, step, code, message, advice}
function M.run_steps(run, steps)
    local stopped, verdict
    for _, step in ipairs(steps) do
        if step.always then verdict = verdict or conclude(run, stopped) end
        if step.always or not stopped and not verdict then
            local problem = run_step(run, step)
            if problem and verdict and verdict.verdict == "PASS" then     -- the report itself could not be written
                verdict = conclude(run, problem)
            end
            stopped = stopped or problem or wait.interrupted() and { step = step[1] } or nil
        end
    end
    return verdict or conclude(run, stopped)
end

-- ------------------------------------------------------------------------------------------------------------- the run

local function complain(message)
    io.stderr:write("dispatch: ", message, "\n")
end

local function started(run, steps)
    local values, resumed, names = json.object(), json.object(), {}
    for _, row in ipairs(settings.described(run.cfg)) do values[row.name] = { value = row.value, from = row.from } end
    for worker, last in pairs(run.earlier) do
        if not run.cfg.what_if then resumed[worker] = journal.how(last) end
    end
    for i, step in ipairs(steps) do names[i] = step[1] end
    local machine = host.machine()
    return { v = 1, at = events.now(), run_id = run.id, attempt = run.attempt, dispatch = host.version,
        flow = { path = run.origin.path, sha256 = run.origin.sha256, builtin = run.origin.builtin },
        root = run.root, host = machine.host, os = machine.os, pid = machine.pid, steps = names,
        workers = run.workers, all_workers = run.all_workers, settings = values, resumed = resumed }
end

---Reads the command line. Also for the commands that follow a flow.
---@param flow table
---@param argv string[]
---@param origin? table                           {path, builtin, sha256} of the flow
---@return run? run                               {id, cfg, flow, origin, root, layout, workers, all_workers}
---@return integer? exit                          without a run: the exit status, and everything was said
function M.context(flow, argv, origin)
    local cfg, message = settings.parse(argv)
    if cfg and cfg.help then
        io.stdout:write("usage: dispatch run_iter.lua -RunId ID [settings]; `dispatch help settings` lists them\n")
        return nil, 0
    elseif cfg and cfg.show_config then
        io.stdout:write(settings.show(cfg))
        return nil, 0
    end
    local missing = cfg and (settings.not_yet(cfg) or carriers.refuses(cfg) or carriers.lacks(cfg))
    if missing then cfg, message = nil, missing end
    if cfg and not cfg.run_id then cfg, message = settings.parse(argv, { requires = { "RunId" } }) end
    local workers, root
    if cfg then workers, message = settings.chosen_workers(cfg, flow.workers) end
    if workers then root, message = layout.find_root(cfg.root) end
    if not root then
        complain(message)
        return nil, USAGE
    end
    local run = { id = cfg.run_id, cfg = cfg, flow = flow, root = root, origin = origin or { path = "?" },
        workers = workers, all_workers = flow.workers, rehearsal = cfg.via:find "^fake:" ~= nil }
    local ok
    ok, message = contract.check_run_id(run)
    if not ok then
        complain(message)
        return nil, BLOCKED
    end
    run.layout = layout.new(root, run.id)
    return run
end

---Runs steps with a run whose emit and state are there already, from run.start to run.end.
---@param run run
---@param steps table[]                           of a flow, in order
---@return integer exit_status                    0 PASS, 1 FAILED, 2 BLOCKED, 130 INTERRUPTED; or the run's own
function M.run(run, steps)
    local closing <close> = setmetatable({}, { __close = function() -- luacheck: ignore
        if run.crew then run.crew:close() end
    end })
    local began = clock.now()
    local ok, message = run.emit("run.start", started(run, steps))
    if not ok then complain(message) end
    local verdict = M.run_steps(run, steps)
    wait.resume()                                  -- a signal that came while the report was written changes nothing
    local exit = math.tointeger(run.exit_status) or EXIT[verdict.verdict]
    run.emit("run.end", { exit = exit, seconds = clock.now() - began, at = events.now() })
    return exit
end

---Runs a flow: what `dispatch run_iter.lua …` does.
---@param flow table
---@param argv string[]
---@param origin? table                           {path, builtin, sha256} of the flow
---@return integer exit_status                    0 PASS, 1 FAILED, 2 BLOCKED, 64 wrong usage, 130 INTERRUPTED
function M.main(flow, argv, origin)
    local run, exit = M.context(flow, argv, origin)
    if not run then return exit end
    local tables, message = screens.load(run.root)          -- before anything is run, and not when the first is sent
    if not tables then
        complain(message)
        return BLOCKED
    end
    local held <close>, why = (run.cfg.what_if and attempt.dry or attempt.open)(run)
    if not held then
        complain(why)
        return BLOCKED
    end
    return M.run(run, flow)
end

return setmetatable(M, { __call = function(_, steps) return flow_table.check(steps) end })
