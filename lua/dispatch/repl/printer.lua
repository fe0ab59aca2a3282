-- printer.lua: a value as a person reads it, and never more of it than a screen holds. Pure.

local width = require "dispatch.width"
local wrap = require "dispatch.wrap"

local M = {}

-- Of one answer: what is deeper, further behind or longer is counted, not shown.
local DEPTH, ITEMS, ALL_ITEMS, STRING = 4, 50, 250, 2000

local KEYWORDS = {}
for word in ("and break do else elseif end false for function goto if in local nil not or repeat return then true "
    .. "until while"):gmatch "%a+" do
    KEYWORDS[word] = true
end

local ESCAPES = { ["\a"] = "\\a", ["\b"] = "\\b", ["\f"] = "\\f", ["\n"] = "\\n", ["\r"] = "\\r", ["\t"] = "\\t",
    ["\v"] = "\\v", ["\\"] = "\\\\", ['"'] = '\\"' }

---A string as Lua source. What a terminal would obey, what nobody sees and broken UTF-8 stand as numbers.
---@param text string
---@param max? integer                bytes that are shown
---@return string
function M.quote(text, max)
    max = max or STRING
    local cut = #text > max
    if cut then
        while max > 0 and text:find("^[\x80-\xBF]", max + 1) do max = max - 1 end
    end
    local out, at, stop = {}, 1, cut and max or #text
    while at <= stop do
        local fine, code = pcall(utf8.codepoint, text, at)
        local char = fine and utf8.char(code) or text:sub(at, at)
        local shown = ESCAPES[char] or char
        if not fine or code < 0x20 or code == 0x7F then
            shown = ESCAPES[char] or ("\\x%02X"):format(char:byte())
        elseif code >= 0x80 and (code < 0xA0 or width.of_code(code) == 0 and not (code >= 0x300 and code < 0x370)) then
            shown = ("\\u{%X}"):format(code)
        end
        out[#out + 1], at = shown, at + #char
    end
    return ('"%s"%s'):format(table.concat(out), cut and (" … %d bytes in all"):format(#text) or "")
end

local function key_text(key)
    if type(key) == "string" and key:find "^[%a_][%w_]*$" and not KEYWORDS[key] then return key end
    if type(key) == "string" then return "[" .. M.quote(key, 60) .. "]" end
    return "[" .. tostring(key) .. "]"
end

local RANK = { number = 1, string = 2, boolean = 3 }

local function key_order(a, b)
    local ra, rb = RANK[type(a)] or 4, RANK[type(b)] or 4
    if ra ~= rb then return ra < rb end
    if ra <= 2 then return a < b end
    return tostring(a) < tostring(b)
end

local function sorted_keys(map, from)
    local keys = {}
    for key in next, map do
        if not (math.type(key) == "integer" and key >= 1 and key <= from) then keys[#keys + 1] = key end
    end
    table.sort(keys, key_order)
    return keys
end

---What a value calls itself: its metatable's __tostring. nil: nothing, or it fails.
local function own_words(value)
    local meta = debug.getmetatable(value)
    if type(meta) ~= "table" or not rawget(meta, "__tostring") then return nil end
    local fine, text = pcall(tostring, value)
    return fine and text or nil
end

local show

-- A value is laid out from nodes: { text } is on one line, or broken between words where it is a sentence (`words`);
-- { parts, text? } is a table, with its text if that may fit.
-- A part is { node, key? } or { note }.

local function parts_of(map, state, depth)
    local parts, length = {}, rawlen(map)
    local keys = sorted_keys(map, length)
    local room = math.min(state.items, state.left)
    local listed = math.min(length, room)
    local named = math.min(#keys, room - listed)
    state.left = state.left - listed - named
    for i = 1, listed do
        local value = rawget(map, i)
        local worded = type(value) == "table" and own_words(value)     -- it does not look like an element: number it
        parts[i] = { key = worded and ("[%d] = "):format(i), node = show(value, state, depth + 1) }
    end
    for i = 1, named do
        parts[listed + i] = { key = key_text(keys[i]) .. " = ", node = show(rawget(map, keys[i]), state, depth + 1) }
    end
    local more = length + #keys - listed - named
    if more > 0 then parts[#parts + 1] = { note = ("… %d more"):format(more) } end
    return parts
end

---@return string? text               nil: something in it takes several lines
local function one_line(parts)
    local out = {}
    for i, part in ipairs(parts) do
        local text = part.note or part.node.text
        if not text then return nil end
        out[i] = (part.key or "") .. text
    end
    return "{ " .. table.concat(out, ", ") .. " }"
end

local function shown_table(value, state, depth)
    local words = depth > 0 and own_words(value)
    if words then return { text = words, words = true } end
    if state.open[value] then return { text = ("<%s>"):format(state.open[value]) } end
    if next(value) == nil then return { text = "{}" } end
    if depth >= state.depth then return { text = ("{… %d}"):format(#sorted_keys(value, 0)) } end
    state.open[value] = depth == 0 and "the whole again" or "a table around it again"
    local parts = parts_of(value, state, depth)
    state.open[value] = nil
    local text = one_line(parts)
    return { text = text and width.of(text) <= state.width and text or nil, parts = parts }
end

local function source_of(f)
    local info = debug.getinfo(f, "S")
    if info.what == "C" then return "function (C)" end
    return ("function (%s:%d)"):format(info.short_src, info.linedefined)
end

function show(value, state, depth)
    local kind = type(value)
    if kind == "string" then return { text = M.quote(value, state.string) } end
    if kind == "table" then return shown_table(value, state, depth) end
    if kind == "function" then return { text = state.name_of and state.name_of(value) or source_of(value) } end
    if kind == "userdata" or kind == "thread" then
        return { text = state.name_of and state.name_of(value) or own_words(value) or tostring(value) }
    end
    return { text = tostring(value) }
end

local function lay_out(node, state, indent, before, behind, out)
    local fits = node.text and width.of(indent .. before .. node.text .. behind) <= state.width
    if node.words and not fits then
        local hang = indent .. (" "):rep(width.of(before))
        for i, line in ipairs(wrap.lines(node.text .. behind, state.width, hang)) do
            out[#out + 1] = i == 1 and indent .. before .. line:sub(#hang + 1) or line
        end
        return
    end
    if node.text and (fits or not node.parts) then
        out[#out + 1] = indent .. before .. node.text .. behind
        return
    end
    out[#out + 1] = indent .. before .. "{"
    for _, part in ipairs(node.parts) do
        if part.note then
            out[#out + 1] = indent .. "  " .. part.note
        else
            lay_out(part.node, state, indent .. "  ", part.key or "", ",", out)
        end
    end
    out[#out + 1] = indent .. "}" .. behind
end

---@class printer.options
---@field width? integer              columns; default 80
---@field depth? integer              tables inside tables; default 4
---@field items? integer              elements of each table; default 50, and 250 of all together
---@field string? integer             bytes of each string; default 2000
---@field name_of? fun(value: any): string?      what a function or userdata is called

---@param value any
---@param options? printer.options
---@return string                     one or more lines, without the last newline
function M.show(value, options)
    options = options or {}
    local state = { width = options.width or 80, depth = options.depth or DEPTH, items = options.items or ITEMS,
        string = options.string or STRING, name_of = options.name_of, left = ALL_ITEMS, open = {} }
    local out = {}
    lay_out(show(value, state, 0), state, "", "", "", out)
    return table.concat(out, "\n")
end

---Several values, as a chunk returns them: on one line where they fit, else each on its own.
---@param values table                as table.pack() makes it
---@param options? printer.options
---@return string
function M.show_all(values, options)
    local texts, columns, tall = {}, 0, false
    for i = 1, values.n do
        texts[i] = M.show(values[i], options)
        columns, tall = columns + width.of(texts[i]) + 2, tall or texts[i]:find("\n", 1, true) ~= nil
    end
    local fits = not tall and columns <= (options and options.width or 80)
    return table.concat(texts, fits and ", " or ",\n")
end

return M
