-- target.lua: may a prompt go to this window now, and in which form? Looks and waits, and changes nothing.

local clock = require "clock"
local screens = require "dispatch.screens"
local text = require "dispatch.text"

local M = {}

local LOOK_SECONDS = 0.1                          -- between two looks at an agent that is not ready

---The line that stands for a prompt which cannot be pasted whole.
---@param path string                             absolute
function M.pointer(path) return ('Read "%s" and do exactly what it says.'):format(path) end

---What the window shows; the job keeps it, for when the window is gone.
---@return string? screen                         nil where it cannot be read; of some desktops only the field for text
---@return string? message, string? code
function M.screen(s)
    if not (s.desktop.reads_text or s.desktop.reads_field) then return nil end
    local screen, message, code = s.desktop:screen_text(s.job.pin)
    s.job.screen = screen or s.job.screen
    return screen, message, code
end

---The beginning of a text, for messages.
function M.excerpt(words)
    words = words:gsub("%s+", " ")
    return utf8.len(words) and utf8.len(words) > 60 and words:sub(1, utf8.offset(words, 61) - 1) .. "…" or words
end

---What is pasted: the whole text, or the line that points at its file.
local function choose_text(s)
    local job, agent = s.job, s.agent
    local mode = s.cfg.prompt_mode
    local one = agent.bracketed ~= false
        or not job.text:find "\n" and #job.text <= (agent.longest or math.huge)
    if mode == "full" and not one then
        return nil, ("%s takes line by line: the prompt would not arrive as one text; leave out -PromptMode full")
            :format(agent.name), "EREFUSED"
    end
    s.mode = (mode == "pointer" or mode == "auto" and not one) and "pointer" or "full"
    s.text = s.mode == "full" and job.text or M.pointer(job.prompt_path)
    return true
end

---Text in the composer is somebody's draft, but for our own from an earlier attempt: then only the key is missing.
local function check_draft(s, screen)
    local draft = screens.composer(s.agent, screen)
    local ours = screens.shows(s.agent, screen or "", s.text)
    local earlier = s.job.earlier
    if ours == "text" or ours and earlier and earlier.sha256 == s.job.sha256 then
        s.mode, s.seen.taken, s.seen.shown = "key", "whole", true
        return true
    elseif draft and draft ~= "" then
        return nil, ("text is in its composer already: '%s'; submit it or clear it"):format(M.excerpt(draft)),
            "EREFUSED"
    elseif earlier and earlier.kind == "maybe" and not s.cfg.resend then
        return nil, ("its text was pasted in attempt %d and not submitted, and is not to be seen in its composer now")
            :format(earlier.attempt), "EINDOUBT"
    end
    return true
end

---What passes by itself: an agent that starts, or is at work on something else. The submit key would add the prompt to
---that work, or be lost.
---@return string? why
local function not_yet(s, screen)
    if not s.readable then return nil end
    local line = screens.busy(s.agent, screen)
    if line then return ("%s is at work: '%s'"):format(s.agent.name, M.excerpt(line:gsub("^%s+", ""))) end
    if not screens.composer(s.agent, screen) then return s.agent.name .. " shows no composer" end
end

---@param s {job: send_job, desktop: table, tables: table, cfg: table, find_again: function, seen: table}
---       gets agent, readable, mode ("full", "pointer", "key": our text is there already) and text
---@return true? ok, string? message, string? code     EREFUSED, EGONE, EINDOUBT
---@return boolean? later                         it may pass by itself
function M.check(s)
    local ok, message, code = s.desktop:check(s.job.pin)
    if code == "EGONE" then                      -- vanished before the paste: found again within the search's budget
        ok, message, code = s.find_again(s.job)
        if ok then ok, message, code = s.desktop:check(s.job.pin) end
    end
    if not ok then return nil, message, code end
    local screen = M.screen(s)
    s.agent = screens.recognise(s.tables, s.job.window, screen, s.desktop.reads_field)
    s.readable = screen ~= nil and s.agent.composer ~= nil
    s.seen.agent, s.seen.relay = s.agent.name, s.job.window.relay or nil
    local question = screens.question(s.agent, screen)
    if question then return nil, question, "EREFUSED" end
    local why = not_yet(s, screen)
    if why then return nil, why, "EREFUSED", true end
    ok, message, code = choose_text(s)
    if ok then ok, message, code = check_draft(s, screen) end
    if not ok then return nil, message, code end
    return true
end

---What the desktop lists of it now: a program that starts another one changes its name.
local function look_again(s)
    for _, window in ipairs(s.desktop:list() or {}) do
        if window.id == s.job.pin.id then s.job.window = window end
    end
end

---The same, but waits for what passes by itself, at most until s.ready_by.
---@param s table                                 also: pump, emit, ready_by
---@return true? ok, string? message, string? code
function M.ready(s)
    local began, told = clock.now(), nil
    while true do
        local ok, message, code, later = M.check(s)
        if ok and told then s.emit("target.ready", { worker = s.job.worker }) end
        if not later then return ok, message, code end
        local now = clock.now()
        if now >= s.ready_by then
            return nil, ("%s; waited %s for it: let it come to its composer, or end its work"):format(message,
                text.duration((now - began) * 1000)), code
        end
        if message ~= told then s.emit("target.waits", { worker = s.job.worker, why = message }) end
        told = message
        local _, why, what = s.pump(math.min(now + LOOK_SECONDS, s.ready_by), {})
        if what ~= "ETIMEOUT" then return nil, why, what end
        look_again(s)
    end
end

return M
