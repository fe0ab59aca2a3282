-- runtime.lua: the script that AutoHotkey runs, made of the template and the values of a run. The values are data: none
-- can end its literal. Prompts are not in it at all.

local file = require "file"
local host = require "host"

local M = {}

-- Before all else, so that no template forgets it: AutoHotkey shows its warnings in a dialog, and waits.
local QUIET = "#Warn All, OutputDebug\n"
local BOM = "\u{FEFF}"                           -- without it AutoHotkey v1 reads the system's code page, and says so
local ESCAPES = { ["`"] = "``", ['"'] = '`"', [";"] = "`;", ["\n"] = "`n", ["\r"] = "`r", ["\t"] = "`t" }

---A text as AutoHotkey v2 writes it ("Escape Sequences" and "Quoted string" of its manual).
---@param text string
---@return string? literal, string? message, string? code
function M.literal(text)
    if not utf8.len(text) or text:find "[%z\1-\8\11\12\14-\31\127]" then
        return nil, "a control character, or what is no UTF-8, cannot be written into a script", "EINVAL"
    end
    return '"' .. text:gsub('[`";\n\r\t]', ESCAPES) .. '"'
end

---@param template string
---@param name string                             of the template, for the message
---@param values {[1]: string, [2]: string}[]     name, text
---@return string? script, string? message, string? code      EINVAL
function M.make(template, name, values)
    local lines = {}
    for i, value in ipairs(values) do
        local literal, message, code = M.literal(value[2])
        if not literal then return nil, ("%s: %s"):format(value[1], message), code end
        lines[i] = ("%s := %s"):format(value[1], literal)
    end
    local text = table.concat(lines, "\n")
    local script, places = template:gsub("^" .. BOM, ""):gsub("\r\n", "\n"):gsub("\n;@[^\n]*", function()
        return "\n" .. text
    end)
    if places ~= 1 then
        return nil, ("%s: %d lines begin with ';@', and the values of a run take the place of one; "
            .. "remove or rename that file, and the built-in one is taken; `dispatch init` then writes a copy, to "
            .. "compare"):format(name, places), "EINVAL"
    end
    return BOM .. QUIET .. script
end

---The project's own template, else the built-in one.
---@param own? string                             path of the project's own
---@return string? template, string name_or_message, string? code       EACCES EIO: it is there and cannot be read
function M.template(own)
    local text, message, code = nil, nil, "ENOENT"
    if own then text, message, code = file.read(own) end
    if text then return text, own end
    if code ~= "ENOENT" then return nil, message, code end
    return host.source "templates/ahk_template.ahk", "ahk_template.ahk"
end

return M
