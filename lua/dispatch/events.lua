-- events.lua: the run's one stream. emit() is the only way that anything about a run becomes known.
--
-- Each event is written as a line of JSON, read back, folded into the state, and given to the sinks in order. Because
-- the state is made of what can be read back, a journal folds into the very state that the run itself had.

local clock = require "clock"
local cjson = require "cjson"
local json = require "dispatch.json"
local state = require "dispatch.state"
local term = require "term"
local text = require "dispatch.text"

local M = {}

local FIRST = { "seq", "t", "ev", "worker", "step", "stage", "phase" }

---@class event                                   seq, t (seconds since run.start), ev, and the fields of its kind
---@alias sink fun(line: string, event: event, wall: number): boolean?, string?, string?

---@param sinks sink[]                            a sink that refuses makes emit() refuse, once all sinks were asked
---@return fun(name: string, fields?: table): true?, string?, string? emit
---@return state                                  grows with each event
function M.stream(sinks)
    local seq, start, wall = 0, clock.now(), clock.wall()
    local current = state.new()
    local function emit(name, fields)
        seq = seq + 1
        local fresh = {}
        for key, value in pairs(fields or {}) do fresh[key] = value end
        fresh.seq, fresh.t, fresh.ev = seq, clock.now() - start, name
        local line = json.encode(fresh, FIRST)
        local event = cjson.decode(line)
        state.fold(current, event)
        local message, code
        for _, sink in ipairs(sinks) do
            local ok, why, what = sink(line, event, wall + event.t)
            if ok == nil and why and not message then message, code = why, what end
        end
        if message then return nil, message, code end
        return true
    end
    return emit, current
end

---@return string                                 now, RFC 3339 in UTC
function M.now() return os.date("!%Y-%m-%dT%H:%M:%SZ", clock.wall() // 1) end

---EVENTS.jsonl. What cannot be undone is on the disk before it is done.
---@param log table                               as file.append() answers it
---@return sink
function M.journal(log)
    return function(line, event)
        local ok, message, code = log:line(line)
        if ok and event.ev == "send.begin" then ok, message, code = log:sync() end
        if ok then return true end
        return nil, "the journal cannot be written: " .. message, code
    end
end

---RUN_ITER.log
---@param log table
---@return sink
function M.log(log)
    return function(_, event, wall)
        local line = text.line(event, wall)
        if line then return log:line(line) end
        return true
    end
end

---Standard output: the lines of RUN_ITER.log, or the journal's own (`-Events json`). A terminal or reader that went
---away ends the view, never the run.
---@param kind "off"|"json"
---@return sink
function M.output(kind)
    local there, bell = true, term.is_tty("out") and "\a" or ""
    return function(line, event, wall)
        if kind ~= "json" then line = text.line(event, wall) end
        if not line or not there then return true end
        if kind ~= "json" and text.rings(event) then line = line .. bell end
        local ok, _, code = term.write(line .. "\n")
        there = ok ~= nil or code == "EINTR"
        return true
    end
end

return M
