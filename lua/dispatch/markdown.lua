-- markdown.lua: data into a Markdown page. Whatever stands in a title or a message, the page keeps its shape.

local M = {}

---Text inside a line or a table cell: shown as it is, on one line.
---@param value any
---@return string
function M.text(value)
    local text = tostring(value)
    text = text:gsub("[\\`*%[%]|~]", "\\%0"):gsub("&", "&amp;"):gsub("<", "&lt;"):gsub(">", "&gt;")
    text = text:gsub("%f[_%w]_", "\\_"):gsub("_%f[^_%w]", "\\_")         -- inside a word it is no emphasis
    return (text:gsub("\r?\n", "<br>"):gsub("[%c\127]", " "))
end

---Text that begins a line: it begins no heading and no list.
---@param value any
---@return string
function M.line(value)
    return (M.text(value):gsub("^([#+-])", "\\%1"):gsub("^(%d+)([.)])", "%1\\%2"))
end

---A sentence of ours: what stands between `back-ticks` in it is code.
---@param sentence string
---@return string
function M.prose(sentence)
    local parts, code = {}, false
    for part in (sentence .. "`"):gmatch "([^`]*)`" do
        parts[#parts + 1] = code and M.code(part) or M.text(part)
        code = not code
    end
    return table.concat(parts)
end

---A piece of code in a line or a table cell.
---@param value any
---@return string
function M.code(value)
    local text = tostring(value):gsub("%c", " "):gsub("|", "\\|")
    if text == "" then return "" end
    local ticks = "`"
    while text:find(ticks, 1, true) do ticks = ticks .. "`" end
    if text:find "^`" or text:find "`$" then text = " " .. text .. " " end
    return ticks .. text .. ticks
end

---Lines as they are: a traceback.
---@param text string
---@return string
function M.block(text)
    local fence = "```"
    while text:find(fence, 1, true) do fence = fence .. "`" end
    return fence .. "\n" .. text:gsub("[^%C\n\t]", " ") .. "\n" .. fence
end

---@param label string
---@param path string
---@return string
function M.link(label, path)
    local safe = path:gsub("[^%w/._~:@-]", function(c) return ("%%%02X"):format(c:byte()) end)
    return ("[%s](%s)"):format(M.text(label), safe)
end

---@param head string[]                           an alignment may stand before a name: ">ms" is to the right
---@param rows string[][]                         cells that are Markdown already; nil cells are false
---@return string                                 "" without rows
function M.table(head, rows)
    if #rows == 0 then return "" end
    local lines, names, rule = {}, {}, {}
    for i, name in ipairs(head) do
        names[i] = name:gsub("^>", "")
        rule[i] = name:find "^>" and "---:" or "---"
    end
    lines[1] = "| " .. table.concat(names, " | ") .. " |"
    lines[2] = "| " .. table.concat(rule, " | ") .. " |"
    for _, row in ipairs(rows) do
        local cells = {}
        for i = 1, #head do cells[i] = row[i] or "" end
        lines[#lines + 1] = "| " .. table.concat(cells, " | ") .. " |"
    end
    return table.concat(lines, "\n")
end

return M
