-- report.lua: DISPATCH_REPORT.md, the page that a person signs.
--
-- render() is pure: a state in, Markdown out. The state is what the events add up to, so the page can be made again
-- from the journal, byte for byte. A file beside the page is a link by its bare name: both may move together.

local digest = require "digest"
local file = require "file"
local md = require "dispatch.markdown"
local tables = require "dispatch.report_tables"
local text = require "dispatch.text"

local M = {}

local SIGNATURE = "Read and accepted by: ______________________ on: ______________"

-- ------------------------------------------------------------------------------------------------------------- the top

local function headline(s)
    local v = s.verdict
    if not v then return s.step and "ENDED WITHOUT A VERDICT in step " .. s.step or "ENDED WITHOUT A VERDICT" end
    return v.verdict .. (v.step and " at " .. v.step or "") .. (v.rehearsal and " (rehearsal)" or "")
end

local function sent(s)
    local count, parts = { submitted = 0, arrived = 0, unobservable = 0, before = 0 }, {}
    tables.each_worker(s, function(_, w)
        local word = w.arrived and "arrived" or w.receipt and w.receipt.receipt or "before"
        count[word] = (count[word] or 0) + 1
    end)
    for word, meaning in pairs { submitted = "submitted", arrived = "unobservable and arrived",
        unobservable = "unobservable", before = "not sent to in this attempt" } do
        if count[word] > 0 then parts[#parts + 1] = ("%d %s"):format(count[word], meaning) end
    end
    table.sort(parts)
    return table.concat(parts, ", ")
end

local function reason(s)
    local v = s.verdict
    if not v then
        return "The program was ended from outside before it could say why. This page was made from its journal by the"
            .. " next attempt."
    elseif v.verdict == "FAILED" then
        return "The flow script failed:\n\n" .. md.block(v.message)
    elseif v.verdict == "PASS" then
        return ("Every step went through: %s, %d markers. There is no partial success."):format(sent(s),
            #tables.each_worker(s, function(_, w) return w.done end))
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
        { "prompts travelled by", s.via and ("%s (%s)"):format(md.text(s.via.via), md.text(s.via.why)) },
        { "root", md.code(run.root) },
        { "flow", ("%s%s, SHA-256 %s"):format(md.code(flow.path or "?"), flow.builtin and " (built in)" or "",
            md.code(flow.sha256 or "?")) },
        { "machine", md.text(("%s, %s, dispatch %s, process %d"):format(run.host, run.os, run.dispatch, run.pid)) },
    })
end

---The page, of what is known.
---@param state state                             with a run.start in it
---@return string page                            Markdown
function M.render(state)
    local s = state.page or state
    local parts = { ("# %s: %s"):format(md.text(s.run.run_id), md.text(headline(s))), reason(s), advice(s), head(s) }
    for _, section in ipairs(tables.SECTIONS) do
        local body = section[2](s)
        if body ~= "" then parts[#parts + 1] = "## " .. section[1] .. "\n\n" .. body end
    end
    if s.verdict and s.verdict.verdict == "PASS" then parts[#parts + 1] = SIGNATURE end
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

---Step 12: the page, and events that name every file that it vouches for, with its SHA-256.
---@param run run
---@return string? path                           from the root on
---@return string? message, string? code          EACCES EIO
function M.write(run)
    artifacts(run)
    local path = run.layout:report()
    run.emit("artifact", { kind = "report", path = path })     -- from here on nothing more is in the page
    local ok, message, code = file.write(path, M.render(run.state))
    if not ok then return nil, message, code end
    return run.layout:show(path)
end

return M
