-- queue.lua: who is to be sent to, who is only waited for, and who must not be touched before a person has looked.
-- A rerun is safe because of this file: what may have arrived is never sent again by itself.

local contract = require "dispatch.contract"
local journal = require "dispatch.journal"

local M = {}

local function changed(job) return job.earlier.sha256 ~= nil and job.earlier.sha256 ~= job.sha256 end

local function digests(job)
    return ("SHA-256 %s… was sent in attempt %d, now it is %s…"):format(job.earlier.sha256:sub(1, 12),
        job.earlier.attempt, job.sha256:sub(1, 12))
end

-- What an earlier attempt's send means for this one: a word, or nil, message, CODE.
local judge = {}

function judge.sent(job)
    if changed(job) then
        return nil, job.worker .. ": another prompt was sent to it under this RUN_ID: " .. digests(job), "ECHANGED"
    end
    return "wait"
end

function judge.in_doubt(job)
    return nil, ("%s: attempt %d was ended between its paste and its receipt, so the prompt may be there or not")
        :format(job.worker, job.earlier.attempt), "EINDOUBT"
end

function judge.maybe(job)
    if changed(job) then
        return nil, job.worker .. ": the text of another prompt may be in its composer: " .. digests(job), "ECHANGED"
    end
    return "send"                                -- send.lua looks: only the key where our text is to be seen
end

---A marker that a rehearsal's rules wrote would end a real run as if somebody had worked.
local function rehearsed(run, worker)
    local attempt = run.rehearsed[worker]
    return attempt and ("%s: its DONE.marker was written in a rehearsal (attempt %d), and no prompt was sent; remove "
        .. "%s, or take a new RUN_ID"):format(worker, attempt, run.layout:show(run.layout:marker(worker)))
end

---Markers that end no run, since a rehearsal wrote them.
---@param run table
---@return true? none
---@return string? message, string? code          ECHANGED: names each of them
function M.refuse_rehearsed(run)
    local old = {}
    for _, worker in ipairs(run.workers) do
        local why = rehearsed(run, worker)
        if why and contract.read_marker(run.layout:marker(worker), run.id, worker) then old[#old + 1] = why end
    end
    if old[1] then return nil, table.concat(old, "\n"), "ECHANGED" end
    return true
end

local function decide(job, run)
    local earlier, resend = job.earlier, run.cfg.resend
    if job.done then
        local why = not job.sent and rehearsed(run, job.worker)
        if why then return nil, why, "ECHANGED" end
        if job.sent or not earlier or not changed(job) then return "done" end
        return nil, ("%s: its DONE.marker answers another prompt: %s; remove %s or take a new RUN_ID"):format(
            job.worker, digests(job), job.marker_path), "ECHANGED"
    end
    if job.sent then return "done" end
    if not earlier or resend then return "send" end
    if earlier.finished and changed(job) then return "send" end    -- it was done with the old one; the marker is gone
    return judge[earlier.kind](job)
end

---Whoever step 8 may send to, by what is known without a look at the prompts. A worker that stands in its way is none.
---@param run table
---@return string[] workers
function M.sends(run)
    local list = {}
    for _, worker in ipairs(run.workers) do
        local earlier = run.earlier[worker]
        local again = not earlier or run.cfg.resend or earlier.kind == "maybe" or earlier.finished
        if again and not contract.read_marker(run.layout:marker(worker), run.id, worker) then
            list[#list + 1] = worker
        end
    end
    return list
end

---What step 8 is about to do, for -WhatIf and the log.
---@param run table
---@return string? plan
---@return string? message, string? code          EINDOUBT ECHANGED: the run will stop, or would
function M.plan(run)
    local fine, message, code = M.refuse_rehearsed(run)
    if not fine then return nil, message, code end
    local parts, send, doubt = {}, {}, {}
    for _, worker in ipairs(run.workers) do
        local earlier = run.earlier[worker]
        if contract.read_marker(run.layout:marker(worker), run.id, worker) then
            parts[#parts + 1] = "leave " .. worker .. " alone: it is done already"
        elseif earlier and not run.cfg.resend and earlier.kind == "sent" then
            parts[#parts + 1] = ("wait for %s: %s"):format(worker, journal.how(earlier))
        elseif earlier and not run.cfg.resend and earlier.kind == "in_doubt" then
            doubt[#doubt + 1] = ("%s is %s"):format(worker, journal.how(earlier))
        else
            send[#send + 1] = worker
        end
    end
    if doubt[1] then return nil, table.concat(doubt, "\n"), "EINDOUBT" end
    if send[1] then table.insert(parts, 1, "send to " .. table.concat(send, ", ")) end
    return table.concat(parts, "; ")
end

---@param jobs table[]
---@param crew table
---@return table[]? send                          to be sent to
---@return table[]? wait                          sent to by an earlier attempt
---@return string? message, string? code          names every worker that stands in the way
function M.sort(jobs, crew)
    local lists, problems, first = { send = {}, wait = {}, done = {} }, {}, nil
    for _, job in ipairs(jobs) do
        crew.lookout:look(job, not job.sent and "already" or nil)
        local word, message, code = decide(job, crew.run)
        if word then
            table.insert(lists[word], job)
        else
            problems[#problems + 1], first = message, first or code
        end
    end
    if first then return nil, nil, table.concat(problems, "\n"), first end
    return lists.send, lists.wait
end

return M
