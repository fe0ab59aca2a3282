-- keys.lua: a chord as AutoHotkey's Send writes it ("Send", key list).

local values = require "dispatch.values"

local M = {}

local MODIFIERS = { ctrl = "^", shift = "+", alt = "!", super = "#" }
-- Names as X11 has them (keysymdef.h), and AutoHotkey's.
local NAMES = { Return = "Enter", KP_Enter = "NumpadEnter", Tab = "Tab", Escape = "Escape", Insert = "Insert",
    Delete = "Delete", BackSpace = "Backspace", Home = "Home", End = "End", Left = "Left", Up = "Up", Right = "Right",
    Down = "Down", Page_Up = "PgUp", Prior = "PgUp", Page_Down = "PgDn", Next = "PgDn", space = "Space",
    Menu = "AppsKey", plus = "+", minus = "-", comma = ",", period = ".", slash = "/" }

---@param chord string            "Return", "ctrl+shift+v"
---@return string? keys           "{Enter}", "^+{v}"
---@return string? message, string? code          EINVAL
function M.of_chord(chord)
    chord = values.chord(chord) or chord         -- "enter" is Return
    local modifiers, key = "", chord
    for word in chord:gmatch "(%a+)%+" do
        if not MODIFIERS[word] then return nil, ("'%s': '%s' is no modifier"):format(chord, word), "EINVAL" end
        modifiers, key = modifiers .. MODIFIERS[word], key:sub(#word + 2)
    end
    local name = NAMES[key] or (key:find "^%w$" and key:lower()) or key:match "^F%d%d?$"
    if not name then return nil, ("'%s': AutoHotkey has no key '%s'"):format(chord, key), "EINVAL" end
    return modifiers .. "{" .. name .. "}"
end

return M
