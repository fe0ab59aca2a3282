-- send.lua: one prompt into one pinned window, and everything that was seen while doing it.
--
--     check -> focus -> paste -> settle -> recheck -> submit -> confirm -> done
--                                             ^____________________|   the key again, 3 times at most
--
-- A state does one thing, writes what it saw into `seen`, and answers the name of the next state; or nil, message,
-- CODE. Nothing leads from `paste` back to a state before it: a text is pasted once, ever. What `seen` means is decided
-- in receipt.lua, for every carrier alike. No state sleeps: `pump` waits, and while it waits the crew sees markers,
-- closed windows and Ctrl-C.

local clock = require "clock"
local echo = require "dispatch.echo"
local screens = require "dispatch.screens"
local target = require "dispatch.target"

local M = {}

M.FOCUS_SECONDS, M.PASTE_SECONDS, M.KEY_SECONDS = 5, 10, 5
M.SHOW_SECONDS, M.CONFIRM_SECONDS, M.KEYS = 2, 2, 3
local LOOK_SECONDS = 0.02                        -- between two looks at a screen
local EMPTY_LOOKS = 3                            -- in a row: a screen may be looked at while it is drawn
local FOCUS_KEY_SECONDS = 0.2                    -- a palette or menu opens meanwhile
local SETTLE_MS = 300                            -- Enter up to 120 ms after an unbracketed paste becomes a newline

local READ = { whole = true, served = false }    -- did the program read the key? nil: nobody can say
local CHORDS = { enter = { "Return" }, ctrl_enter = { "ctrl+Return" }, both = { "Return", "ctrl+Return" } }

-- ------------------------------------------------------------------------------------------------------------- helpers

local function deadline(seconds) return clock.now() + seconds end

---Pauses. True, or nil, message, CODE.
local function pause(s, seconds)
    local _, message, code = s.pump(deadline(seconds), {})
    if code == "ETIMEOUT" then return true end
    return nil, message, code
end

---Asks until `test` answers something, or for `seconds`.
---@return any answer, string? message, string? code        code: the target is gone, or we were interrupted
local function ask(s, seconds, test)
    local last = deadline(seconds)
    while true do
        local answer, message, code = test()
        if answer or code or clock.now() >= last then return answer, message, code end
        local ok
        ok, message, code = pause(s, math.min(LOOK_SECONDS, last - clock.now()))
        if not ok then return nil, message, code end
    end
end

---Looks at the screen until `test` answers something, or for `seconds`. The title is not looked at: an agent that sets
---to work may change it.
---@return any answer, string? message, string? code        code: the target is gone, or we were interrupted
local function look(s, seconds, test)
    return ask(s, seconds, function()
        local screen, message, code = target.screen(s)
        if not screen then return nil, message, code end
        return test(screen)
    end)
end

-- -------------------------------------------------------------------------------------------------------------- states

local state = {}

function state.check(s)
    local ok, message, code = target.ready(s)
    if not ok then return nil, message, code end
    return "focus"
end

local function focus(s)
    local ok, message, code
    for try = 1, s.cfg.focus_retries + 1 do
        s.seen.focus_tries = try
        ok, message, code = s.desktop:focus(s.job.pin, { deadline = deadline(M.FOCUS_SECONDS) })
        if ok or code ~= "EFOCUS" and code ~= "ETIMEOUT" then return ok, message, code end
    end
    local tries = s.seen.focus_tries
    return nil, ("the chat could not be focused in %d attempt%s: %s"):format(tries, tries == 1 and "" or "s", message),
        "EFOCUS"
end

function state.focus(s)
    local ok, message, code = focus(s)
    if s.desktop.exclusive and not s.readable then s.seen.field = "unread" end
    local keys = s.cfg.focus_keys or screens.keys(s.tables, "focus_keys", s.agent, s.job.window) or {}
    for _, key in ipairs(keys) do                -- each goes to the pinned window or to nobody
        local until_then = { deadline = deadline(M.KEY_SECONDS) }
        if not message and key.chord then ok, message, code = s.desktop:key(s.job.pin, key.chord, until_then) end
        if not message and key.text then ok, message, code = s.desktop:type(s.job.pin, key.text, until_then) end
        if not message then ok, message, code = pause(s, FOCUS_KEY_SECONDS) end
    end
    if not ok or message then return nil, message, code end
    return "paste"
end

---The user should hear of a clipboard that will not come back.
local function tell_unsaved(s)
    local why = s.desktop:unsaved()
    if not why then return end
    s.seen.clipboard = why
    s.emit("warning", { code = "ECLIPBOARD", worker = s.job.worker, message = why })
end

function state.paste(s)
    local ok, message, code = s.emit("send.begin", { worker = s.job.worker, sha256 = s.job.sha256, bytes = #s.text,
        mode = s.mode, target = { id = s.job.pin.id, pid = s.job.pin.pid } })    -- on the disk before the act: whoever
    if not ok then return nil, message, code end                                 -- is killed from here on is in doubt
    if s.mode == "key" then return "recheck" end
    s.seen.taken, message, code = s.desktop:paste(s.job.pin, s.text, { deadline = deadline(M.PASTE_SECONDS),
        keys = s.cfg.paste_keys or screens.keys(s.tables, "paste_keys", s.agent, s.job.window) })
    s.seen.reader = s.desktop:reader()
    tell_unsaved(s)
    if message then return nil, message, code end
    return "settle"
end

---Our text, and nothing else, in its composer, and no question on the screen that would take the key for its answer.
---@return string? screen, string? message, string? code
local function wait_until_shown(s)
    local question
    local screen, message, code = look(s, M.SHOW_SECONDS, function(now)
        question = screens.question(s.agent, now)
        return (question or screens.shows(s.agent, now, s.text)) and now
    end)
    s.seen.shown = screen ~= nil and not question
    if question then return nil, question, "EREFUSED" end
    if screen or code then return screen, message, code end
    local instead = screens.composer(s.agent, target.screen(s))
    return nil, (instead and instead ~= "" and ("its composer shows something else than was pasted: '%s'"):format(
        target.excerpt(instead)) or "the pasted text never showed in its composer"), "ENOTSENT"
end

---A slow program has so long to take the text; less where it tells that it has it.
local function settle(s, seconds)
    if s.readable then return seconds <= 0 or pause(s, seconds) end
    local last, shown, mute = deadline(seconds), false, false
    local _, message, code = ask(s, seconds, function()
        shown, mute = echo.shows(s)
        return shown or mute
    end)
    if code then return nil, message, code end
    if clock.now() >= last or shown and s.cfg.settle_ms == "auto" then return true end
    return pause(s, last - clock.now())
end

function state.settle(s)
    local ms = s.cfg.settle_ms
    if s.readable then
        local ok, message, code = wait_until_shown(s)
        if not ok then return nil, message, code end
    end
    if ms == "auto" then
        local proven = s.readable or s.agent.bracketed and s.seen.taken == "whole" and s.desktop.same_queue
        ms = proven and 0 or SETTLE_MS
    end
    local ok, message, code = settle(s, ms / 1000)
    if not ok then return nil, message, code end
    return "recheck"
end

function state.recheck(s)
    local ok, message, code = s.desktop:check(s.job.pin)
    if not ok then return nil, message, code end
    return "submit"
end

---The last look: what somebody typed meanwhile would go with our text.
---@return string? screen                         nil without a message: it cannot be read
---@return string? message, string? code
local function look_before_key(s)
    if s.readable then return wait_until_shown(s) end
    local screen = target.screen(s)
    local question = screens.question(s.agent, screen)
    if question then return nil, question, "EREFUSED" end
    return screen
end

function state.submit(s)
    local screen, why, what = look_before_key(s)
    if why then return nil, why, what end
    if s.seen.keys == 0 then                     -- what the pasted text itself shows is no sign of work
        s.signs = screens.signs(s.agent, screen, s.job.sha256)
    end
    local chords = CHORDS[s.cfg.send_mode]
    local answer, message, code = s.desktop:key(s.job.pin, chords[s.seen.keys % #chords + 1],
        { deadline = deadline(M.KEY_SECONDS) })
    if message then
        s.seen.key = answer                      -- "unknown": it may have gone out
        return nil, message, code
    end
    s.seen.keys, s.seen.read = s.seen.keys + 1, READ[answer]
    if not s.readable and s.seen.keys < #chords then return "recheck" end        -- blind `both`: both keys
    return "confirm"
end

---Of a composer that cannot be read, and that told our text before the key.
local function confirm_echo(s)
    local empty, message, code = s.echo, nil, nil
    if s.echo then empty, message, code = ask(s, M.CONFIRM_SECONDS, echo.emptied(s)) end
    if code then return nil, message, code end
    if empty then s.seen.composer = "empty" end
    return "done"
end

function state.confirm(s)
    s.seen.composer = "unknown"
    if not s.readable then return confirm_echo(s) end
    local empty = 0
    local _, message, code = look(s, M.CONFIRM_SECONDS, function(screen)
        if screens.signs(s.agent, screen, s.job.sha256) > s.signs then s.seen.signal = "working" end
        empty = screens.composer(s.agent, screen) == "" and empty + 1 or 0
        if empty == EMPTY_LOOKS then s.seen.composer = "empty" end
        return s.seen.signal or s.seen.composer == "empty"
    end)
    if code then return nil, message, code end
    if s.seen.signal or s.seen.composer == "empty" then return "done" end
    local screen = target.screen(s)
    if screens.shows(s.agent, screen or "", s.text) then s.seen.composer = "text" end
    local idle = not screens.busy(s.agent, screen)
    local waits = s.seen.read == false           -- for the program: more keys would answer what it asks later
    if s.seen.composer == "text" and idle and not waits and s.seen.keys < M.KEYS then return "recheck" end
    return "done"
end

-- ------------------------------------------------------------------------------------------------------------ the send

---@class send_job
---@field worker string
---@field title string
---@field text string                             what the agent shall get
---@field sha256 string                           of text
---@field prompt_path string                      absolute path of the file that a pointer names
---@field pin table                               {id, pid, token}, by find.lua
---@field window table                            as the desktop listed it
---@field earlier? earlier                        what an earlier attempt did (journal.lua)

---Sends one prompt to the window that find.lua pinned.
---@param job send_job
---@param o {desktop: table, tables: table, cfg: table, pump: function, emit: function, find_again: function,
---       ready_by: number}                      ready_by: how long a busy agent is waited for
---@return seen                                   facts for receipt.decide(), with ms of each phase
function M.one(job, o)
    local s = { job = job, desktop = o.desktop, tables = o.tables, cfg = o.cfg, pump = o.pump, emit = o.emit,
        find_again = o.find_again, ready_by = o.ready_by, seen = { keys = 0, ms = {} } }
    local at, name = clock.now(), "check"
    while name ~= "done" do
        local was = name
        o.emit("send.phase", { worker = job.worker, phase = was })
        local message, code
        name, message, code = state[was](s)
        local now = clock.now()
        s.seen.ms[was] = (s.seen.ms[was] or 0) + (now - at) * 1000
        at = now
        if not name then
            s.seen.stopped, s.seen.why, s.seen.code = was, message, code
            break
        end
    end
    return s.seen
end

return M
