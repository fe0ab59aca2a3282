-- text.lua: an event as one line for people. RUN_ITER.log and the plain progress view are made of these lines.
--
--     12:01:07  A_core           submitted: the text left the composer (23 ms)
--
-- Pure. An event that a reader of the log does not need has no line.

local receipt = require "dispatch.receipt"

local M = {}

---@param ms? number
---@return string                                 "23 ms", "4.2 s", "1 min 5 s", "2 h 3 min"
function M.duration(ms)
    if not ms then return "" end
    local s = ms / 1000
    if ms < 999.5 then return ("%.0f ms"):format(ms) end
    if s < 59.95 then return ("%.1f s"):format(s) end
    s = math.floor(s + 0.5)
    if s < 3600 then return ("%d min %d s"):format(s // 60, s % 60) end
    return ("%d h %d min"):format(s // 3600, s % 3600 // 60)
end

---@param ms table<string, number>                phase -> milliseconds
---@return number                                 the same from run to run, to the last bit: a page is made twice
function M.total(ms)
    local parts, sum = {}, 0
    for _, n in pairs(ms or {}) do parts[#parts + 1] = n end
    table.sort(parts)
    for _, n in ipairs(parts) do sum = sum + n end
    return sum
end

---A command line to be read: words with blanks in quotes.
---@param argv string[]
---@return string
function M.command(argv)
    local words = {}
    for i, word in ipairs(argv) do
        words[i] = (word == "" or word:find("[%s'\"]")) and "'" .. word:gsub("'", [['\'']]) .. "'" or word
    end
    return table.concat(words, " ")
end

local function behind(colon, text) return text and text ~= "" and colon .. text or "" end

local line = {}

line["run.start"] = function(e)
    local text = ("%s, attempt %d: %s"):format(e.run_id, e.attempt or 1, table.concat(e.workers, " "))
    for _, worker in ipairs(e.workers) do
        local how = e.resumed and e.resumed[worker]
        if how then text = ("%s\n%s: %s"):format(text, worker, how) end
    end
    return "run", text
end

line["step.start"] = function(e)
    if e.plan then return e.step, "begins: " .. e.plan end
end

line["step.end"] = function(e)
    local status = e.status:gsub("_", " ")
    if e.status == "not_needed" then return e.step, status end
    if e.status == "planned" then return e.step, e.note end
    return e.step, ("%s%s (%s)"):format(status, behind(": ", e.message or e.note), M.duration(e.ms))
end

line["prompt.ok"] = function(e)
    local text = ("prompt of %d bytes, SHA-256 %s…"):format(e.bytes, e.sha256:sub(1, 12))
    for _, message in ipairs(e.warnings or {}) do text = text .. "\nwarning: " .. message end
    return e.worker, text
end

line["via.chosen"] = function(e) return "via", ("%s (%s)"):format(e.via, e.why) end

line["target.found"] = function(e)
    return e.worker, ("window %d, process %d, '%s'%s"):format(e.id, e.pid or 0, e.title, behind(" of ", e.app))
end

line["find.retry"] = function(e)
    return "windows", ("vanished, looked for again (%d of %d): %s"):format(e.try, e.of, table.concat(e.missing, " "))
end

line["target.waits"] = function(e) return e.worker, "waits: " .. e.why end

line["send.begin"] = function(e)
    if e.mode == "key" then return e.worker, "our text is in its composer already: only the key" end
    return e.worker, ("pastes %d bytes%s"):format(e.bytes, e.mode == "pointer" and " (a pointer to its prompt)" or "")
end

line["send.receipt"] = function(e)
    local word = e.receipt:gsub("_", " ")
    if e.receipt == "unobservable" then word = ("%s, paste=%s"):format(word, receipt.proof(e.seen or {})) end
    return e.worker, ("%s%s (%s)"):format(word, behind(": ", e.why), M.duration(M.total(e.ms)))
end

line["worker.done"] = function(e)
    return e.worker, e.how == "already" and "done already: its DONE.marker is there" or "done"
end

line["marker.partial"] = function(e) return e.worker, "marker not right yet: " .. e.message end
line["worker.lost"] = function(e) return e.worker, "LOST: " .. e.why end
line["warning"] = function(e) return e.worker or "warning", (e.worker and "warning: " or "") .. e.message end
line["run.interrupted"] = function(e) return "run", "interrupted by " .. e.signal end

line["run.verdict"] = function(e)
    local text = e.verdict .. behind(" at ", e.step) .. (e.rehearsal and " (rehearsal)" or "")
    text = text .. (e.what_if and " (-WhatIf: nothing was done)" or "")
    local said = e.step and e.verdict ~= "INTERRUPTED"              -- by the end of that step, the line before
    text = text .. (said and ", for the reason above" or behind(": ", e.message))
    for _, advice in ipairs(e.advice or {}) do text = text .. "\n-> " .. advice end
    return "verdict", text
end

line["artifact"] = function(e)
    if e.kind == "report" then return "report", e.path end
end

line["run.end"] = function(e)
    return "run", ("ends after %s, exit %d"):format(M.duration(e.seconds * 1000), e.exit)
end

---Does a person want to look up now?
---@param event table
---@return boolean
function M.rings(event)
    return event.ev == "worker.lost" or event.ev == "run.verdict" or (event.ev == "warning" and event.worker ~= nil)
end

---@param event table
---@param wall number                             Unix time of the event
---@return string? lines                          without the last newline; nil: none for this event
function M.line(event, wall)
    local make = line[event.ev]
    local subject, sentence = nil, nil
    if make then subject, sentence = make(event) end
    if not subject then return nil end
    local text = ("%s  %-16s %s"):format(os.date("%H:%M:%S", wall // 1), subject, sentence)
    return (text:gsub("\t", "    "):gsub("[\1-\9\11-\31\127]", "?"):gsub("\n", "\n" .. (" "):rep(27)))
end

return M
