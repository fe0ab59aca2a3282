--- summary - what was said of the sends, as a table: how often each word, and how long it took.
local kinds = require "kinds"
local plan = require "plan"

local M = {}

---What the table counts: a word, for unobservable with how far the proof of the paste reached.
local COLUMNS = {
    { "submitted", function(said) return said.word == "submitted" end },
    { "not submitted", function(said) return said.word == "not_submitted" end },
    { "unobservable: whole", function(said) return said.word == "unobservable" and said.proof == "whole" end },
    { "served", function(said) return said.word == "unobservable" and said.proof == "served" end },
    { "unknown", function(said) return said.word == "unobservable" and said.proof == "unknown" end },
}

---@param values number[]                         sorted
local function percentile(values, part) return values[math.max(1, math.ceil(#values * part))] end

local function share(part, all)
    if part == 0 then return "" end
    return ("%.0f %%"):format(100 * part / all)
end

local function duration(ms) return ms < 100 and ("%.1f ms"):format(ms) or ("%.2f s"):format(ms / 1000) end

local function row(kind, sort, said)
    local cells, ms = { kind, sort, tostring(#said) }, {}
    for _, column in ipairs(COLUMNS) do
        local n = 0
        for _, each in ipairs(said) do n = n + (column[2](each) and 1 or 0) end
        cells[#cells + 1] = share(n, #said)
    end
    for _, each in ipairs(said) do ms[#ms + 1] = each.ms end
    table.sort(ms)
    cells[#cells + 1] = ms[1] and duration(percentile(ms, 0.5)) or ""
    cells[#cells + 1] = ms[1] and duration(percentile(ms, 0.99)) or ""
    return "| " .. table.concat(cells, " | ") .. " |"
end

---@param said {kind: string, sort: string, word: string, proof: string, ms: number}[]
---@return string[]                               a table in Markdown
function M.lines(said)
    local by_cell, head = {}, { "target", "where", "sends" }
    for _, each in ipairs(said) do
        local cell = each.kind .. "\n" .. each.sort
        by_cell[cell] = by_cell[cell] or {}
        table.insert(by_cell[cell], each)
    end
    for _, column in ipairs(COLUMNS) do head[#head + 1] = column[1] end
    local lines = { "| " .. table.concat(head, " | ") .. " | p50 | p99 |",
        "| --- | --- |" .. (" ---: |"):rep(#COLUMNS + 3) }
    for _, kind in ipairs(kinds) do
        for _, sort in ipairs(plan.SORTS) do
            local found = by_cell[kind.id .. "\n" .. sort]
            if found then lines[#lines + 1] = row(kind.id, sort, found) end
        end
    end
    return lines
end

---How often each word was said.
function M.totals(said)
    local words = {}
    for _, column in ipairs(COLUMNS) do
        local n = 0
        for _, each in ipairs(said) do n = n + (column[2](each) and 1 or 0) end
        words[#words + 1] = ("%d %s"):format(n, column[1])
    end
    return table.concat(words, ", ")
end

---Each kind, and why it is not everywhere.
---@return string[]                               a table in Markdown
function M.reasons()
    local lines = { "| target | what it does | not tried, and why |", "| --- | --- | --- |" }
    for _, kind in ipairs(kinds) do
        local missing = {}
        for _, sort in ipairs(plan.SORTS) do
            if type(kind[sort]) == "string" then missing[#missing + 1] = sort .. ": " .. kind[sort] end
        end
        lines[#lines + 1] = ("| %s | %s | %s |"):format(kind.id, kind.what, table.concat(missing, "; "))
    end
    return lines
end

return M
