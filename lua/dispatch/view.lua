-- view.lua: what an operator sees while a run is at work. Pure: a state and a size in, lines out; screen.lua puts them
-- on the terminal. Reads the state and nothing else, so it cannot disagree with the report.

local proof_of = require "dispatch.receipt".proof
local text = require "dispatch.text"
local width = require "dispatch.width"
local wrap = require "dispatch.wrap"

local M = {}

local MARK = { ok = "✓", not_needed = "–", planned = "–", running = "▸", blocked = "✗", failed = "✗", interrupted = "✗",
    pending = "·" }
local COLOUR = { ok = 32, not_needed = 2, planned = 2, running = 36, blocked = 31, failed = 31, interrupted = 33,
    pending = 2, done = 32, lost = 31, sent = 36, waiting = 2 }      -- ECMA-48, Select Graphic Rendition

local PHASE = { check = "looking at its window", focus = "taking the focus", paste = "pasting",
    settle = "waiting for the text to show", recheck = "looking again", submit = "pressing the submit key",
    confirm = "waiting for its acceptance" }

---A line in the making: cells of text, each with a colour, that never grow over the width.
local Line = {}
Line.__index = Line

local function new_line(columns, colours)
    return setmetatable({ left = columns, colours = colours }, Line)
end

---@param columns? integer            exactly so many; absent: as many as the text takes
function Line:add(words, columns, kind)
    words = words:gsub("%c", " ")
    words = columns and width.fit(words, math.min(columns, self.left)) or width.cut(words, self.left)
    self.left = self.left - width.of(words)
    local colour = self.colours and COLOUR[kind]
    self[#self + 1] = colour and words ~= "" and ("\27[%dm%s\27[m"):format(colour, words) or words
    return self
end

function Line:text() return (table.concat(self):gsub(" +$", "")) end

local function longest(names)
    local most = 0
    for _, name in ipairs(names) do most = math.max(most, width.of(name)) end
    return most
end

local function step_line(line, step, columns, t)
    local ms = step.ms or step.status == "running" and (t - step.at) * 1000 or nil
    local note = step.status == "pending" and "" or step.note or step.message
        or step.status == "not_needed" and "not needed" or ""
    return line:add(" " .. (MARK[step.status] or "?") .. " ", 3, step.status):add(step.name, columns + 2, step.status)
        :add(text.duration(ms), 13):add(note):text()
end

---@return string kind, string word, string note
local function worker_words(w, t)
    local receipt = w.receipt
    local proof = receipt and receipt.receipt or ""
    if receipt and receipt.receipt == "unobservable" then
        proof = w.arrived and "arrived" or "unobservable, paste=" .. proof_of(receipt.seen or {})
    end
    if w.done then return "done", "done", w.done.how == "already" and "was done already" or proof end
    if w.lost then return "lost", "lost", w.lost.why or "" end
    if receipt and receipt.receipt == "not_submitted" then
        local taken = (receipt.seen or {}).taken or "not"
        return "lost", taken == "not" and "not sent" or "failed", receipt.why or ""
    end
    if receipt then
        return "sent", "at work", ("%s  %s"):format(text.duration((t - receipt.t) * 1000), proof)
    end
    if PHASE[w.status] then return "running", "sending", PHASE[w.status] end
    if w.status == "not ready" then return "interrupted", "not ready", w.waits.why end
    if w.left_out then return "waiting", "left out", "by -Workers" end
    if w.resumed then return "sent", "at work", w.resumed end
    return "waiting", w.window and "found" or "waiting", w.window and w.window.title or ""
end

local function worker_line(line, w, columns, t)
    local kind, word, note = worker_words(w, t)
    if w.partial and not w.done then note = w.partial.message end
    return line:add("   " .. w.name, columns + 5):add(word, 11, kind):add(note):text()
end

---What an operator can do now, in sixty columns; at the end the verdict.
---@return string words, string? kind  of COLOUR
local function hint(s)
    local v = s.verdict
    if v then
        local words = v.verdict .. (v.step and " at " .. v.step or "") .. (v.rehearsal and " (rehearsal)" or "")
        return words .. (v.what_if and " (-WhatIf: nothing was done)" or ""),
            ({ PASS = "ok", INTERRUPTED = "interrupted" })[v.verdict] or "blocked"
    end
    for name, w in pairs(s.workers) do
        if s.step == "dispatch" and w.status == "not ready" then
            return ("%s has no empty composer: you may help. Ctrl-C ends it."):format(name)
        end
    end
    if s.step == "dispatch" then return "Do not type or click now. Ctrl-C ends it with a report." end
    if s.step == "wait_done" then return "Ctrl-C ends it with a report; run again to go on waiting." end
    return "Ctrl-C ends it with a report; it is safe to run again."
end

---Of the steps, when there is no room for all: one line that says where the run is.
local function where(s)
    for i, step in ipairs(s.steps) do
        if step.status == "running" then return ("step %d of %d: %s"):format(i, #s.steps, step.name) end
    end
    return ("%d steps"):format(#s.steps)
end

---@param s state
---@param o {columns: integer, rows: integer, t: number, colours: boolean}   t: seconds since run.start
---@return string[] lines             at most o.rows - 1, each at most o.columns wide; with colours, escapes in them
function M.draw(s, o)
    local lines = {}
    local function line() return new_line(o.columns, o.colours) end
    local names = s.run and s.run.all_workers or s.run and s.run.workers or {}
    local clock = text.duration(o.t * 1000)
    lines[1] = line():add(("dispatch %s%s"):format(s.run and s.run.run_id or "", s.via and "  via " .. s.via.via or ""),
        math.max(o.columns - #clock - 1, 0)):add(" " .. clock):text()
    local room = o.rows - 1 - #names - 3                        -- head, blank line, hint
    if room >= #s.steps + 1 then
        local steps = {}
        for i, step in ipairs(s.steps) do steps[i] = step.name end
        local columns = longest(steps)
        for _, step in ipairs(s.steps) do lines[#lines + 1] = step_line(line(), step, columns, o.t) end
        lines[#lines + 1] = ""
    else
        lines[#lines + 1] = line():add(" " .. where(s)):text()
    end
    local columns = longest(names)
    for _, name in ipairs(names) do
        if #lines >= o.rows - 2 then break end
        lines[#lines + 1] = worker_line(line(), s.workers[name], columns, o.t)
    end
    if #lines > #names + 2 then lines[#lines + 1] = "" end      -- the steps were shown: there is room
    local words, kind = hint(s)
    lines[#lines + 1] = line():add(words, nil, kind):text()
    return lines
end

---What stands below the last picture, whole: why the run stopped, and what to do next.
---@param s state                     with a verdict
---@param columns integer
---@return string[] lines
function M.ending(s, columns)
    local lines = {}
    local function add(words, indent)
        for each in words:gmatch "[^\n]+" do
            for _, line in ipairs(wrap.lines((each:gsub("%c", " ")), columns, indent)) do lines[#lines + 1] = line end
        end
    end
    if s.verdict.message then add(s.verdict.message, "") end
    for _, advice in ipairs(s.verdict.advice or {}) do
        local first = #lines + 1
        add(advice, "   ")
        lines[first] = "-> " .. lines[first]:sub(4)
    end
    return lines
end

return M
