-- report_tables.lua: the sections of the report. Each takes a state and a markup (markdown.lua or html.lua) and answers
-- a piece of the page, "" when there is nothing to show.

local cells = require "dispatch.report_cells"
local sends = require "dispatch.report_sends"
local text = require "dispatch.text"
local timeline = require "dispatch.timeline"

local M = {}

local PHASES = { "check", "focus", "paste", "settle", "recheck", "submit", "confirm" }

local after, each_worker, shown = cells.after, cells.each_worker, cells.shown

local function ms(n) return n and ("%.1f"):format(n) or "" end

local function course(s, m)
    local sections, whole = timeline.of(s)
    return sections[1] and m.chart(sections, whole) or ""
end

local function step_result(s, m, step)
    if step.status == "pending" then return "not reached" end
    if step.status == "running" then return s.verdict and "this page" or m.strong "was at work" end
    local word = step.status:gsub("_", " ")
    return step.message and m.strong(word) or word
end

---The first line. What stands on top of the page is not said again.
local function step_said(s, step)
    local v = s.verdict
    if v and step.message and v.step == step.name and v.message == step.message then return "the reason is on top" end
    return step.message and step.message:match "[^\n]*" or step.note or ""
end

local function steps(s, m)
    local rows = {}
    for i, step in ipairs(s.steps) do
        rows[i] = { tostring(i), m.text(step.name), step_result(s, m, step), after(step.at), text.duration(step.ms),
            m.text(step_said(s, step)) }
    end
    return m.table({ ">", "step", "result", ">at", ">took", "said" }, rows)
end

local function prompts(s, m)
    return m.join { sends.table(s, m), sends.limit(s, m), sends.evidence(s, m) }
end

local function milliseconds(s, m)
    local names = { "worker", ">find" }
    for _, phase in ipairs(PHASES) do names[#names + 1] = ">" .. phase end
    names[#names + 1], names[#names + 2] = ">all", ">keys"
    return m.table(names, each_worker(s, function(name, w)
        local got = w.receipt
        if not got then return nil end
        local row = { m.text(name), ms(w.window and w.window.ms) }
        for _, phase in ipairs(PHASES) do row[#row + 1] = ms(got.ms and got.ms[phase]) end
        row[#row + 1] = ms(text.total(got.ms))
        row[#row + 1] = got.seen and got.seen.key or ("%d"):format(got.seen and got.seen.keys or 0)
        return row
    end))
end

local function marker_state(m, w)
    if w.done then return w.done.how == "already" and "there before this attempt" or "done" end
    if w.left_out then return "left out (-Workers)" end
    if w.partial then return m.strong "wrong" .. ": " .. m.text(w.partial.message) end
    return m.strong "missing"
end

local function markers(s, m)
    return m.table({ "worker", "marker", "result", ">at", "its window meanwhile" }, each_worker(s, function(name, w)
        return { m.text(name), w.done and shown(s, m, w.done.marker) or "", marker_state(m, w),
            after(w.done and w.done.t), w.lost and ("%s: %s"):format(after(w.lost.t), m.text(w.lost.why)) or "" }
    end))
end

local function stages(s, m)
    local rows = {}
    for i, stage in ipairs(s.stages) do
        local exit = stage.signal and m.text("signal " .. stage.signal) or stage.exit and ("%d"):format(stage.exit)
        rows[i] = { m.text(stage.stage), m.code(text.command(stage.argv or {})), exit or m.strong "no exit",
            m.text(stage.status or "not given"), "gate: " .. m.text(stage.gate or "not given"),
            text.duration(stage.ms), shown(s, m, stage.stdout) .. " " .. shown(s, m, stage.stderr) }
    end
    return m.table({ "stage", "command", ">exit", "status", "gate", ">took", "output" }, rows)
end

local function warnings(s, m)
    local rows = {}
    for i, w in ipairs(s.warnings) do rows[i] = { after(w.t), m.text(w.worker or ""), m.text(w.message) } end
    return m.table({ ">at", "worker", "warning" }, rows)
end

---Those that somebody chose come first.
local function settings(s, m)
    local names, rows = {}, {}
    local all = s.run.settings or {}
    for name in pairs(all) do names[#names + 1] = name end
    table.sort(names, function(a, b)
        local chosen_a, chosen_b = all[a].from ~= "default", all[b].from ~= "default"
        if chosen_a ~= chosen_b then return chosen_a end
        return a < b
    end)
    for i, name in ipairs(names) do
        local from = all[name].from
        rows[i] = { m.code("-" .. name), m.code(all[name].value), from == "default" and from or m.strong(m.text(from)) }
    end
    return m.table({ "setting", "value", "from" }, rows)
end

local function file_rows(s, m, test)
    local rows = {}
    for _, a in ipairs(s.artifacts) do
        if test(a) then
            local kind = a.kind:gsub("_", " ")
            rows[#rows + 1] = { m.text(kind), shown(s, m, a.path), a.sha256 and m.code(a.sha256) or "" }
        end
    end
    return rows
end

local HEAD = { "what", "file", "SHA-256" }

local function files(s, m)
    return m.table(HEAD, file_rows(s, m, function(a) return not a.builtin end))
end

---Every Lua file of the program that ran: many, and the same from run to run.
local function built_in(s, m)
    local rows = file_rows(s, m, function(a) return a.builtin end)
    if not rows[1] then return "" end
    return m.fold(("%d files of dispatch %s"):format(#rows, s.run.dispatch), m.table(HEAD, rows))
end

---What stands on the page below its top, in order.
M.SECTIONS = {
    { "Warnings", warnings },
    { "Timeline", course },
    { "Steps", steps },
    { "Prompts", prompts },
    { "Milliseconds of each send", milliseconds },
    { "Markers", markers },
    { "Commands of the team", stages },
    { "Settings", settings },
    { "Files", files },
    { "Lua inside the program", built_in },
}

return M
