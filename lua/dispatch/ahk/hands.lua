-- hands.lua: a desktop whose windows AutoHotkey focuses and whose keys it presses. All else is the desktop's own: it
-- lists and checks windows, and owns the clipboard, so that it sees who takes the text. receipt.lua decides on the same
-- facts as everywhere.

local keys = require "dispatch.ahk.keys"

local Hands = {}

---What only passes on: the desktop's own methods, and its fields.
function Hands.__index(self, name)
    if Hands[name] then return Hands[name] end
    local own = self.desktop[name]
    if type(own) ~= "function" then return own end
    local function passed(_, ...) return own(self.desktop, ...) end
    rawset(self, name, passed)
    return passed
end

local function order(self, word, pin, field, deadline)
    return self.script:order({ word, tostring(pin.id), field }, deadline)
end

---As desktop:focus. AutoHotkey makes it the active window; that the cursor is in its field is then seen by ourselves.
function Hands:focus(pin, options)
    local ok, message, code = order(self, "match", pin, pin.token, options.deadline)
    if ok then ok, message, code = order(self, "focus", pin, nil, options.deadline) end
    if not ok then return nil, message, code end
    return self.desktop:focus(pin, options)
end

---As desktop:paste. A chord whose outcome is not known counts as pressed: the reader of the text then tells.
function Hands:paste(pin, text, options)
    local message, code
    local taken, why, what = self.desktop:paste(pin, text, { deadline = options.deadline, keys = options.keys,
        press = function(chord)
            local written, ok, maybe
            written, message, code = keys.of_chord(chord)
            if not written then return false end
            ok, message, code, maybe = order(self, "press", pin, written, options.deadline)
            return ok or maybe or false
        end })
    if why then return taken, message or why, code or what end
    return taken
end

---As desktop:key. Not before the window took it may the focus go elsewhere, which would lose the key: the desktop sees
---to that.
function Hands:key(pin, chord, options)
    local written, message, code = keys.of_chord(chord)
    if not written then return nil, message, code end
    local maybe
    local taken, why, what = self.desktop:key(pin, chord, { deadline = options.deadline, press = function()
        local ok
        ok, message, code, maybe = order(self, "press", pin, written, options.deadline)
        return ok or maybe or false
    end })
    if maybe then return "unknown", message, code end
    if why then return nil, message or why, code or what end
    return taken
end

---As desktop:type.
function Hands:type(pin, text, options)
    local ok, message, code = self.desktop:check(pin)
    if ok then ok, message, code = order(self, "type", pin, text, options.deadline) end
    return ok, message, code
end

function Hands:close()
    self.script:close()
    self.desktop:close()
end

---@param desktop table           as window.open() answers it; closed with this one
---@param script ahk_script       closed with this one
return function(desktop, script) return setmetatable({ desktop = desktop, script = script }, Hands) end
