-- report_sends.lua: of the report, what became of each prompt; and of a send that failed, what was expected, what was
-- seen, and the screen or picture that it kept. `m` is the markup: markdown.lua or html.lua.

local digest = require "digest"
local file = require "file"
local cells = require "dispatch.report_cells"
local receipt = require "dispatch.receipt"

local M = {}

local SHORT = 12                                 -- digits of a SHA-256 that a table shows

local function result(m, w)
    local got = w.receipt
    if got and w.arrived then return "unobservable, " .. m.strong "arrived" end
    if got then return got.receipt == "submitted" and got.receipt or m.strong(m.text(got.receipt)) end
    if w.in_doubt then return m.strong "in doubt" .. ": begun, no receipt" end
    if w.left_out then return "left out (-Workers)" end
    if w.done and w.done.how == "already" then return "done already, not sent" end
    if w.resumed then return m.text(w.resumed) .. ", not sent again" end
    return m.strong "not sent"
end

local function proof(m, w)
    local got = w.receipt
    if not got then return "" end
    local seen = got.seen or {}
    local reached = got.receipt == "unobservable" and "paste=" .. receipt.proof(seen) .. ": " or ""
    local blind = seen.field == "unread" and "; which of its fields has the focus cannot be read" or ""
    local clipboard = seen.clipboard and "; " .. m.text(seen.clipboard) or ""
    return reached .. m.text(got.why) .. blind .. clipboard
end

---@param s state
function M.table(s, m)
    return m.table({ "worker", "window", "SHA-256 of its text", "sent as", "receipt", "how far the proof reached" },
        cells.each_worker(s, function(name, w)
            local begun = w.begin or {}
            local window = w.window and ("%s %s"):format(m.text(w.window.title), m.code(("%d"):format(w.window.id)))
            local form = begun.mode and ("%s, %d bytes"):format(begun.mode, begun.bytes)
            local sha256 = begun.sha256 or w.prompt and w.prompt.sha256
            local kept = w.evidence and ": " .. cells.shown(s, m, w.evidence.path) or ""
            return { m.text(name), window or "", sha256 and m.code(sha256:sub(1, SHORT)) or "", form or "",
                result(m, w) .. kept, proof(m, w) }
        end))
end

-- ----------------------------------------------------------------------------------- what a kind of window can show

local KIND = { x11 = "an X11 window", tmux = "a pane of a program that agents.lua does not describe" }

---A line that explains `unobservable`, where a send reached what its window can show.
---@param s state
function M.limit(s, m)
    local reached, arrived = false, false
    cells.each_worker(s, function(_, w)
        local got = w.receipt
        if got and got.receipt == "unobservable" and not (got.seen or {}).stopped then
            reached, arrived = true, arrived or w.arrived
        end
    end)
    if not reached then return "" end
    return m.paragraph(m.prose(("`unobservable` is the best that %s can show: no fault of this run.%s See \"What each"
        .. " target can reach\" in dispatch's `docs/delivery.md`."):format(
        KIND[s.via and s.via.via] or "such a window",
        arrived and " `arrived`: its marker came, so the worker had its prompt." or "")))
end

-- --------------------------------------------------------------------------------------------------------- evidence

local EXPECTED = {
    check = "a window that can take a prompt now: its agent idle, no question, nothing in its composer",
    focus = "the window is the active one, and the input focus is in it",
    paste = "the window takes the whole text",
    settle = "the text shows in its composer",
    recheck = "the same window and program, still with the focus",
    submit = "the window takes the submit key",
    confirm = "the composer is empty after the key, or the agent says that it works",
}

local function expected(w)
    local seen = w.receipt and w.receipt.seen
    return EXPECTED[not seen and "check" or seen.stopped or "confirm"] or EXPECTED.confirm
end

---Why a window was refused that nothing was sent to: the step that looked at it says so.
local function refusal(s, name)
    local start = name .. ": "
    for _, step in ipairs(s.steps) do
        if step.message and step.message:sub(1, #start) == start then return step.message:sub(#start + 1) end
    end
    return "the run ended before it could be said"
end

---What was kept, when it still is what it was then.
local function bytes_of(evidence)
    local bytes = file.read(evidence.path)
    return bytes and digest.sha256(bytes) == evidence.sha256 and bytes or nil
end

local function kept(s, m, name, w)
    local path = w.evidence.path
    local bytes, beside = bytes_of(w.evidence), cells.beside(path)
    if not bytes or not beside then return m.paragraph("kept: " .. cells.shown(s, m, path)) end
    if w.evidence.kind == "screenshot" then
        return m.picture("what the window of " .. name .. " showed", beside, bytes)
    end
    return m.block((bytes:gsub("%s+$", "")), "text")
end

---@param s state
function M.evidence(s, m)
    return m.join(cells.each_worker(s, function(name, w)
        if not w.evidence then return nil end
        local word = w.receipt and w.receipt.receipt:gsub("_", " ") or "not sent"
        return m.section(("%s: %s"):format(name, word), m.join {
            m.table({ "", "" }, {
                { "expected", m.text(expected(w)) },
                { "seen", m.text(w.receipt and w.receipt.why or refusal(s, name)) },
                { "its window then", cells.shown(s, m, w.evidence.path) },
            }),
            kept(s, m, name, w) }, 3)
    end))
end

return M
