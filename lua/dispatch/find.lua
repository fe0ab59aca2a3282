-- find.lua: all the windows of a batch, found together and pinned, before anything is sent to any.
--
-- A place is a desktop that could hold them: one, or with `-Via auto` several, the preferred one first. The windows are
-- looked for in all places at once; the first place that has them all is the one.

local clock = require "clock"
local title = require "dispatch.title"

local M = {}

local FEW = 20 -- jobs: looking for each title in each window costs less than asking each window for its state

local function names_of(jobs, test)
    local names = {}
    for _, job in ipairs(jobs) do
        if test(job) then names[#names + 1] = job.title end
    end
    return names
end

---What one place has: matches by title, and the titles that it lacks.
local function look(place, jobs)
    local titles = #jobs <= FEW and names_of(jobs, function() return true end) or nil
    local windows, message, code = place.desktop:list(titles)
    if not windows then return nil, message, code end
    local hits, shared = title.match_all(windows, jobs)
    return { windows = windows, hits = hits, shared = shared,
        lacks = names_of(jobs, function(job) return not hits[job.title] or #hits[job.title] == 0 end) }
end

---@return table? place, table? seen              nil: not yet
---@return string? message, string? code
local function choose(places, jobs)
    local seen = {}
    for i, place in ipairs(places) do
        local message, code
        seen[i], message, code = look(place, jobs)
        if not seen[i] then return nil, nil, message, code end
        if #seen[i].lacks == 0 then return place, seen[i] end
    end
    if #places == 1 then return nil, seen[1] end
    local parts = {}
    local nowhere = names_of(jobs, function(job)
        for i in ipairs(places) do
            if seen[i].hits[job.title] and #seen[i].hits[job.title] > 0 then return false end
        end
        return true
    end)
    if #nowhere > 0 then return nil, seen[1] end
    for i, place in ipairs(places) do
        parts[i] = ("%s lacks %s"):format(place.name, table.concat(seen[i].lacks, ", "))
    end
    return nil, nil, "the windows are not all of one kind: " .. table.concat(parts, "; ")
        .. "; say which is meant with -Via", "EAMBIGUOUS"
end

local function pin(job, window, place, o)
    job.window, job.place = window, place
    job.pin = { id = window.id, pid = window.pid, token = job.title }
    o.emit("target.found", { worker = job.worker, id = window.id, pid = window.pid, title = window.title,
        app = window.app, ms = (clock.now() - o.began) * 1000 })
end

local function is_there(window, job)
    return window and title.matches(window, job.title) and (job.pin.pid == 0 or window.pid == job.pin.pid)
end

---Pins what can be pinned; takes the pin off a window that vanished.
local function pin_all(seen, place, jobs, o)
    local vanished, by_id = {}, {}
    for _, window in ipairs(seen.windows) do by_id[window.id] = window end
    if seen.shared then return nil, seen.shared, "EAMBIGUOUS" end
    for _, job in ipairs(jobs) do
        if job.pin and not is_there(by_id[job.pin.id], job) then
            vanished[#vanished + 1], job.pin = job.title, nil
        end
        local found = seen.hits[job.title] or {}
        if not job.pin and #found > 1 then return nil, title.several(found, job.title), "EAMBIGUOUS" end
        if not job.pin and found[1] then pin(job, found[1], place, o) end
    end
    return vanished
end

local function count_again(vanished, o)
    if #vanished == 0 then return true end
    o.again = (o.again or 0) + 1
    if o.again > o.retries then
        return nil, ("a window vanished again after it was found %d times: %s"):format(o.again,
            table.concat(vanished, ", ")), "ENOWINDOW"
    end
    o.emit("find.retry", { try = o.again, of = o.retries, missing = vanished })
    return true
end

local function explain(places, jobs)
    local windows, left = {}, {}
    for _, place in ipairs(places) do
        for _, window in ipairs(place.desktop:list() or {}) do windows[#windows + 1] = window end
    end
    local hits = title.match_all(windows, jobs)
    for i, job in ipairs(jobs) do left[i] = { title = job.title, pin = job.pin or hits[job.title][1] } end
    return title.explain(windows, left)
end

---@class search                                  one for a batch: its deadline and retries hold for all its finds
---@field deadline number
---@field retries integer                         -WindowMatchRetries
---@field began number
---@field pump fun(deadline: number, sources: table[]): table?, string?, string?
---@field emit fun(name: string, fields: table)

---Finds the window of each job that has none, and sees whether those that have one still have it. Waits for windows
---that are not there yet until the deadline; looks once more at it.
---@param places {name: string, desktop: table}[]
---@param jobs table[]                            {worker, title}; get pin, window, place
---@param o search
---@return table? place                           where they all are
---@return string? message, string? code          ENOWINDOW (names every missing one, and why), EAMBIGUOUS, EINTR
function M.all(places, jobs, o)
    local last = false
    while true do
        local place, seen, message, code = choose(places, jobs)
        if message then return nil, message, code end
        if place or #places == 1 then
            local vanished
            vanished, message, code = pin_all(seen, place or places[1], jobs, o)
            if not vanished then return nil, message, code end
            local ok
            ok, message, code = count_again(vanished, o)
            if not ok then return nil, message, code end
        end
        if place and #names_of(jobs, function(job) return not job.pin end) == 0 then return place end
        if last then return nil, explain(places, jobs), "ENOWINDOW" end
        local changes = {}
        for i, each in ipairs(places) do changes[i] = each.desktop:changes() end
        local ready, why, what = o.pump(o.deadline, changes)
        if not ready and what ~= "ETIMEOUT" then return nil, why, what end
        last = not ready
    end
end

return M
