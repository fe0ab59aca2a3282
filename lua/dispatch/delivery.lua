-- delivery.lua: one batch of prompts on its way, a receipt each. The first send that fails ends it.

local receipt = require "dispatch.receipt"

local M = {}

---@param jobs table[]
---@param from? integer
---@return string                                 "A_core, B_tooling"
function M.names(jobs, from)
    local list = {}
    for i = from or 1, #jobs do list[#list + 1] = jobs[i].worker end
    return table.concat(list, ", ")
end

local function summary(count)
    local words = {}
    for _, word in ipairs { "submitted", "unobservable" } do
        if count[word] then words[#words + 1] = ("%d %s"):format(count[word], word) end
    end
    return table.concat(words, ", ")
end

local function not_sent(jobs, from)
    return jobs[from] and "; not sent: " .. M.names(jobs, from) or ""
end

---@param crew table
---@param jobs table[]                            found and checked by the carrier's aim()
---@param started fun(job: table)                 called for each that counts as sent
---@return string? note                           "4 submitted, 1 unobservable"
---@return string? message, string? code
function M.run(crew, jobs, started)
    local count, sent = {}, 0
    local next_fact = crew.carrier:deliver(jobs, function(...) return crew:pump(...) end)
    while true do
        local job, seen, code = next_fact()
        if not job and seen then return nil, seen .. not_sent(jobs, sent + 1), code end
        if not job then return summary(count) end
        local word, why = receipt.decide(seen)
        crew.emit("send.receipt", { worker = job.worker, receipt = word, why = why, seen = receipt.facts(seen),
            ms = seen.ms, evidence = seen.evidence })
        if word == "not_submitted" then
            return nil, job.worker .. ": " .. why .. not_sent(jobs, sent + 2), seen.code or "ENOTSENT"
        end
        sent, count[word] = sent + 1, (count[word] or 0) + 1
        started(job)
        if seen.code == "EINTR" then return nil, seen.why .. not_sent(jobs, sent + 1), "EINTR" end
    end
end

return M
