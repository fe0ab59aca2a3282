-- man.lua: dispatch(1), the man page, from docs/manual.md. A converter of our own, since a table of settings must
-- become tagged paragraphs on a terminal (lowdown makes it a box of five columns, with flags and variables broken
-- in the middle), and since a build then needs nothing that is not there.

local host = require "host"
local markdown = require "generate.markdown"
local wrap = require "dispatch.wrap"

local M = {}

local COLUMNS = 78

-- ------------------------------------------------------------------------------------------------ characters and lines

-- groff_char(7): these would be taken for a request, or made typographic.
local SPECIAL = { ["\\"] = "\\e", ["-"] = "\\-", ["'"] = "\\(aq", ["`"] = "\\(ga", ["^"] = "\\(ha", ["~"] = "\\(ti" }

local function literal(text) return (text:gsub("[\\%-'`^~]", SPECIAL)) end

local function plain(text) return (text:gsub("\\", "\\e")) end

---A line that begins like a request is none.
local function guarded(line) return (line:gsub("^[.']", "\\&%0")) end

---The text of Markdown in a line, with fonts. Blanks inside code do not end a line.
local function inline(text)
    local out = {}
    for i, span in ipairs(markdown.spans(text)) do
        if span.kind == "code" then
            out[i] = "\\fB" .. literal(span.text) .. "\\fR"
        elseif span.kind == "strong" then
            out[i] = "\\fB" .. literal((span.text:gsub("`", ""))) .. "\\fR"
        elseif span.kind == "emphasis" then
            out[i] = "\\fI" .. plain(span.text) .. "\\fR"
        else
            out[i] = plain((span.text:gsub("`", "")))
        end
    end
    return table.concat(out)
end

local function flowing(text, out)
    for _, line in ipairs(wrap.lines(inline(text), COLUMNS)) do out[#out + 1] = guarded(line) end
end

-- -------------------------------------------------------------------------------------------------------------- blocks

local put = {}

---A section begins a paragraph already.
local function paragraph_mark(out)
    if not out[#out]:find "^%.S[HS] " then out[#out + 1] = ".PP" end
end

function put.heading(block, out)
    if block.level == 1 then return end
    local section = block.level == 2
    out[#out + 1] = (section and ".SH " or ".SS ") .. inline(section and block.text:upper() or block.text)
end

---A paragraph that begins with **a command** has it for its tag.
function put.paragraph(block, out)
    local tag, rest = block.text:match "^(%*%*.-%*%*),? +(.*)$"
    if not tag then
        paragraph_mark(out)
        flowing(block.text, out)
        return
    end
    out[#out + 1] = ".TP"
    out[#out + 1] = guarded(inline(tag))
    flowing(rest, out)
end

function put.item(block, out)
    out[#out + 1] = block.number and (".IP %s. 4"):format(block.number) or ".IP \\(bu 2"
    flowing(block.text, out)
end

function put.code(block, out)
    paragraph_mark(out)
    out[#out + 1] = ".EX"
    for line in block.text:gmatch "(.-)\n" do out[#out + 1] = guarded(literal(line)) end
    out[#out + 1] = ".EE"
end

---Each row is a tagged paragraph: the first cell, then the last; what stands between them follows with its heading.
put["table"] = function(block, out)
    for _, row in ipairs(block.rows) do
        local cells, more = row.cells, {}
        for i = 2, #cells - 1 do
            if cells[i] ~= "" then more[#more + 1] = block.head[i] .. ": " .. cells[i] end
        end
        out[#out + 1] = ".TP"
        out[#out + 1] = guarded(inline(cells[1]))
        flowing(cells[#cells], out)
        if more[1] then
            out[#out + 1] = ".br"
            flowing(table.concat(more, "; "), out)
        end
    end
end

function put.comment() end

-- ---------------------------------------------------------------------------------------------------------------- page

---@param manual string                the text of docs/manual.md
---@param date string                  YYYY-MM-DD
---@return string? page                for man(7)
---@return string? message             the manual has something that this cannot say
function M.page(manual, date)
    local blocks = markdown.read(manual)
    local title, first, usage = blocks[1], blocks[2], blocks[3]
    local summary = first and first.kind == "paragraph" and first.text:match "^`dispatch` (.-)%.$"
    if not summary or title.kind ~= "heading" or not usage or usage.kind ~= "code" then
        return nil, "manual.md: must begin with a heading, a sentence '`dispatch` … .' and a block that shows its usage"
    end
    local out = { ".\\\" made by docs/generate.lua from docs/manual.md: edit that",
        ('.TH DISPATCH 1 "%s" "dispatch %s" "User Commands"'):format(date, host.version), ".SH NAME",
        "dispatch \\- " .. plain(summary), ".SH SYNOPSIS" }
    put.code(usage, out)
    for i = 4, #blocks do
        local block = blocks[i]
        if not put[block.kind] then
            return nil, ("manual.md:%d: the man page cannot have %s"):format(block.line, block.kind)
        end
        put[block.kind](block, out)
    end
    return table.concat(out, "\n") .. "\n"
end

return M
