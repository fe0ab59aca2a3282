-- report_tables.lua: the tables of the report. Each takes a state and answers Markdown, "" when there is nothing to
-- show. Pure.

local md = require "dispatch.markdown"
local receipt = require "dispatch.receipt"
local text = require "dispatch.text"

local M = {}

local PHASES = { "check", "focus", "paste", "settle", "recheck", "submit", "confirm" }
local SHORT = 12                                 -- digits of a SHA-256 that a table shows

local function ms(n) return n and ("%.1f"):format(n) or "" end
local function short(sha256) return sha256 and md.code(sha256:sub(1, SHORT)) or "" end
local function after(t) return t and "+" .. text.duration(t * 1000) or "" end

---A path as this page shows it: a link when it lies beside the page, else from the root on.
local function shown(s, path)
    if not path or path == "" then return "" end
    local name = path:match "/logs/([^/]+)$"
    if name then return md.link(name, name) end
    local root = s.run.root .. "/"
    return md.code(path:sub(1, #root) == root and path:sub(#root + 1) or path)
end

---@param row fun(name: string, worker: table): any       nil: no row
function M.each_worker(s, row)
    local rows = {}
    for _, name in ipairs(s.run.all_workers or s.run.workers) do rows[#rows + 1] = row(name, s.workers[name]) end
    return rows
end

local function step_result(s, step)
    if step.status == "pending" then return "not reached" end
    if step.status == "running" then return s.verdict and "this page" or "**was at work**" end
    local word = step.status:gsub("_", " ")
    return step.message and "**" .. word .. "**" or word
end

local function steps(s)
    local rows = {}
    for i, step in ipairs(s.steps) do
        local said = step.message and step.message:match "[^\n]*" or step.note or ""
        rows[i] = { tostring(i), md.text(step.name), step_result(s, step), after(step.at), text.duration(step.ms),
            md.text(said) }
    end
    return md.table({ ">", "step", "result", ">at", ">took", "said" }, rows)
end

local function send_result(w)
    local got = w.receipt
    if got and w.arrived then return "unobservable, **arrived**" end
    if got then return got.receipt == "submitted" and got.receipt or "**" .. md.text(got.receipt) .. "**" end
    if w.in_doubt then return "**in doubt**: begun, no receipt" end
    if w.left_out then return "left out (-Workers)" end
    if w.done and w.done.how == "already" then return "done already, not sent" end
    if w.resumed then return md.text(w.resumed) .. ", not sent again" end
    return "**not sent**"
end

local function proof(w)
    local got = w.receipt
    if not got then return "" end
    local seen = got.seen or {}
    local reached = got.receipt == "unobservable" and "paste=" .. receipt.proof(seen) .. ": " or ""
    local blind = seen.field == "unread" and "; which of its fields has the focus cannot be read" or ""
    local clipboard = seen.clipboard and "; " .. md.text(seen.clipboard) or ""
    return reached .. md.text(got.why) .. blind .. clipboard
end

local function sends(s)
    return md.table({ "worker", "window", "SHA-256 of its text", "sent as", "receipt", "how far the proof reached" },
        M.each_worker(s, function(name, w)
            local begun = w.begin or {}
            local window = w.window and ("%s %s"):format(md.text(w.window.title), md.code(("%d"):format(w.window.id)))
            local form = begun.mode and ("%s, %d bytes"):format(begun.mode, begun.bytes)
            return { md.text(name), window or "", short(begun.sha256 or w.prompt and w.prompt.sha256), form or "",
                send_result(w), proof(w) }
        end))
end

local function milliseconds(s)
    local names = { "worker", ">find" }
    for _, phase in ipairs(PHASES) do names[#names + 1] = ">" .. phase end
    names[#names + 1], names[#names + 2] = ">all", ">keys"
    return md.table(names, M.each_worker(s, function(name, w)
        local got = w.receipt
        if not got then return nil end
        local cells = { md.text(name), ms(w.window and w.window.ms) }
        for _, phase in ipairs(PHASES) do cells[#cells + 1] = ms(got.ms and got.ms[phase]) end
        cells[#cells + 1] = ms(text.total(got.ms))
        cells[#cells + 1] = got.seen and got.seen.key or ("%d"):format(got.seen and got.seen.keys or 0)
        return cells
    end))
end

local function marker_state(w)
    if w.done then return w.done.how == "already" and "there before this attempt" or "done" end
    if w.left_out then return "left out (-Workers)" end
    if w.partial then return "**wrong**: " .. md.text(w.partial.message) end
    return "**missing**"
end

local function markers(s)
    return md.table({ "worker", "marker", "result", ">at", "its window meanwhile" }, M.each_worker(s, function(name, w)
        return { md.text(name), w.done and shown(s, w.done.marker) or "", marker_state(w), after(w.done and w.done.t),
            w.lost and ("%s: %s"):format(after(w.lost.t), md.text(w.lost.why)) or "" }
    end))
end

local function stages(s)
    local rows = {}
    for i, stage in ipairs(s.stages) do
        local exit = stage.signal and md.text("signal " .. stage.signal) or stage.exit and ("%d"):format(stage.exit)
        rows[i] = { md.text(stage.stage), md.code(text.command(stage.argv or {})), exit or "**no exit**",
            md.text(stage.status or "not given"), "gate: " .. md.text(stage.gate or "not given"),
            text.duration(stage.ms), shown(s, stage.stdout) .. " " .. shown(s, stage.stderr) }
    end
    return md.table({ "stage", "command", ">exit", "status", "gate", ">took", "output" }, rows)
end

local function warnings(s)
    local rows = {}
    for i, w in ipairs(s.warnings) do rows[i] = { after(w.t), md.text(w.worker or ""), md.text(w.message) } end
    return md.table({ ">at", "worker", "warning" }, rows)
end

local function evidence(s)
    return md.table({ "worker", "what its window showed" }, M.each_worker(s, function(name, w)
        local path = w.evidence and w.evidence.path
        if not path then return nil end
        local picture = w.evidence.kind == "screenshot" and "!" or ""
        return { md.text(name), picture .. shown(s, path) }
    end))
end

---Those that somebody chose come first.
local function settings(s)
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
        rows[i] = { md.code("-" .. name), md.code(all[name].value),
            from == "default" and from or "**" .. md.text(from) .. "**" }
    end
    return md.table({ "setting", "value", "from" }, rows)
end

local function file_rows(s, test)
    local rows = {}
    for _, a in ipairs(s.artifacts) do
        if test(a) then
            local kind = a.kind:gsub("_", " ")
            rows[#rows + 1] = { md.text(kind), shown(s, a.path), a.sha256 and md.code(a.sha256) or "" }
        end
    end
    return rows
end

local HEAD = { "what", "file", "SHA-256" }

local function files(s)
    return md.table(HEAD, file_rows(s, function(a) return not a.builtin end))
end

---Every Lua file of the program that ran: many, and the same from run to run.
local function built_in(s)
    local rows = file_rows(s, function(a) return a.builtin end)
    if not rows[1] then return "" end
    return ("<details><summary>%d files of dispatch %s</summary>\n\n%s\n\n</details>"):format(#rows,
        md.text(s.run.dispatch), md.table(HEAD, rows))
end

---What stands on the page below its top, in order.
M.SECTIONS = {
    { "Warnings", warnings },
    { "Evidence of sends that failed", evidence },
    { "Steps", steps },
    { "Prompts", sends },
    { "Milliseconds of each send", milliseconds },
    { "Markers", markers },
    { "Commands of the team", stages },
    { "Settings", settings },
    { "Files", files },
    { "Lua inside the program", built_in },
}

return M
