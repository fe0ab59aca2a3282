-- title.lua: which windows are meant by a title, and for all others why they are not.
--
-- The rule is C's, window.has_token(): HITECHOS_<WORKER>_<RUN_ID> stands in the title as a whole, literally. A tmux
-- pane has a second chance, the name of its window (`alias`), where its own title names no worker of the run.

local window = require "window"
local characters = require "dispatch.characters"
local values = require "dispatch.values"

local M = {}

local NEAR_LISTED, JOBS_LISTED = 3, 20             -- of each title; of a batch: messages are read by people
local SLIPS = 3                                    -- letters that may differ in a slip of the pen

-- --------------------------------------------------------------------------------------------------------------- match

---Does this window carry the title? The re-check of a window that is pinned already.
---@param listed table                as desktop:list() gives it
---@param title string
---@return boolean
function M.matches(listed, title)
    return window.has_token(listed.title or "", title)
        or (listed.alias ~= nil and window.has_token(listed.alias, title))
end

---Titles among `wanted` that stand in the text. One pass over its words: what they are compared with is a look-up.
local function tokens_in(text, wanted)
    local found = {}
    for word in text:gmatch "[%w_]+" do
        if wanted.words[word] and window.has_token(text, word) then found[#found + 1] = word end
    end
    for _, title in ipairs(wanted.others) do
        if window.has_token(text, title) then found[#found + 1] = title end
    end
    return found
end

local function wanted_of(jobs)
    local wanted = { words = {}, others = {} }
    for _, job in ipairs(jobs) do
        if job.title:find "^[%w_]+$" then
            wanted.words[job.title] = true
        else
            wanted.others[#wanted.others + 1] = job.title
        end
    end
    return wanted
end

---Only ours matches: it stays, so that the refusal says whose it is. Else it is no second match: a terminal shows the
---command line that runs in it.
local function without_self(found)
    local others = {}
    for _, listed in ipairs(found) do
        if not listed.self then others[#others + 1] = listed end
    end
    return others[1] and others or found
end

---The windows of each job, in one pass over the windows.
---@param windows table[]             as desktop:list() gives them
---@param jobs {title: string}[]
---@return table<string, table[]> hits  by title; every title has a list
---@return string? shared             one window carries the titles of two workers: says which (EAMBIGUOUS)
function M.match_all(windows, jobs)
    local hits, wanted, shared = {}, wanted_of(jobs), nil
    for _, job in ipairs(jobs) do hits[job.title] = {} end
    for _, listed in ipairs(windows) do
        local found = tokens_in(listed.title or "", wanted)
        if not found[1] and listed.alias then found = tokens_in(listed.alias, wanted) end
        local seen = {}
        for _, title in ipairs(found) do
            if not seen[title] then table.insert(hits[title], listed) end
            seen[title] = true
        end
        local first, second = next(seen), nil
        if first then second = next(seen, first) end
        if second then
            shared = ("%s has both %s and %s in its title; give each worker a window of its own"):format(
                M.describe(listed), first < second and first or second, first < second and second or first)
        end
    end
    for title, found in pairs(hits) do hits[title] = without_self(found) end
    return hits, shared
end

-- ---------------------------------------------------------------------------------------------------------- what it is

local STATES = { { "self", "dispatch itself runs in it" }, { "dead", "its program ended" },
    { "shell", "it stands at a shell" }, { "elevated", "it runs with higher rights" }, { "minimised", "minimised" },
    { "elsewhere", "out of sight, no hindrance" },
    { "relay", "its program passes on what is typed (ssh, tmux, …)" } }

---What is special about a window, in words.
---@return string[]
function M.states(listed)
    local words = {}
    for _, state in ipairs(STATES) do
        if listed[state[1]] then words[#words + 1] = state[2] end
    end
    return words
end

---A window as messages show it.
---@return string
function M.describe(listed)
    local about = {}
    if listed.app and listed.app ~= "" then about[1] = characters.reveal(listed.app, 40) end
    if listed.pid and listed.pid ~= 0 then about[#about + 1] = ("pid %d"):format(listed.pid) end
    about[#about + 1] = ("id %d"):format(listed.id)
    return ("'%s' (%s)"):format(characters.reveal(listed.title or ""), table.concat(about, ", "))
end

---More than one window carries the title: the message of EAMBIGUOUS.
---@param found table[]
---@param title string
---@return string
function M.several(found, title)
    local shown = {}
    for i, listed in ipairs(found) do shown[i] = M.describe(listed) end
    return ("%d windows have %s in their titles: %s; close or retitle all but one"):format(#found, title,
        table.concat(shown, ", "))
end

-- --------------------------------------------------------------------------------------------------------- near misses

---Characters that are not what they look like, in and beside what looks like the title.
local function disguised(changed, first, last)
    local found = {}
    for _, change in ipairs(changed) do
        if change.at >= first - 1 and change.at <= last + 1 then found[#found + 1] = change.what end
    end
    return table.concat(found, ", ")
end

---The word of the text that the bytes first … last are in.
local function word_around(text, first, last)
    while first > 1 and text:find("^[%w_\x80-\xff]", first - 1) do first = first - 1 end
    local _, stop = text:find("^[%w_\x80-\xff]*", last + 1)
    return text:sub(first, stop)
end

local function joined(text) return (text:lower():gsub("[%s.:/-]", "_")) end

---What the looks below want to know of a title, once for all windows: most have nothing to do with it, and each look
---turns those away before it takes pains.
local function wanted_near(title)
    local worker, id = title:match "^(HITECHOS_.-_)(%d%d%d%d%d%d%d%d_.+)$"
    local wanted = { title = title, lower = title:lower(), joined = joined(title), worker = worker, id = id,
        short = title:match "^HITECHOS_(.+)$", least = math.max(9, #title // 3), pieces = {} }
    wanted.start = title:sub(1, wanted.least)
    wanted.long_words = "%f[%w_-]" .. ("[%w_-]"):rep(math.max(1, #title - SLIPS)) .. "[%w_-]*"
    for piece in wanted.joined:gmatch "[^_]+" do table.insert(wanted.pieces, 1, piece) end -- the rarest stand last
    return wanted
end

---Whatever separates them.
local function has_pieces(wanted, lower)
    for _, piece in ipairs(wanted.pieces) do
        if not lower:find(piece, 1, true) then return false end
    end
    return true
end

---The title of the same worker in another run?
local function other_run(wanted, word)
    local worker = wanted.worker
    local run = worker and word:sub(1, #worker) == worker and word:sub(#worker + 1)
    if run and run ~= wanted.id and run:find "^%d%d%d%d%d%d%d%d_%w+$" then return ("of another run: %s"):format(run) end
end

---What stands where a look would find the title: other characters, other case, other separators, a longer name.
local function looks_alike(wanted, _, seen, changed)
    local lower = seen:lower()
    if not has_pieces(wanted, lower) then return nil end
    local first, last = seen:find(wanted.title, 1, true)
    if first and #changed > 0 then
        local what = disguised(changed, first, last)
        if what ~= "" then return 1, "not what it looks like: " .. what end
    end
    if first then
        local word = word_around(seen, first, last)
        local run = other_run(wanted, word)
        return 3, run or ("joined to more letters: '%s'"):format(characters.reveal(word))
    end
    first, last = lower:find(wanted.lower, 1, true)
    if first then return 2, ("other case: '%s'"):format(seen:sub(first, last)) end
    first, last = joined(lower):find(wanted.joined, 1, true)
    if first then return 4, ("other separators: '%s'"):format(seen:sub(first, last)) end
end

---The title's first part at the end of the text: it was cut.
local function cut(wanted, text)
    if not text:find(wanted.start, 1, true) then return nil end
    local title, least = wanted.title, wanted.least
    local rest = text:gsub("%.%.%.%s*$", ""):gsub("…%s*$", ""):match "^(.-)%s*$"
    for length = #title - 1, least, -1 do
        if rest:sub(-length) == title:sub(1, length) and not rest:sub(1, -length - 1):find "[%w_]$" then
            return 5, ("cut off after '%s'"):format(title:sub(1, length))
        end
    end
end

local function without_prefix(wanted, text)
    if wanted.short and window.has_token(text, wanted.short) then return 6, "HITECHOS_ is missing in front" end
end

---The same worker in another run, or a slip of the pen.
local function other_word(wanted, _, seen)
    local title, worker, best, cost = wanted.title, wanted.worker, nil, nil
    local its_worker = worker and seen:find(worker, 1, true)
    for word in seen:gmatch(its_worker and "[%w_-]+" or wanted.long_words) do
        local run = its_worker and other_run(wanted, word)
        if run then return 8, run end
        if math.abs(#word - #title) <= SLIPS then
            local distance = values.distance(word, title, SLIPS)
            if distance <= SLIPS and (not cost or distance < cost) then best, cost = word, distance end
        end
    end
    if best then
        return 7, ("%d %s: '%s'"):format(cost, cost == 1 and "letter differs" or "letters differ", best)
    end
end

local LOOKS = { looks_alike, cut, without_prefix, other_word }

local function judge_text(text, wanted)
    local seen, changed = characters.seen(text)
    for i = 1, #LOOKS do
        local nearness, reason = LOOKS[i](wanted, text, seen, changed)
        if nearness then return nearness, reason end
    end
end

local function judge(listed, wanted, matches, matching)
    if matches then
        local reasons = M.states(listed)
        if matching > 1 then table.insert(reasons, 1, ("one of %d that match; only one may"):format(matching)) end
        return 0, reasons[1] and table.concat(reasons, "; ") or nil
    end
    local nearness, reason = judge_text(listed.title or "", wanted)
    if not nearness and listed.alias then
        nearness, reason = judge_text(listed.alias, wanted)
        reason = reason and ("its window's name: %s"):format(reason)
    end
    return nearness, reason
end

---Each window that carries the title or comes near it, the nearest first.
---@param windows table[]
---@param title string
---@return {window: table, matches: boolean, nearness: integer, reason: string?}[]   reason: why it is not (simply) it
function M.near_misses(windows, title)
    local found, wanted, matches, matching = {}, wanted_near(title), {}, 0
    for i, listed in ipairs(windows) do
        matches[i] = M.matches(listed, title)
        matching = matching + (matches[i] and 1 or 0)
    end
    for i, listed in ipairs(windows) do
        local nearness, reason = judge(listed, wanted, matches[i], matching)
        if nearness then
            found[#found + 1] = { window = listed, matches = nearness == 0, nearness = nearness, reason = reason,
                at = i }
        end
    end
    table.sort(found, function(a, b)
        if a.nearness ~= b.nearness then return a.nearness < b.nearness end
        return a.at < b.at
    end)
    for _, near in ipairs(found) do near.at = nil end
    return found
end

---Why windows were not found: the message of ENOWINDOW, a line for each title that is missing.
---@param windows table[]
---@param jobs {title: string, pin?: table}[]     those with a pin have their window
---@return string
function M.explain(windows, jobs)
    local lines, missing = {}, 0
    for _, job in ipairs(jobs) do
        missing = missing + (job.pin and 0 or 1)
        if not job.pin and missing <= JOBS_LISTED then
            local near, shown = M.near_misses(windows, job.title), {}
            for i = 1, math.min(#near, NEAR_LISTED) do
                shown[i] = ("; near: %s: %s"):format(M.describe(near[i].window), near[i].reason or "it is there now")
            end
            lines[#lines + 1] = ("no window has '%s' in its title%s"):format(job.title, table.concat(shown))
        end
    end
    if missing > JOBS_LISTED then lines[#lines + 1] = ("and %d titles more"):format(missing - JOBS_LISTED) end
    lines[#lines + 1] = ("%s looked at; `dispatch windows TITLE` says more"):format(
        #windows == 1 and "1 window was" or ("%d windows were"):format(#windows))
    return table.concat(lines, "\n")
end

return M
