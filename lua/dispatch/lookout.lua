-- lookout.lua: what the crew sees while anybody waits: markers, windows that close, questions on their screens.

local clock = require "clock"
local wait = require "wait"
local contract = require "dispatch.contract"
local text = require "dispatch.text"

local M = {}
M.__index = M

local LOOK_SECONDS = 2                           -- a screen tells nobody that it changed
local REST_SECONDS = 0.2                         -- a title that spins ten times a second is looked at five times
local LOOK_EACH, REST_EACH = 0.04, 0.02          -- s a worker of the run, at least: a look is at all of them
local WINDOWS = {}                               -- owner of the carrier's sources in the set

function M.new(crew)
    return setmetatable({ crew = crew, run = crew.run, emit = crew.emit, set = wait.set(), next_look = 0 }, M)
end

-- ------------------------------------------------------------------------------------------------------------- markers

---Watches a worker's marker, and the place inside its worktree where one does not count.
---@return true? ok, string? message, string? code
function M:add(job)
    local message, code
    job.marker, message, code = wait.file(job.marker_path)
    if not job.marker then return nil, message, code end
    job.stray, message, code = wait.file(job.stray_marker_path)
    if not job.stray then return nil, message, code end
    if not self:look(job, "already") then
        self.set:add(job.marker, job)
        self.set:add(job.stray, job)
    end
    return true
end

local function leave(self, job)
    self.set:remove(job.marker)
    self.set:remove(job.stray)
end

---Is this worker's marker complete? Once it is, it stays so.
---@param how? "already"
---@return boolean
function M:look(job, how)
    if job.done then return true end
    local ok, message = contract.read_marker(job.marker_path, self.run.id, job.worker)
    if ok then
        job.done = true
        self.emit("worker.done", { worker = job.worker, how = how or "marker", marker = job.marker_path })
        leave(self, job)
        self.crew:finishes(job)
        return true
    end
    if message and message ~= job.partial then                 -- there, but not (yet) what it must be: said once
        self.emit("marker.partial", { worker = job.worker, message = message })
    end
    job.partial = message
    local stray = not job.stray_told and contract.stray_marker(job)
    if stray then
        job.stray_told = true
        self.emit("warning", { code = "ESTRAY", worker = job.worker, message = stray })
    end
    return false
end

---The workers that -Workers left out: whose marker is there already?
---@return string missing                         "" when all are done
function M:look_at_others()
    local chosen, missing = {}, {}
    self.others = self.others or {}
    for _, worker in ipairs(self.run.workers) do chosen[worker] = true end
    for _, worker in ipairs(self.run.all_workers) do
        if not chosen[worker] and not self.others[worker] then
            local job = contract.target(self.run, worker)
            if contract.read_marker(job.marker_path, self.run.id, worker) then
                self.others[worker] = true
                self.emit("worker.done", { worker = worker, how = "already", marker = job.marker_path })
            else
                missing[#missing + 1] = worker
            end
        end
    end
    return table.concat(missing, ", ")
end

local function how_sent(run, job)
    local known = run.state.workers[job.worker] or {}
    local got, parts = known.receipt, {}
    if got then
        parts[1] = got.receipt .. (got.receipt == "unobservable" and ", " .. got.why or "")
    elseif job.earlier then
        parts[1] = ("%s in attempt %d"):format(job.earlier.receipt or "sent", job.earlier.attempt)
    end
    if known.lost then parts[#parts + 1] = known.lost.why end
    return parts[1] and " (" .. table.concat(parts, "; ") .. ")" or ""
end

---@return string                                 names each missing worker, what its marker was, and its receipt
function M.time_out(jobs, run, seconds)
    local lines = { ("no valid DONE.marker within %s:"):format(text.duration(seconds * 1000)) }
    for _, job in ipairs(jobs) do
        lines[#lines + 1] = ("%s: %s%s"):format(job.worker,
            job.partial or "nothing at " .. run.layout:show(job.marker_path), how_sent(run, job))
    end
    return table.concat(lines, "\n")
end

-- ------------------------------------------------------------------------------------------------------------- windows

local function at_work(self)
    local jobs = {}
    for _, job in ipairs(self.crew.at_work) do
        if not job.done then jobs[#jobs + 1] = job end
    end
    return jobs
end

---One look at the windows of all who are at work. What is new is said at once.
local function look_at_windows(self)
    local jobs = at_work(self)
    self.next_look = clock.now() + math.max(LOOK_SECONDS, LOOK_EACH * #self.run.workers)
    self.rest_until = clock.now() + math.max(REST_SECONDS, REST_EACH * #self.run.workers)
    local lost, message, code = self.crew.carrier:lost(jobs)
    if not lost then
        if code ~= "ENODISPLAY" then return end  -- the next look, or whoever waits, will see what it was
        self.blind = true
        self.emit("warning", { code = code, message = "the windows cannot be seen any more, only markers tell: "
            .. message })
        return
    end
    for _, job in ipairs(jobs) do
        local now = lost[job]
        local why = now and now.why
        if why and why ~= job.trouble and not self:look(job) then      -- who finished and left has finished
            if now.asks then
                self.emit("warning", { code = "EASKS", worker = job.worker, message = why })
            else
                self.emit("worker.lost", { worker = job.worker, why = why })
            end
        end
        job.trouble = why
    end
end

local function watched(self)
    if self.blind or not self.crew.carrier or self.crew.working == 0 then return {} end
    return self.crew.carrier:watch()
end

-- ---------------------------------------------------------------------------------------------------------------- pump

---Adds what the carrier watches and the caller does not; not while it rests from the last look.
local function join(self, sources, mine)
    if self.rest_until and clock.now() < self.rest_until then return end
    self.rest_until = nil
    for _, source in ipairs(sources) do
        if not mine[source] and not self.joined[source] then
            self.set:add(source, WINDOWS)
            self.joined[source] = true
        end
    end
end

local function part(self)
    for source in pairs(self.joined) do self.set:remove(source) end
    self.joined = {}
end

---A look takes a desktop's news in. Where the caller waits for them, too, he must look as well.
local function look_for(self, windows, mine)
    look_at_windows(self)
    for _, source in ipairs(windows) do
        if mine[source] then return source end
    end
end

---A last look at all markers is for whoever's deadline it is: crew.lua takes it itself.
local function next_of(set, deadline, last_look)
    if last_look then return set:next(deadline) end
    return set:pause(deadline)
end

local function pumped(self, deadline, mine, wake)
    local known = #self.crew.news
    while true do
        if wake and #self.crew.news > known then return nil, "a worker finished", "EWAKE" end
        local windows = watched(self)
        join(self, windows, mine)
        local until_then = deadline
        if windows[1] then until_then = math.min(deadline, self.rest_until or self.next_look) end
        if self.run.tick then until_then = math.min(until_then, self.run.tick()) end
        local owner, what, code = next_of(self.set, until_then, until_then == deadline and next(mine))
        if owner == WINDOWS then
            part(self)
            look_at_windows(self)
        elseif owner and mine[what] then
            return what
        elseif owner then
            self:look(owner)
        elseif code == "ETIMEOUT" and until_then < deadline then
            local theirs = windows[1] and clock.now() >= self.next_look and look_for(self, windows, mine)
            if theirs then return theirs end
        elseif code == "ENODISPLAY" and next(self.joined) and not next(mine) then
            part(self)
            look_at_windows(self)
            self.blind = true
        else
            return nil, what, code
        end
    end
end

---@param deadline number
---@param sources table[]
---@param wake? boolean                           also answers (nil, …, EWAKE) when a worker finished
---@return table? ready, string? message, string? code
function M:pump(deadline, sources, wake)
    local mine = {}
    for _, source in ipairs(sources) do
        self.set:add(source, source)
        mine[source] = true
    end
    self.joined = {}
    local ready, message, code = pumped(self, deadline, mine, wake)
    part(self)
    for _, source in ipairs(sources) do self.set:remove(source) end
    return ready, message, code
end

function M:close()
    for _, job in pairs(self.crew.jobs) do
        if job.marker then job.marker:close() end
        if job.stray then job.stray:close() end
    end
    self.set:close()
end

return M
