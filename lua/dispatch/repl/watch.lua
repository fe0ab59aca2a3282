-- watch.lua: titles that carry a token or come near it, as they come, change and go.

local clock = require "clock"
local term = require "term"
local wait = require "wait"
local desks = require "dispatch.repl.desks"
local title = require "dispatch.title"

local M = {}

---What is near, by desktop and window.
---@param windows repl.window[]
---@param token string
---@return table<string, {window: repl.window, said: string}> near
function M.look(windows, token)
    local near = {}
    for _, each in ipairs(title.near_misses(windows, token)) do
        local w = each.window
        near[("%s %d"):format(w.via, w.id)] = { window = w, said = ("%s: %s: %s%s"):format(w.via, title.describe(w),
            each.matches and "matches" or "near", each.reason and ": " .. each.reason or "") }
    end
    return near
end

local function sorted(map)
    local keys = {}
    for key in pairs(map) do keys[#keys + 1] = key end
    table.sort(keys)
    return keys
end

---What changed between two looks. Pure.
---@return string[] lines             "+ …" came, "~ …" is different, "- …" went or does not come near any more
function M.difference(before, after)
    local out = {}
    for _, key in ipairs(sorted(after)) do
        local was = before[key]
        if not was then
            out[#out + 1] = "+ " .. after[key].said
        elseif was.said ~= after[key].said then
            out[#out + 1] = "~ " .. after[key].said
        end
    end
    for _, key in ipairs(sorted(before)) do
        if not after[key] then out[#out + 1] = "- " .. before[key].said end
    end
    return out
end

---The sources of all desktops, and the keyboard's where there is one.
local function sources(keyboard)
    local set = wait.set()
    for _, place in ipairs(desks.places() or {}) do set:add(place.desktop:changes(), "changes") end
    if keyboard then set:add(keyboard, "key") end
    return set
end

local function keyboard()
    return term.is_tty "in" and term.is_tty "out" and term.input() or nil
end

---Shows the present state, then each change, until Enter, Ctrl-C or the deadline.
---@param token string
---@param deadline number
---@param say fun(line: string)
---@return true? watched
---@return string? message, string? code          ENODISPLAY
function M.run(token, deadline, say)
    local windows, message, code = desks.windows()
    if not windows then return nil, message, code end
    local set <close> = sources(keyboard())
    local near = {}
    while true do
        local now = M.look(windows, token)
        for _, line in ipairs(M.difference(near, now)) do say(line) end
        near = now
        local owner, problem, why = set:next(deadline)
        if owner == "key" and term.read() then return true end
        if not owner and (why == "ETIMEOUT" or why == "EINTR") then return true end
        if not owner then return nil, problem, why end
        windows, message, code = desks.windows()
        if not windows then return nil, message, code end
    end
end

---The time of day, for a line.
---@return string
function M.time() return os.date("%H:%M:%S", math.floor(clock.wall())) --[[@as string]] end

return M
