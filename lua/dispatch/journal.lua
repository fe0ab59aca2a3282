-- journal.lua: what earlier attempts of a run left in logs/, and what that means for this one.
--
-- An attempt's files move to logs/attempt-N/ when the next one begins, its journal last: as long as EVENTS.jsonl lies
-- in logs/, the move is not finished, and whoever comes next finishes it. An attempt that was killed wrote no report;
-- it is rendered here, from its journal.

local cjson = require "cjson"
local file = require "file"
local layout = require "dispatch.layout"
local receipt = require "dispatch.receipt"
local report = require "dispatch.report"
local state = require "dispatch.state"

local M = {}

local MAX_BYTES = 256 * 1024 * 1024

---@param path string
---@return state? state                           what its events add up to
---@return string? message, string? code          ENOENT: there is none; EINVAL: a line before the last is broken
function M.read(path)
    local bytes, message, code = file.read(path, MAX_BYTES)
    if not bytes then return nil, message, code end
    local sum, broken, number = state.new(), nil, 0
    for line in bytes:gmatch "[^\n]+" do
        number = number + 1
        if broken then
            return nil, ("%s: line %d is no event, so what was sent cannot be known; look at each window, then move "
                .. "this file away or take a new RUN_ID"):format(path, broken), "EINVAL"
        end
        local whole, event = pcall(cjson.decode, line)
        if whole and type(event) == "table" and event.ev then
            state.fold(sum, event)
        else
            broken = number                        -- the last line may be torn: its writer died over it
        end
    end
    return sum
end

local function name_of(path) return path:match("[^/]*$") end

---What lies in logs/ and belongs to the attempt before this one; the journal last.
local function leftovers(paths)
    local names, message, code = file.list(paths:logs())
    if not names then return nil, message, code end
    local journal, found, highest = name_of(paths:journal()), {}, 0
    for _, name in ipairs(names) do
        local n = layout.attempt_number(name)
        if n then
            highest = math.max(highest, n)
        elseif name:sub(1, 1) ~= "." and name ~= journal then     -- dot: the lock, and what an extraction left
            found[#found + 1] = name
        end
    end
    if file.stat(paths:journal()) then found[#found + 1] = journal end
    return found, highest
end

---The pages of an attempt that was killed before it could write them.
local function missing_reports(paths, folder, sum)
    for _, page in ipairs(report.pages(sum, paths)) do
        local place = folder .. "/" .. name_of(page.path)
        if not file.stat(page.path) and not file.stat(place) then
            local ok, message, code = file.write(place, report.render(sum, page.markup))
            if not ok then return nil, message, code end
        end
    end
    return true
end

---Moves the files of the attempt before this one out of the way.
---@param paths layout
---@return integer? attempts                      how many there were so far
---@return string? message, string? code
function M.set_aside(paths)
    local names, highest, code = leftovers(paths)
    if not names then return nil, highest, code end
    if #names == 0 then return highest end
    local sum, message
    sum, message, code = M.read(paths:journal())
    if not sum and code ~= "ENOENT" then return nil, message, code end
    local n = sum and sum.run and math.tointeger(sum.run.attempt) or highest + 1
    local ok
    ok, message, code = file.mkdir(paths:attempt(n))
    if ok and sum and sum.run then ok, message, code = missing_reports(paths, paths:attempt(n), sum) end
    for _, name in ipairs(names) do
        if ok then ok, message, code = file.rename(paths:log(name), paths:attempt(n) .. "/" .. name) end
    end
    if not ok then return nil, message, code end
    return math.max(n, highest)
end

---How many attempts there were; the last one may still lie in logs/. Moves nothing.
---@param paths layout
---@return integer? attempts
---@return string? message, string? code
function M.count(paths)
    if not file.stat(paths:logs()) then return 0 end
    local names, highest, code = leftovers(paths)
    if not names then return nil, highest, code end
    return file.stat(paths:journal()) and highest + 1 or highest
end

---Where the journal of an attempt is: in its folder, or still in logs/.
local function journal_of(paths, n)
    local kept = paths:attempt(n) .. "/" .. name_of(paths:journal())
    return file.stat(kept) and kept or paths:journal()
end

---@class earlier                                 what was last pasted to a worker that may have arrived
---@field kind "sent"|"in_doubt"|"maybe"          sent: submitted or unobservable; in_doubt: begun, no receipt;
---                                               maybe: not submitted, but its text may be in the composer
---@field attempt integer
---@field sha256? string
---@field receipt? string
---@field finished? boolean                       its marker was seen since

local function last_send(worker, before, attempt)
    local sent = worker.receipt
    local kind
    if worker.in_doubt then
        kind = "in_doubt"
    elseif sent and sent.receipt ~= "not_submitted" then
        kind = "sent"
    elseif sent and not receipt.may_send_again(sent.receipt, sent.seen or {}) then
        kind = "maybe"
    end
    if not kind then return before end
    return { kind = kind, attempt = attempt, sha256 = worker.begin and worker.begin.sha256,
        receipt = sent and sent.receipt }
end

---@param sum state
local function was_rehearsal(sum)
    local via = sum.run and (sum.run.settings or {}).Via
    return via ~= nil and via.value:find "^fake:" ~= nil
end

---Markers that a rehearsal's rules wrote, and nobody sent to since.
local function note_rehearsal(rehearsed, sum, attempt)
    local fake = was_rehearsal(sum)
    for name, worker in pairs(sum.workers) do
        if fake and worker.done and worker.done.how ~= "already" then rehearsed[name] = attempt end
        if not fake and worker.begin then rehearsed[name] = nil end
    end
end

---@param paths layout
---@param attempts integer                        how many there were
---@param rehearsal boolean                       a rehearsal knows of all sends; for any other run a rehearsal sent
---                                               nothing: no window of the desktop got its prompts
---@return table<string, earlier>? earlier        by worker
---@return table<string, integer>|string rehearsed_or_message     by worker: the attempt, a rehearsal, whose rules wrote
---                                               its marker; or the message
---@return string? code                           a journal that cannot be read does not mean that nothing was sent
function M.earlier(paths, attempts, rehearsal)
    local earlier, rehearsed = {}, {}
    for n = 1, attempts do
        local sum, message, code = M.read(journal_of(paths, n))
        if not sum and code ~= "ENOENT" then return nil, message, code end
        local counts = sum and (rehearsal or not was_rehearsal(sum))
        for name, worker in pairs(counts and sum.workers or {}) do
            local last = last_send(worker, earlier[name], n)
            if last and worker.done then last.finished = true end
            earlier[name] = last
        end
        if sum and not rehearsal then note_rehearsal(rehearsed, sum, n) end
    end
    return earlier, rehearsed
end

local HOW = {
    sent = "{receipt} in attempt {attempt}",
    in_doubt = "in doubt: attempt {attempt} ended between its paste and its receipt",
    maybe = "not submitted in attempt {attempt}, but its text may be in the composer",
}

---@param last earlier
---@return string                                 for run.start and the report
function M.how(last) return (HOW[last.kind]:gsub("{(%l+)}", last)) end

return M
