-- markdown.lua: data into a Markdown page. Whatever stands in a title or a message, the page keeps its shape.
-- html.lua has the same functions, so that whoever writes a page does not know which of the two it becomes.

local mermaid = require "dispatch.mermaid"

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
---@param markup? table                           whose text and code; default: these
---@return string
function M.prose(sentence, markup)
    local parts, code, m = {}, false, markup or M
    for part in (sentence .. "`"):gmatch "([^`]*)`" do
        parts[#parts + 1] = code and m.code(part) or m.text(part)
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

---@param inline string                           Markdown already
---@return string
function M.strong(inline) return "**" .. inline .. "**" end

---Lines as they are: a traceback, a screen.
---@param text string
---@param language? string                        what the fence says
---@return string
function M.block(text, language)
    local fence = "```"
    while text:find(fence, 1, true) do fence = fence .. "`" end
    return fence .. (language or "") .. "\n" .. text:gsub("[^%C\n\t]", " ") .. "\n" .. fence
end

---A path as a link's address: no character of it ends the link.
---@param path string
---@return string
function M.address(path)
    return (path:gsub("[^%w/._~:@-]", function(c) return ("%%%02X"):format(c:byte()) end))
end

---@param label string
---@param path string
---@return string
function M.link(label, path) return ("[%s](%s)"):format(M.text(label), M.address(path)) end

---@param label string
---@param path string                             of a picture beside the page
---@return string
function M.picture(label, path) return "!" .. M.link(label, path) end

---@param items string[]                          Markdown already
---@return string                                 "" without items
function M.list(items)
    local lines = {}
    for i, item in ipairs(items) do lines[i] = i .. ". " .. item end
    return table.concat(lines, "\n")
end

---@param sections table[]                        of timeline.of()
---@param ms number                               how long the whole of it is
---@return string
function M.chart(sections, ms) return M.block(mermaid.gantt(sections, ms), "mermaid") end

---@param title string                            plain
---@param body string
---@param level? integer                          default 2
---@return string                                 "" without a body
function M.section(title, body, level)
    if body == "" then return "" end
    return ("#"):rep(level or 2) .. " " .. M.text(title) .. "\n\n" .. body
end

---What is only looked at by whoever asks for it.
---@param summary string                          plain
---@param body string
---@return string
function M.fold(summary, body)
    return ("<details><summary>%s</summary>\n\n%s\n\n</details>"):format(M.text(summary), body)
end

---@param parts string[]                          paragraphs, tables, lists …; "" is left out
---@param between? string                         default: a blank line
---@return string
function M.join(parts, between)
    local kept = {}
    for _, part in ipairs(parts) do
        if part ~= "" then kept[#kept + 1] = part end
    end
    return table.concat(kept, between or "\n\n")
end

---@param inline string
---@return string
function M.paragraph(inline) return inline end

---The whole page.
---@param title string                            plain
---@param parts string[]
---@return string
function M.page(title, parts) return "# " .. M.text(title) .. "\n\n" .. M.join(parts) .. "\n" end

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
