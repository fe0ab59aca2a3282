-- report.lua: DISPATCH_REPORT.md, the page that a person signs.
--
-- render() is pure: a state in, Markdown out. The state is what the events add up to, so the page can be made again
-- from the journal, byte for byte. A file beside the page is a link by its bare name: both may move together.

local digest = require "digest"
local file = require "file"
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

local function each_worker(s, row)
    local rows = {}
    for _, name in ipairs(s.run.all_workers or s.run.workers) do rows[#rows + 1] = row(name, s.workers[name]) end
    return rows
end

-- ------------------------------------------------------------------------------------------------------------- the top

local function headline(s)
    local v = s.verdict
    if not v then return s.step and "ENDED WITHOUT A VERDICT in step " .. s.step or "ENDED WITHOUT A VERDICT" end
    return v.verdict .. (v.step and " at " .. v.step or "") .. (v.rehearsal and " (rehearsal)" or "")
end

local function reason(s)
    local v = s.verdict
    if not v then
        return "The program was ended from outside before it could say why. This page was made from its journal by the"
            .. " next attempt."
    elseif v.verdict == "FAILED" then
        return "The flow script failed:\n\n" .. md.block(v.message)
    elseif v.verdict == "PASS" then
        return ("Every step went through: %d workers, %d markers, no partial success."):format(
            #s.run.workers, #each_worker(s, function(_, w) return w.done end))
    end
    return md.line(v.message) .. (v.code and " (" .. md.code(v.code) .. ")" or "")
end

local function advice(s)
    local lines = {}
    for i, line in ipairs(s.verdict and s.verdict.advice or {}) do lines[i] = i .. ". " .. md.prose(line) end
    return lines[1] and "**What to do next**\n\n" .. table.concat(lines, "\n") or ""
end

local function head(s)
    local run = s.run
    local flow = run.flow or {}
    return md.table({ "", "" }, {
        { "run", md.code(run.run_id) .. (", attempt %d"):format(run.attempt) },
        { "began", md.text(run.at) .. ", took " .. text.duration(s.t * 1000) },
        { "workers", md.text(table.concat(run.workers, ", ")) },
        { "prompts travelled by", s.via and md.text(s.via.via) .. (s.via.why and ": " .. md.text(s.via.why) or "") },
        { "root", md.code(run.root) },
        { "flow", ("%s%s, SHA-256 %s"):format(md.code(flow.path or "?"), flow.builtin and " (built in)" or "",
            md.code(flow.sha256 or "?")) },
        { "machine", md.text(("%s, %s, dispatch %s, process %d"):format(run.host, run.os, run.dispatch, run.pid)) },
    })
end

-- ---------------------------------------------------------------------------------------------------------- the tables

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
    if w.resumed then return md.text(w.resumed) end
    return "**not sent**"
end

local function proof(w)
    local got = w.receipt
    if not got then return "" end
    local reached = got.receipt == "unobservable" and "paste=" .. receipt.proof(got.seen or {}) .. ": " or ""
    return reached .. md.text(got.why)
end

local function sends(s)
    return md.table({ "worker", "window", "prompt", "sent as", "receipt", "how far the proof reached" },
        each_worker(s, function(name, w)
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
    return md.table(names, each_worker(s, function(name, w)
        local got = w.receipt
        if not got then return nil end
        local cells = { md.text(name), ms(w.window and w.window.ms) }
        for _, phase in ipairs(PHASES) do cells[#cells + 1] = ms(got.ms and got.ms[phase]) end
        cells[#cells + 1] = ms(text.total(got.ms))
        cells[#cells + 1] = ("%d"):format(got.seen and got.seen.keys or 0)
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
    return md.table({ "worker", "marker", "result", ">at", "its window meanwhile" }, each_worker(s, function(name, w)
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
    return md.table({ "worker", "what its window showed" }, each_worker(s, function(name, w)
        return w.evidence and { md.text(name), shown(s, w.evidence.path) } or nil
    end))
end

local function settings(s)
    local names, rows = {}, {}
    for name in pairs(s.run.settings or {}) do names[#names + 1] = name end
    table.sort(names)
    for i, name in ipairs(names) do
        local set = s.run.settings[name]
        rows[i] = { md.code("-" .. name), md.code(set.value), set.from == "default" and set.from
            or "**" .. md.text(set.from) .. "**" }
    end
    return md.table({ "setting", "value", "from" }, rows)
end

local function files(s)
    local rows = {}
    for i, a in ipairs(s.artifacts) do
        rows[i] = { md.text(a.kind:gsub("_", " ") .. (a.builtin and ", built in" or "")), shown(s, a.path),
            a.sha256 and md.code(a.sha256) or "" }
    end
    return md.table({ "what", "file", "SHA-256" }, rows)
end

---@param state state                             with a run.start in it
---@return string                                 the page
function M.render(state)
    local s = state.page or state
    local parts = { ("# %s: %s"):format(md.text(s.run.run_id), md.text(headline(s))), reason(s), advice(s), head(s) }
    local function section(title, body)
        if body ~= "" then parts[#parts + 1] = "## " .. title .. "\n\n" .. body end
    end
    section("Warnings", warnings(s))
    section("Steps", steps(s))
    section("Prompts", sends(s))
    section("Milliseconds of each send", milliseconds(s))
    section("Evidence of sends that failed", evidence(s))
    section("Markers", markers(s))
    section("Commands of the team", stages(s))
    section("Settings", settings(s))
    section("Files", files(s))
    local page = {}
    for _, part in ipairs(parts) do
        if part ~= "" then page[#page + 1] = part end
    end
    return table.concat(page, "\n\n") .. "\n"
end

-- ---------------------------------------------------------------------------------------------------------- writing it

---Every file that the page vouches for, with its SHA-256 of now.
local function artifacts(run)
    local function add(kind, path)
        local sha256 = path and digest.sha256_file(path)
        if sha256 then run.emit("artifact", { kind = kind, path = path, sha256 = sha256 }) end
    end
    add("zip", run.layout:zip())
    for _, worker in ipairs(run.all_workers) do add("prompt", run.layout:prompt(worker)) end
    for _, stage in ipairs(run.state.stages) do
        add("log", stage.stdout)
        add("log", stage.stderr)
    end
    for _, worker in ipairs(run.all_workers) do
        local done = run.state.workers[worker].done
        add("marker", done and done.marker)
    end
    for _, lua in ipairs(require "dispatch.launch".files(run.origin)) do
        run.emit("artifact", { kind = "lua", path = lua.path, sha256 = lua.sha256, builtin = lua.builtin })
    end
end

---Step 12.
---@param run table
---@return string? path, string? message, string? code
function M.write(run)
    artifacts(run)
    local path = run.layout:report()
    run.emit("artifact", { kind = "report", path = path })     -- from here on nothing more is in the page
    local ok, message, code = file.write(path, M.render(run.state))
    if not ok then return nil, message, code end
    return run.layout:show(path)
end

return M
