-- timeline.lua: when the steps, sends and waits of a run were. Pure: a state in, bars out. mermaid.lua and
-- html_chart.lua draw them.

local text = require "dispatch.text"

local M = {}

---@class bar
---@field label string           what it is, how it ended when it ended badly, how long it took
---@field from number            milliseconds since the run began
---@field ms number              how long
---@field mark "done"|"crit"|"active"     crit: it failed, or was cut off; active: not over when the page was written

local function bar(name, from, ms, mark, word)
    return { label = table.concat({ name, word or text.duration(ms), word and text.duration(ms) }, ", "),
        from = from, ms = ms, mark = mark }
end

local GOOD = { ok = true, not_needed = true, planned = true }

local function steps(s)
    local bars = {}
    for i, step in ipairs(s.steps) do
        local name = ("%d %s"):format(i, step.name)
        local from = (step.at or 0) * 1000
        if step.status == "running" then
            local this_page = s.verdict ~= nil
            bars[#bars + 1] = bar(name, from, s.t * 1000 - from, this_page and "active" or "crit",
                not this_page and "was at work" or nil)
        elseif step.at then
            bars[#bars + 1] = bar(name, from, step.ms, GOOD[step.status] and "done" or "crit",
                not GOOD[step.status] and step.status or nil)
        end
    end
    return bars
end

local function sends(s, names)
    local bars = {}
    for _, name in ipairs(names) do
        local w = s.workers[name]
        local got = w.receipt
        if got then
            local ms, failed = text.total(got.ms), got.receipt == "not_submitted"
            bars[#bars + 1] = bar("to " .. name, math.max(got.t * 1000 - ms, 0), ms, failed and "crit" or "done",
                failed and "not submitted" or nil)
        elseif w.in_doubt then
            bars[#bars + 1] = bar("to " .. name, w.begin.t * 1000, (s.t - w.begin.t) * 1000, "crit", "in doubt")
        end
    end
    return bars
end

---Since when this attempt waits for a worker: nil when it never did.
local function waits_since(s, w)
    if w.done and w.done.how == "already" then return nil end
    if w.receipt then return w.receipt.receipt ~= "not_submitted" and w.receipt.t or nil end
    return w.resumed and s.via and s.via.t        -- an earlier attempt sent to it
end

local function waits(s, names)
    local bars = {}
    for _, name in ipairs(names) do
        local w = s.workers[name]
        local from = waits_since(s, w)
        if from then
            local to = w.done and math.max(w.done.t, from) or s.t       -- a marker may come before the receipt
            bars[#bars + 1] = bar("from " .. name, from * 1000, (to - from) * 1000, w.done and "done" or "crit",
                not w.done and "no marker" or nil)
        end
    end
    return bars
end

---@param s state
---@return {name: string, bars: bar[]}[] sections      those that have bars
---@return number ms                                   from the run's begin to the end of the last bar
function M.of(s)
    local names, sections, last = s.run.all_workers or s.run.workers, {}, s.t * 1000
    for _, section in ipairs { { "Steps", steps }, { "Prompts", sends }, { "Markers", waits } } do
        local bars = section[2](s, names)
        for _, each in ipairs(bars) do last = math.max(last, each.from + each.ms) end
        if bars[1] then sections[#sections + 1] = { name = section[1], bars = bars } end
    end
    return sections, last
end

return M
