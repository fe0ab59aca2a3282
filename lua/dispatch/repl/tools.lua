-- tools.lua: what the prompt has beside the modules, each under its own name: for finding out why no window is found.

local clock = require "clock"
local term = require "term"
local desks = require "dispatch.repl.desks"
local explain = require "dispatch.repl.explain"
local help = require "dispatch.repl.help"
local mistake = require "dispatch.mistake"
local title = require "dispatch.title"
local watch = require "dispatch.repl.watch"
local wrap = require "dispatch.wrap"

local M = {}

local FLASH = 5                        -- seconds that a flash may take on a slow server

local function columns() return (term.size()) or 80 end

local function say(lines)
    for _, line in ipairs(lines) do print(line) end
end

local function want_token(token, usage)
    if type(token) ~= "string" or token == "" then
        mistake.raise(("%s: a title, or a part of one, is expected, in quotes"):format(usage))
    end
end

---Every window of every desktop here, each with the desktop's name in `via`.
---@param token? string only those that carry it or come near it
---@return repl.window[] windows
---@return string? message
---@return string? code ENODISPLAY: there is no desktop
function M.windows(token)
    local all, message, code = desks.windows()
    if not all then return nil, message, code end
    if token == nil then return all end
    want_token(token, 'windows "TOKEN"')
    local near = {}
    for i, each in ipairs(title.near_misses(all, token)) do near[i] = each.window end
    return near
end

---Says which windows a title means, and for each near miss why it is none.
---@param token string as HITECHOS_A_core_20261122_1
function M.explain(token)
    want_token(token, 'explain "TOKEN"')
    local all, message, code = desks.windows()
    if not all then return nil, message, code end
    say(explain.lines(all, token, columns()))
end

---Shows titles that carry a token or come near it as they change, until Enter or Ctrl-C.
---@param token string
---@param seconds? number at most; default: no end
---@return true? watched nothing at all after Enter, Ctrl-C or the time
---@return string? message
---@return string? code ENODISPLAY
function M.watch(token, seconds)
    want_token(token, 'watch "TOKEN"')
    local told, message, code = watch.run(token, seconds and clock.now() + seconds or math.huge, function(line)
        local lines = wrap.lines(line, columns(), (" "):rep(9))
        lines[1] = watch.time() .. lines[1]:sub(9)
        say(lines)
    end)
    if not told then return nil, message, code end
end

local function flash(w)
    local desktop = desks.desktop_of(w)
    if not desktop then return nil, "no desktop has this window any more; windows() lists what there is", "EGONE" end
    local named = w.title ~= "" and w.title or "a window without a title"
    return desktop:highlight({ id = w.id, pid = w.pid, token = named }, { deadline = clock.now() + FLASH })
end

---Flashes the border of a window, so that one sees which one is meant. On X11.
---@param w repl.window|string of windows(); or a token: each window that carries it
---@return true? flashed
---@return string? message
---@return string? code EGONE ENOWINDOW; EREFUSED: minimised, or on another workspace; EUNSUPPORTED: not on X11
function M.highlight(w)
    if type(w) == "table" and w.id then return flash(w) end
    want_token(w, 'highlight(windows()[1]), highlight "TOKEN"')
    local all, message, code = desks.windows()
    if not all then return nil, message, code end
    local any
    for _, each in ipairs(all) do
        if title.matches(each, w) then
            any, message, code = flash(each)
            if not any then return nil, message, code end
        end
    end
    if any then return true end
    return nil, ("no window has '%s' in its title; explain %q says more"):format(w, w), "ENOWINDOW"
end

---Says what a function is for, what it takes, answers and refuses.
---@param what? any a function, a module, a desktop; or a name: "window", "window.open", "desktop:list"
function M.help(...)
    local what = ...
    if select("#", ...) > 0 and what == nil then
        return say { "nil has no help: is the name right? help() lists what there is" }
    end
    say(help.about(what, columns()))
end

return M
