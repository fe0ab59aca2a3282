--- report_runs - states of runs that ended in every way, for the specs of what shows them.
local state = require "dispatch.state"

local M = {}

M.STEPS = { "validate_run_id", "find_zip", "extract", "validate_prompts", "launch", "open_worktrees", "ensure_ahk",
    "dispatch", "wait_done", "bundle_validate", "integrate", "report" }
M.WORKERS = { "A_core", "B_tooling", "C_features", "D_validation", "Z_aggregator" }

---@param events table[]              {ev, t, …}; without t: a second after the one before
---@return state
function M.fold(events)
    local sum, t = state.new(), 0
    for i, event in ipairs(events) do
        t = event.t or t + 1
        event.seq, event.t = i, t
        state.fold(sum, event)
    end
    return sum
end

---@param more? table                 fields that are otherwise
---@return table                      a run.start
function M.start(more)
    local event = { ev = "run.start", t = 0, v = 1, run_id = "20261122_1", attempt = 1, dispatch = "1", root = "/r",
        flow = { path = "f.lua" }, host = "h", os = "o", pid = 1, at = "2026-11-22T12:00:00Z", steps = M.STEPS,
        workers = M.WORKERS, all_workers = M.WORKERS, settings = {}, resumed = {} }
    for key, value in pairs(more or {}) do event[key] = value end
    return event
end

local Run = {}
Run.__index = Run

local function begin(more, scale)
    return setmetatable({ t = 0, scale = scale or 1, M.start(more) }, Run)
end

---@param seconds number              since the event before, times the run's scale
function Run:add(seconds, event)
    self.t = self.t + seconds * self.scale
    event.t = self.t
    self[#self + 1] = event
    return self
end

---Steps from one to another, all well.
function Run:steps(from, to, seconds)
    for i = from, to do
        self:add(0, { ev = "step.start", step = M.STEPS[i] })
        self:add(seconds or 0.01, { ev = "step.end", step = M.STEPS[i], status = i == 7 and "not_needed" or "ok",
            ms = (seconds or 0.01) * self.scale * 1000 })
    end
    return self
end

function Run:stop(step, code, seconds, status)
    self:add(seconds, { ev = "step.end", step = step, status = status or "blocked", ms = seconds * self.scale * 1000,
        message = "it stopped", code = code })
    return self:verdict(({ failed = "FAILED", interrupted = "INTERRUPTED" })[status] or "BLOCKED", step, code)
end

function Run:verdict(verdict, step, code)
    self:add(0, { ev = "run.verdict", verdict = verdict, step = step, code = code, message = step and "it stopped",
        advice = {} })
    self:add(0, { ev = "step.start", step = "report" })
    return self:add(0.004, { ev = "artifact", kind = "report", path = "/r/x.md" })
end

function Run:send(worker, receipt)
    self:add(0, { ev = "send.begin", worker = worker, sha256 = ("0"):rep(64), bytes = 9, mode = "full" })
    if not receipt then return self:add(0.1, { ev = "send.phase", worker = worker, phase = "settle" }) end
    return self:add(0.3, { ev = "send.receipt", worker = worker, receipt = receipt, why = "why", seen = { keys = 1 },
        ms = { paste = 200 * self.scale, submit = 100 * self.scale } })
end

function Run:done(worker, seconds, how)
    return self:add(seconds, { ev = "worker.done", worker = worker, how = how or "marker", marker = "/r/" .. worker })
end

local function to_dispatch(more, scale)
    return begin(more, scale):steps(1, 7):add(0, { ev = "via.chosen", via = "tmux", why = "-Via" })
        :add(0, { ev = "step.start", step = "dispatch" })
end

local function passed(scale)
    local run = to_dispatch(nil, scale)
    for _, worker in ipairs(M.WORKERS) do run:send(worker, "submitted") end
    run:add(0, { ev = "step.end", step = "dispatch", status = "ok", ms = 1500 * run.scale })
    run:add(0, { ev = "step.start", step = "wait_done" })
    for _, worker in ipairs(M.WORKERS) do run:done(worker, 12) end
    run:add(0, { ev = "step.end", step = "wait_done", status = "ok", ms = 60000 * run.scale })
    return run:steps(10, 11, 1):verdict "PASS"
end

local MADE = {
    { "a PASS of a minute", passed },
    { "a PASS of milliseconds", function() return passed(1 / 10000) end },
    { "a PASS of seconds", function() return passed(1 / 10) end },
    { "a PASS of hours", function() return passed(300) end },
    { "a PASS of days", function() return passed(6000) end },
    { "stopped at its first step, in no time", function()
        return begin():add(0, { ev = "step.start", step = "validate_run_id" }):stop("validate_run_id", "EINVAL", 0)
    end },
    { "nothing but its start", function() return begin() end },
    { "a stage failed", function()
        return begin():steps(1, 4):add(0, { ev = "step.start", step = "launch" }):stop("launch", "ESTAGE", 5)
    end },
    { "the flow script failed", function()
        return begin():steps(1, 4):add(0, { ev = "step.start", step = "launch" }):stop("launch", nil, 5, "failed")
    end },
    { "the third send failed", function()
        return to_dispatch():send("A_core", "submitted"):send("B_tooling", "unobservable")
            :send("C_features", "not_submitted"):done("A_core", 1):stop("dispatch", "ENOTSENT", 1)
    end },
    { "interrupted while it waited", function()
        local run = to_dispatch()
        for _, worker in ipairs(M.WORKERS) do run:send(worker, "submitted") end
        return run:steps(9, 8):add(0, { ev = "step.end", step = "dispatch", status = "ok", ms = 1500 })
            :add(0, { ev = "step.start", step = "wait_done" }):done("A_core", 1):stop("wait_done", "EINTR", 30,
            "interrupted")
    end },
    { "killed between a paste and its receipt", function()
        return to_dispatch():send("A_core", "submitted"):send("B_tooling")
    end },
    { "a rerun: two are waited for, one is done, one is sent to", function()
        local run = to_dispatch { attempt = 2, workers = { "A_core", "B_tooling", "C_features", "D_validation" },
            resumed = { A_core = "submitted in attempt 1", B_tooling = "submitted in attempt 1" } }
        return run:done("C_features", 0, "already"):send("D_validation", "submitted"):done("A_core", 2)
            :done("D_validation", 1):stop("dispatch", "ETIMEOUT", 10)
    end },
}

---@return {name: string, state: state}[]
function M.all()
    local list = {}
    for i, made in ipairs(MADE) do
        local sum = M.fold(made[2]())
        list[i] = { name = made[1], state = sum.page or sum }
    end
    return list
end

---@param name string                 of one of them
---@return state
function M.named(name)
    for _, run in ipairs(M.all()) do
        if run.name == name then return run.state end
    end
    error("no such run: " .. name, 2)
end

return M
