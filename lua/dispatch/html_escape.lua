-- html_escape.lua: any bytes as text of an HTML page or of an attribute in quotes.

local ENTITY = { ["&"] = "&amp;", ["<"] = "&lt;", [">"] = "&gt;", ['"'] = "&quot;", ["'"] = "&#39;" }
local UNKNOWN = "\u{FFFD}"                       -- Unicode's sign for what is no character

local function valid(text)
    local parts, at = {}, 1
    while true do
        local length, bad = utf8.len(text, at)
        if length then break end
        parts[#parts + 1] = text:sub(at, bad - 1) .. UNKNOWN
        at = bad + 1
    end
    return table.concat(parts) .. text:sub(at)
end

---@param text string
---@return string                     UTF-8; tabs and new lines stay, other control characters become blanks
return function(text)
    return (valid(text):gsub("[&<>\"']", ENTITY):gsub("[^%C\n\t]", " "))
end
