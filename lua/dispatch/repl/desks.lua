-- desks.lua: the desktops of this machine as the REPL has them: opened on first touch, as -Via says, and opened anew
-- after one went away.

local carriers = require "dispatch.carriers"
local layout = require "dispatch.layout"
local title = require "dispatch.title"

local M = {}

local cfg = { via = "auto" }
local carrier, places

---What -Via and -TmuxSocket say; closes what was opened before.
---@param settings table
function M.use(settings)
    M.close()
    cfg = settings
end

function M.close()
    if carrier then carrier:close() end
    carrier = nil
end

---@class repl.place
---@field name string                 "x11", "tmux", "fake"
---@field desktop window.desktop

---@return repl.place[]? places
---@return string? message
---@return string? code               ENODISPLAY EUNSUPPORTED EINVAL
function M.places()
    if not carrier then
        local opened, message, code = carriers.open { cfg = cfg, root = (layout.find_root(cfg.root)),
            emit = function() return true end }
        if not opened then return nil, message, code end
        carrier, places = opened, {}
        for i, place in ipairs(opened.places or {}) do
            places[i] = { name = place.name:match "^%w+", desktop = place.desktop }
        end
    end
    return places
end

local window_class = {
    __name = "window",
    __tostring = function(w)
        local states = title.states(w)
        return ("%s: %s%s"):format(w.via, title.describe(w), states[1] and ": " .. table.concat(states, "; ") or "")
    end,
}

---@class repl.window: window.listed
---@field via string                  the desktop that it is on

---Every window of every desktop.
---@return repl.window[]? windows
---@return string? message, string? code
function M.windows()
    local found, message, code = M.places()
    if not found then return nil, message, code end
    local all = {}
    for _, place in ipairs(found) do
        local listed
        listed, message, code = place.desktop:list()
        if not listed then
            if code == "ENODISPLAY" then M.close() end        -- the next touch looks again
            return nil, ("%s: %s"):format(place.name, message), code
        end
        for _, w in ipairs(listed) do
            w.via = place.name
            all[#all + 1] = setmetatable(w, window_class)
        end
    end
    return all
end

---The desktop that a window is on.
---@param w table                     of windows(), or as desktop:list() gives it
---@return window.desktop?
function M.desktop_of(w)
    for _, place in ipairs(M.places() or {}) do
        if place.name == w.via then return place.desktop end
        for _, each in ipairs(not w.via and place.desktop:list() or {}) do
            if each.id == w.id and each.pid == w.pid then return place.desktop end
        end
    end
end

return M
