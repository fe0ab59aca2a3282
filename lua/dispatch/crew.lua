-- crew.lua: the workers of a run. Knows who was sent to, who is at work, who is done; owns the one wait of the flow.
--
--     crew:prepare()              how prompts travel, each worker's job, whose marker is there already
--     crew:deliver { worker… }    all their windows first, then a prompt and a receipt each
--     crew:send(worker)           the same for one
--     crew:finished()             for worker in crew:finished() do … end: each as it finishes
--     crew:wait { worker… }       true, or what stopped the run
--     crew:phases { {…}, {…} }    deliver and wait for each
--     crew:pump(deadline, { source… })   the only call below that blocks
--
-- Whoever has to wait (for a window, a screen, the pause between two workers) waits in pump(). It answers when one of
-- his sources is ready; meanwhile it reports who finished and whose window closed or asks something.

local clock = require "clock"
local carriers = require "dispatch.carriers"
local contract = require "dispatch.contract"
local delivery = require "dispatch.delivery"
local lookout = require "dispatch.lookout"
local mistake = require "dispatch.mistake"
local queue = require "dispatch.queue"

---@class crew                                    the workers of a run: `run.crew` from step 7 on
local M = {}
M.__index = M

---What step 8 is about to do: a `plan` for it.
---@param run run
---@return string plan
M.plan = queue.plan

---What step 7 is about to do: a `plan` for it. Only a dry run looks for AutoHotkey here: the step does so itself.
---@param run run
---@return string? plan
---@return string? message, string? code          ENOENT and others: the run would stop for lack of AutoHotkey
function M.ways(run)
    if not run.cfg.what_if then return "choose how the prompts travel (-Via), see whether that needs AutoHotkey" end
    return carriers.plan(run.cfg, queue.sends(run))
end

---The crew of a run. Nobody is looked at yet.
---@param run run
---@return crew crew
function M.new(run)
    return setmetatable({ run = run, emit = run.emit, cfg = run.cfg, jobs = {}, at_work = {}, working = 0,
        news = {}, told = 0 }, M)
end

-- ----------------------------------------------------------------------------------------------------------- beginning

local function take_on(self, job_of)
    self.lookout = lookout.new(self)
    for _, worker in ipairs(self.run.workers) do
        local job, message, code = job_of(self.run, worker)
        if not job then return nil, message, code end
        job.earlier, self.jobs[worker] = self.run.earlier[worker], job
        local ok
        ok, message, code = self.lookout:add(job)
        if not ok then return nil, message, code end
    end
    self.lookout:look_at_others()
    return true
end

local function starts_work(self, job)
    job.sent = true
    if job.done then return end
    self.at_work[#self.at_work + 1] = job
    self.working = self.working + 1
end

---From now on they have -WorkerDoneTimeout, all of them the same deadline.
local function give_time(self, jobs)
    local deadline = clock.now() + self.cfg.worker_done_timeout
    for _, job in ipairs(jobs) do job.deadline = deadline end
end

---For `dispatch wait`: every worker was sent to by somebody else, and nothing will be sent.
---@return true? ok
---@return string? message, string? code          ECHANGED: a marker is of a rehearsal; EACCES: a marker's folder cannot
---be watched
function M:expect()
    local ok, message, code = queue.refuse_rehearsed(self.run)
    if ok then ok, message, code = take_on(self, contract.target) end
    for _, worker in ipairs(ok and self.run.workers or {}) do starts_work(self, self.jobs[worker]) end
    give_time(self, self.at_work)
    return ok, message, code
end

---Step 7: how prompts travel, and who is there.
---@return string? note                           "not needed", unless somebody gets his by AutoHotkey
---@return string? message, string? code          ENODISPLAY: there is nowhere to send to; EUNSUPPORTED; EINVAL: a
---prompt changed, or agents.lua or the rules of a fake desktop are wrong; ENOENT EACCES EIO
function M:prepare()
    local ok, message, code = take_on(self, contract.job)
    if ok then self.carrier, message, code = carriers.open(self.run) end
    if not self.carrier then return nil, message, code end
    return self.carrier:prepare(queue.sends(self.run))
end

-- ------------------------------------------------------------------------------------------------------------- waiting

---The one wait: until `deadline`, or until one of the caller's `sources` is ready.
---@param deadline number                         absolute, clock.now() + n
---@param sources wait.source[]
---@return wait.source? ready
---@return string? message, string? code          ETIMEOUT, EINTR, ENODISPLAY
function M:pump(deadline, sources)
    return self.lookout:pump(deadline, sources)
end

---Called by the lookout, once a worker.
---@param job job
function M:finishes(job)
    self.news[#self.news + 1] = job.worker
    if job.sent then self.working = self.working - 1 end
end

-- ------------------------------------------------------------------------------------------------------------- sending

---What is known of a worker. Raises for a name that is not in the flow's `workers`.
---@param worker string
---@return job? job                               nil: left out by -Workers
function M:job(worker)
    local job = self.jobs[worker]
    if job then return job end
    for _, other in ipairs(self.run.all_workers) do
        if other == worker then return nil end   -- left out by -Workers
    end
    mistake.raise(("crew: '%s' is no worker of this flow; its workers are %s"):format(tostring(worker),
        table.concat(self.run.all_workers, ", ")))
end

local function jobs_of(self, workers)
    local jobs = {}
    for _, worker in ipairs(workers) do jobs[#jobs + 1] = self:job(worker) end
    return jobs
end

local function fail(self, message, code)
    self.failure = self.failure or { message, code }
    return nil, message, code
end

local function aim(self, jobs)
    return self.carrier:aim(jobs, function(...) return self:pump(...) end)
end

---Sends to these workers: all their windows are found and checked first, then each gets its prompt. Whoever's marker
---stands, and whoever was sent to already, is left alone; whom -Workers left out is passed over. Their
----WorkerDoneTimeout begins when the last of these sends is over.
---@param workers string[]
---@return string? note                           "4 submitted, 1 unobservable"
---@return string? message, string? code          ENOWINDOW EAMBIGUOUS EREFUSED EFOCUS EGONE EINDOUBT ECHANGED ELOCKED
---ETIMEOUT EINTR ENODISPLAY: docs/recovery.md says what to do about each
function M:deliver(workers)
    local jobs, waited, message, code = queue.sort(jobs_of(self, workers), self)
    if not jobs then return fail(self, message, code) end
    for _, job in ipairs(waited) do starts_work(self, job) end
    if waited[1] then self.carrier:adopt(waited) end
    give_time(self, waited)
    if not jobs[1] then return waited[1] and "waited for: " .. delivery.names(waited) or "nothing was to be sent" end
    local ok
    ok, message, code = aim(self, jobs)
    if not ok then return fail(self, message, code) end
    local note
    note, message, code = delivery.run(self, jobs, function(job) starts_work(self, job) end)
    if not note then return fail(self, message, code) end
    give_time(self, jobs)
    give_time(self, waited)
    return note .. (waited[1] and "; waited for: " .. delivery.names(waited) or "")
end

---The same for one.
---@param worker string
---@return string? note
---@return string? message, string? code          those of deliver()
function M:send(worker) return self:deliver { worker } end

-- ----------------------------------------------------------------------------------------------------------- finishing

---The next deadline; nil when nobody is at work.
local function next_deadline(jobs)
    local first
    for _, job in ipairs(jobs) do
        if not job.done then first = math.min(first or job.deadline, job.deadline) end
    end
    return first
end

---Waits until somebody finishes. True; false when nobody of `jobs` is at work any more; nil, message, CODE.
local function until_next(self, jobs)
    local deadline = next_deadline(jobs)
    if not deadline then return false end
    local ready, message, code = self.lookout:pump(deadline, {}, true)
    if ready or code == "EWAKE" then return true end
    if code ~= "ETIMEOUT" then return nil, message, code end
    local late = {}
    for _, job in ipairs(jobs) do                -- the last look is at the deadline
        if not self.lookout:look(job) and job.deadline <= clock.now() then late[#late + 1] = job end
    end
    if not late[1] then return true end
    return nil, lookout.time_out(late, self.run, self.cfg.worker_done_timeout), "ETIMEOUT"
end

---Each worker that finishes, as it finishes; each has the time that began with its deliver() or send(). Ends when
---nobody is at work any more, or when something stopped the run: wait() then says what.
---@return fun(): string? next                    the worker's name
function M:finished()
    return function()
        while not self.failure do
            if self.told < #self.news then
                self.told = self.told + 1
                return self.news[self.told]
            end
            local more, message, code = until_next(self, self.at_work)
            if more == false then return nil end
            if not more then fail(self, message, code) end
        end
    end
end

---Step 9: until the marker of each of these workers stands. One deadline for all, from here on.
---@param workers string[]
---@return string? note                           "5 done"
---@return string? message, string? code          ETIMEOUT: names each missing one; ENOTSENT; EINTR; ENOTDONE
function M:wait(workers)
    local jobs = jobs_of(self, workers)
    give_time(self, jobs)
    while not self.failure do
        for _, job in ipairs(jobs) do
            if not job.done and not job.sent then return fail(self, job.worker .. ": was never sent to", "ENOTSENT") end
        end
        local more, message, code = until_next(self, jobs)
        if more == nil then return fail(self, message, code) end
        if more == false then
            local missing = #jobs == #self.run.workers and self.lookout:look_at_others() or ""
            if missing == "" then return ("%d done"):format(#jobs) end
            return fail(self, "no DONE.marker yet of " .. missing .. ", left out by -Workers", "ENOTDONE")
        end
    end
    return nil, table.unpack(self.failure)
end

---One phase after the other: delivers to its workers and waits for them. All windows, those of the last phase too, are
---found before the first prompt goes out.
---@param phases string[][]                       workers of each
---@return string? note
---@return string? message, string? code          those of deliver() and wait()
function M:phases(phases)
    local all = {}
    for _, workers in ipairs(phases) do table.move(workers, 1, #workers, #all + 1, all) end
    local jobs, _, message, code = queue.sort(jobs_of(self, all), self)
    if not jobs then return fail(self, message, code) end
    local ok = true
    if jobs[1] then ok, message, code = aim(self, jobs) end        -- the windows of the last phase, too
    if not ok then return fail(self, message, code) end
    local notes = {}
    for i, workers in ipairs(phases) do
        ok, message, code = self:deliver(workers)
        notes[i] = ok
        if ok then ok, message, code = self:wait(workers) end
        if not ok then return nil, message, code end
    end
    return table.concat(notes, "; ")
end

---Releases the desktop, the clipboard and what watches the markers. The flow calls it on every way out.
function M:close()
    if self.lookout then self.lookout:close() end
    if self.carrier then self.carrier:close() end
end

return M
