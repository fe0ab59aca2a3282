-- target.lua: may a prompt go to this window now, and in which form? Looks, and changes nothing.

local screens = require "dispatch.screens"

local M = {}

---The line that stands for a prompt which cannot be pasted whole.
---@param path string                             absolute
function M.pointer(path) return ('Read "%s" and do exactly what it says.'):format(path) end

---@return string? screen                         nil where it cannot be read
function M.screen(s)
    if not s.desktop.reads_text then return nil end
    return (s.desktop:screen_text(s.job.pin))
end

---The beginning of a text, for messages.
function M.excerpt(text)
    text = text:gsub("%s+", " ")
    return utf8.len(text) and utf8.len(text) > 60 and text:sub(1, utf8.offset(text, 61) - 1) .. "…" or text
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

---@param s {job: send_job, desktop: table, tables: table, cfg: table, find_again: function, seen: table}
---       gets agent, readable, mode ("full", "pointer", "key": our text is there already) and text
---@return true? ok, string? message, string? code     EREFUSED, EGONE, EINDOUBT
function M.check(s)
    local ok, message, code = s.desktop:check(s.job.pin)
    if code == "EGONE" then                      -- vanished before the paste: found again within the search's budget
        ok, message, code = s.find_again(s.job)
        if ok then ok, message, code = s.desktop:check(s.job.pin) end
    end
    if not ok then return nil, message, code end
    local screen = M.screen(s)
    s.agent = screens.recognise(s.tables, s.job.window, screen)
    s.readable = screen ~= nil and s.agent.composer ~= nil
    s.seen.agent, s.seen.relay = s.agent.name, s.job.window.relay or nil
    local question = screens.question(s.agent, screen)
    if question then return nil, question, "EREFUSED" end
    ok, message, code = choose_text(s)
    if ok then ok, message, code = check_draft(s, screen) end
    if not ok then return nil, message, code end
    return true
end

return M
