-- report.lua: DISPATCH_REPORT.md, the page that a person signs; DISPATCH_REPORT.html, the same with pictures in it.
--
-- render() makes a page of a state and of the evidence that lies beside it. The state is what the events add up to, so
-- the page can be made again from the journal, byte for byte. A file beside the page is a link by its bare name: both
-- may move together.

local digest = require "digest"
local file = require "file"
local markdown = require "dispatch.markdown"
local cells = require "dispatch.report_cells"
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

local MEANING = { submitted = "submitted", arrived = "unobservable and arrived", unobservable = "unobservable",
    not_submitted = "not submitted", before = "not sent to in this attempt" }

---"prompts: 3 submitted, 2 not sent to in this attempt; markers: 3 of 5"
local function counted(s)
    local count, parts, done = {}, {}, 0
    local workers = cells.each_worker(s, function(_, w)
        local word = w.arrived and "arrived" or w.receipt and w.receipt.receipt or "before"
        count[word], done = (count[word] or 0) + 1, done + (w.done and 1 or 0)
        return w
    end)
    for word, meaning in pairs(MEANING) do
        if count[word] then parts[#parts + 1] = ("%d %s"):format(count[word], meaning) end
    end
    table.sort(parts)
    return ("prompts: %s; markers: %d of %d"):format(table.concat(parts, ", "), done, #workers)
end

---Which step of how many, for a verdict that names one.
local function place(s, v)
    for i, step in ipairs(s.steps) do
        if step.name == v.step then return (" in step %d of %d"):format(i, #s.steps) end
    end
    return ""
end

---The verdict in one line, and below it what does not go into one.
local function reason(s, m)
    local v, took = s.verdict, " after " .. text.duration(s.t * 1000)
    if not v then
        return m.paragraph(m.strong "ENDED WITHOUT A VERDICT" .. took .. ": the program was ended from outside before"
            .. " it could say why. The next attempt made this page of its journal; " .. m.text(counted(s)) .. ".")
    end
    local word = m.strong(m.text(v.verdict .. (v.rehearsal and " (rehearsal)" or ""))) .. m.text(place(s, v) .. took)
    if v.verdict == "PASS" then
        return m.paragraph(word .. ": every step went through; " .. m.text(counted(s)) .. ".")
    elseif v.verdict == "FAILED" then
        return m.join { m.paragraph(word .. ": the flow script failed; " .. m.text(counted(s)) .. "."),
            m.block(v.message) }
    end
    local first, more = (v.message or ""):match "^([^\n]*)\n?(.*)$"
    local code = v.code and " (" .. m.code(v.code) .. ")" or ""
    return m.join { m.paragraph(word .. ": " .. m.text(first) .. code), more ~= "" and m.paragraph(m.line(more)) or "",
        m.paragraph(m.text("So far " .. counted(s) .. ".")) }
end

local function advice(s, m)
    local lines = {}
    for i, line in ipairs(s.verdict and s.verdict.advice or {}) do lines[i] = m.prose(line) end
    return lines[1] and m.join { m.paragraph(m.strong "What to do next"), m.list(lines) } or ""
end

local function head(s, m)
    local run = s.run
    local flow = run.flow or {}
    return m.table({ "", "" }, {
        { "run", m.code(run.run_id) .. (", attempt %d"):format(run.attempt) },
        { "began", m.text(run.at) .. ", took " .. text.duration(s.t * 1000) },
        { "workers", m.text(table.concat(run.workers, ", ")) },
        { "prompts travelled by", s.via and ("%s (%s)"):format(m.text(s.via.via), m.text(s.via.why)) },
        { "root", m.code(run.root) },
        { "flow", ("%s%s, SHA-256 %s"):format(m.code(flow.path or "?"), flow.builtin and " (built in)" or "",
            m.code(flow.sha256 or "?")) },
        { "machine", m.text(("%s, %s, dispatch %s, process %d"):format(run.host, run.os, run.dispatch, run.pid)) },
    })
end

---The page, of what is known.
---@param state state                             with a run.start in it
---@param markup? table                           dispatch.markdown (the default) or dispatch.html
---@return string                                 the page
function M.render(state, markup)
    local s, m = state.page or state, markup or markdown
    local parts = { reason(s, m), advice(s, m), head(s, m) }
    for _, section in ipairs(tables.SECTIONS) do parts[#parts + 1] = m.section(section[1], section[2](s, m)) end
    local good = s.verdict ~= nil and s.verdict.verdict == "PASS"
    if good then parts[#parts + 1] = m.paragraph(SIGNATURE) end
    return m.page(("%s: %s"):format(s.run.run_id, headline(s)), parts, good)
end

-- ---------------------------------------------------------------------------------------------------------- writing it

---What AutoHotkey wrote so far. It lives until the run is over: such a log has no SHA-256 of its end yet.
local function autohotkey_logs(run)
    local out, err = run.layout:ahk_streams()
    for _, path in ipairs { run.layout:ahk_log(), run.layout:ahk_results(), out, err } do
        if file.stat(path) then run.emit("artifact", { kind = "log", path = path }) end
    end
end

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
    autohotkey_logs(run)
    for _, worker in ipairs(run.all_workers) do
        local done = run.state.workers[worker].done
        add("marker", done and done.marker)
    end
    for _, lua in ipairs(require "dispatch.launch".files(run.origin)) do
        run.emit("artifact", { kind = "lua", path = lua.path, sha256 = lua.sha256, builtin = lua.builtin })
    end
end

---The pages of a run, by the setting Report of its journal.
---@param state state
---@param paths layout
---@return {path: string, markup: table}[]
function M.pages(state, paths)
    local pages = { { path = paths:report(), markup = markdown } }
    local chosen = (state.run.settings or {}).Report
    if chosen and chosen.value == "html" then
        pages[2] = { path = paths:html_report(), markup = require "dispatch.html" }      -- not loaded for nothing
    end
    return pages
end

---Step 12: the pages, and events that name every file that they vouch for, with its SHA-256.
---@param run run
---@return string? paths                          from the root on
---@return string? message, string? code          EACCES EIO
function M.write(run)
    artifacts(run)
    local pages, names = M.pages(run.state, run.layout), {}
    for i, page in ipairs(pages) do               -- from here on nothing more is in the pages
        run.emit("artifact", { kind = "report", path = page.path })
        names[i] = run.layout:show(page.path)
    end
    for _, page in ipairs(pages) do
        local ok, message, code = file.write(page.path, M.render(run.state, page.markup))
        if not ok then return nil, message, code end
    end
    return table.concat(names, ", ")
end

return M
