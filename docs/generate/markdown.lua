-- markdown.lua: a page of ours as a list of blocks. Knows as much of Markdown as our pages use; the man page and the
-- test that runs the blocks read through it.

local M = {}

---@class block
---@field kind "heading"|"paragraph"|"code"|"indented"|"table"|"item"|"comment"
---@field line integer                 of the page, from 1: its first
---@field text? string                 a heading, paragraph, item or comment: one line; code: as it is, with newlines
---@field level? integer               of a heading, from 1
---@field number? string               of an item in an ordered list
---@field language? string             of code: the first word behind its fence; "" without one
---@field words? string                of code: what follows that word
---@field open? boolean                of code: its fence is never closed
---@field head? string[]               of a table
---@field rows? {cells: string[], line: integer}[]

local function trim(text) return (text:match "^%s*(.-)%s*$") end

-- The cells of a table's line. A bar inside `code` or behind a backslash parts nothing.
local function cells_of(line)
    local cells, cell, in_code = {}, {}, false
    local inside = trim(line):gsub("^|", ""):gsub("|$", "")
    local at = 1
    while at <= #inside do
        local char = inside:sub(at, at)
        if char == "\\" and inside:sub(at + 1, at + 1) == "|" then
            char, at = "|", at + 1
        elseif char == "`" then
            in_code = not in_code
        elseif char == "|" and not in_code then
            cells[#cells + 1], cell, char = trim(table.concat(cell)), {}, ""
        end
        cell[#cell + 1], at = char, at + 1
    end
    cells[#cells + 1] = trim(table.concat(cell))
    return cells
end

---One of these takes the block that begins at lines[at], and answers it and the first line behind it.
local takers = {}

function takers.comment(lines, at)
    if not lines[at]:find "^%s*<!%-%-" then return nil end
    local last = at
    while lines[last] and not lines[last]:find("-->", 1, true) do last = last + 1 end
    local text = table.concat(lines, " ", at, math.min(last, #lines))
    return { kind = "comment", text = trim(text:match "<!%-%-(.-)%-%->" or text) }, last + 1
end

function takers.code(lines, at)
    local indent, fence, info = lines[at]:match "^(%s*)(````*)%s*([^`]*)$"
    if not fence then return nil end
    local language, words = trim(info):match "^(%S*)%s*(.*)$"
    local text, last = {}, at + 1
    while lines[last] and trim(lines[last]) ~= fence do
        text[#text + 1] = lines[last]:gsub("^" .. indent, "") .. "\n"
        last = last + 1
    end
    return { kind = "code", language = language, words = words, text = table.concat(text), open = not lines[last] },
        last + 1
end

function takers.heading(lines, at)
    local marks, text = lines[at]:match "^(#+) +(.*)$"
    if marks then return { kind = "heading", level = #marks, text = trim(text) }, at + 1 end
end

function takers.table(lines, at)
    if not (lines[at]:find "^|" and lines[at + 1] and lines[at + 1]:find "^|[-:| ]+|%s*$") then return nil end
    local found, last = { kind = "table", head = cells_of(lines[at]), rows = {} }, at + 2
    while lines[last] and lines[last]:find "^|" do
        found.rows[#found.rows + 1] = { cells = cells_of(lines[last]), line = last }
        last = last + 1
    end
    return found, last
end

local function begins_item(line) return line:match "^([-*]) +(.*)$" end

local function begins_numbered(line) return line:match "^(%d+)%. +(.*)$" end

local function begins_block(lines, at)
    return lines[at]:find "^%s*$" or lines[at]:find "^%s*```" or lines[at]:find "^#+ " or lines[at]:find "^|"
        or lines[at]:find "^<!%-%-" or begins_item(lines[at]) or begins_numbered(lines[at])
end

local function flowing(lines, at, first)
    local words, last = { first }, at + 1
    while lines[last] and not begins_block(lines, last) do
        words[#words + 1] = trim(lines[last])
        last = last + 1
    end
    return table.concat(words, " "), last
end

function takers.item(lines, at)
    local mark, first = begins_item(lines[at])
    if not mark then mark, first = begins_numbered(lines[at]) end
    if not mark then return nil end
    local text, last = flowing(lines, at, first)
    return { kind = "item", number = mark:match "%d+", text = text }, last
end

---@param before? block
function takers.indented(lines, at, before)
    if not lines[at]:find "^    " then return nil end
    local text, last = {}, at
    while lines[last] and lines[last]:find "^    " do
        text[#text + 1] = lines[last]:sub(5) .. "\n"
        last = last + 1
    end
    -- Below an item it is another paragraph of that.
    local kind = before and before.kind == "item" and "paragraph" or "indented"
    text = table.concat(text)
    return { kind = kind, text = kind == "indented" and text or trim((text:gsub("\n *", " "))) }, last
end

function takers.paragraph(lines, at)
    local text, last = flowing(lines, at, trim(lines[at]))
    return { kind = "paragraph", text = text }, last
end

local ORDER = { "comment", "code", "heading", "table", "item", "indented", "paragraph" }

---@param text string                  a page
---@return block[]
function M.read(text)
    local lines, blocks, at = {}, {}, 1
    for line in (text:gsub("\n$", "") .. "\n"):gmatch "(.-)\n" do lines[#lines + 1] = line end
    while at <= #lines do
        local block, behind
        if lines[at]:find "^%s*$" then
            behind = at + 1
        else
            for _, kind in ipairs(ORDER) do
                block, behind = takers[kind](lines, at, blocks[#blocks])
                if block then break end
            end
            block.line = at
            blocks[#blocks + 1] = block
        end
        at = behind
    end
    return blocks
end

---The parts of a line: text, `code`, **strong**, *emphasis*, [links](…).
---@param text string
---@return {kind: "text"|"code"|"strong"|"emphasis"|"link", text: string, target: string?}[]
function M.spans(text)
    local spans, at = {}, 1
    local function add(kind, words, target)
        if words ~= "" then spans[#spans + 1] = { kind = kind, text = words, target = target } end
    end
    while at <= #text do
        local first = text:find("[`*%[\\]", at) or #text + 1
        add("text", text:sub(at, first - 1))
        at = first
        local rest = text:sub(at)
        local code = rest:match "^`([^`]+)`"
        local strong = rest:match "^%*%*(.-)%*%*"
        local emphasis = rest:match "^%*([^%s*][^*]*)%*"
        local label, target = rest:match "^%[(.-)%]%((.-)%)"
        if code then
            add("code", code)
            at = at + #code + 2
        elseif strong then
            add("strong", strong)
            at = at + #strong + 4
        elseif emphasis then
            add("emphasis", emphasis)
            at = at + #emphasis + 2
        elseif label then
            add("link", label, target)
            at = at + #label + #target + 4
        elseif rest ~= "" then
            local escaped = rest:match "^\\(%p)"
            add("text", escaped or rest:sub(1, 1))
            at = at + (escaped and 2 or 1)
        end
    end
    return spans
end

return M
