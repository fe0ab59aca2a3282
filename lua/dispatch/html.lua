-- html.lua: data into an HTML page that stands alone: no script, nothing from outside, pictures inside. Whatever stands
-- in a title or a message, it is text. The same functions as markdown.lua, so that whoever writes a page does not know
-- which of the two it becomes.

local base64 = require "dispatch.base64"
local chart = require "dispatch.html_chart"
local escape = require "dispatch.html_escape"
local host = require "host"
local markdown = require "dispatch.markdown"

local M = {}

-- The browser itself holds the page to what this file promises.
local HEAD = [[
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<title>%s</title>
<style>
%s</style>
</head>
<body>
<main>
]]

---Text inside a line or a cell.
---@param value any
---@return string
function M.text(value)
    return (escape(tostring(value):gsub("\r\n", "\n")):gsub("\n", "<br>"))
end

M.line = M.text

---@param sentence string             what stands between `back-ticks` in it is code
---@return string
function M.prose(sentence) return markdown.prose(sentence, M) end

local SHORT = 20                                 -- letters of code that stay on one line

---@param value any
---@return string
function M.code(value)
    local text = tostring(value):gsub("%c", " ")
    if text == "" then return "" end
    return (#text <= SHORT and '<code class="short">' or "<code>") .. escape(text) .. "</code>"
end

---@param inline string               HTML already
---@return string
function M.strong(inline) return "<strong>" .. inline .. "</strong>" end

---@param text string
---@return string
function M.block(text) return "<pre>" .. escape(text) .. "</pre>" end

---@param label string
---@param path string                 of a file beside the page
---@return string
function M.link(label, path) return ('<a href="%s">%s</a>'):format(escape(markdown.address(path)), M.text(label)) end

---@param label string
---@param bytes string                of a PNG
---@return string
function M.picture(label, _, bytes)
    return ('<p><img alt="%s" src="data:image/png;base64,%s"></p>'):format(escape(label), base64.encode(bytes))
end

---@param inline string
---@return string
function M.paragraph(inline) return "<p>" .. inline .. "</p>" end

---@param items string[]
---@return string
function M.list(items)
    return #items > 0 and "<ol><li>" .. table.concat(items, "</li>\n<li>") .. "</li></ol>" or ""
end

M.chart = chart.svg

---@param title string
---@param body string
---@param level? integer              default 2
---@return string                     "" without a body
function M.section(title, body, level)
    if body == "" then return "" end
    return ("<section>\n<h%d>%s</h%d>\n%s\n</section>"):format(level or 2, M.text(title), level or 2, body)
end

---@param summary string
---@param body string
---@return string
function M.fold(summary, body)
    return ("<details><summary>%s</summary>\n%s\n</details>"):format(M.text(summary), body)
end

---@param parts string[]
---@return string
function M.join(parts) return markdown.join(parts, "\n") end

---A cell. It carries its column's name: on a narrow screen a row becomes a list of cells (report.css).
local function cell(name, inline, first)
    local plain = name:gsub("^>", "")
    local tag, marks = first and "th" or "td", first and ' scope="row"' or ""
    if name:find "^>" then marks = marks .. ' class="number"' end
    if plain ~= "" then marks = ('%s data-name="%s"'):format(marks, escape(plain)) end
    return ("<%s%s>%s</%s>"):format(tag, marks, inline, tag)
end

local function row_of(head, cells)
    local parts = {}
    for i, name in ipairs(head) do parts[i] = cell(name, cells[i] or "", i == 1) end
    return "<tr>" .. table.concat(parts) .. "</tr>"
end

---@param head string[]               ">ms" is to the right; all of them empty: a list of names and values
---@param rows string[][]
---@return string                     "" without rows
function M.table(head, rows)
    if #rows == 0 then return "" end
    local lines, names = {}, {}
    for i, name in ipairs(head) do
        names[i] = ('<th scope="col"%s>%s</th>'):format(name:find "^>" and ' class="number"' or "",
            escape((name:gsub("^>", ""))))
    end
    local named = table.concat(head) ~= ""
    lines[1] = named and "<table>\n<thead><tr>" .. table.concat(names) .. "</tr></thead>\n<tbody>"
        or '<table class="facts">\n<tbody>'
    for _, row in ipairs(rows) do lines[#lines + 1] = row_of(head, row) end
    lines[#lines + 1] = "</tbody>\n</table>"
    return table.concat(lines, "\n")
end

---@param title string
---@param parts string[]
---@param good boolean                whether the run passed
---@return string
function M.page(title, parts, good)
    return HEAD:format(escape(title), host.source "templates/report.css")
        .. ('<h1 class="%s">%s</h1>\n'):format(good and "good" or "stopped", M.text(title))
        .. M.join(parts) .. "\n</main>\n</body>\n</html>\n"
end

return M
