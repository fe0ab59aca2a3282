-- completer.lua: what Tab makes of a line: names of globals and modules, fields, methods of userdata, and inside a
-- string the titles of windows. What it looks at comes from outside (completer.context), so a spec needs no desktop.

local wrap = require "dispatch.wrap"

local M = {}

local SHOWN = 60                       -- candidates; the rest is counted

---@class completer.context
---@field globals table
---@field touchable fun(): string[]                   globals that come to be on first touch: modules, desktops
---@field touch fun(name: string): any
---@field titles fun(): string[]                      of the windows that are there
---@field topics fun(): string[]                      of help()
---@field files fun(): string[]                       what require() knows of our own
---@field members fun(value: userdata): {name: string, method: boolean}[]
---@field columns integer

local KEYWORDS = { "and", "break", "do", "else", "elseif", "end", "false", "for", "function", "goto", "if", "in",
    "local", "nil", "not", "or", "repeat", "return", "then", "true", "until", "while" }

-- ------------------------------------------------------------------------------------------------------ where are we?

---The string or comment that is open at the end of a text.
---@param text string
---@return "string"|"comment"|nil what
---@return integer? from              the first byte of what is inside
---@return string? quote
function M.inside(text)
    local at = 1
    while at <= #text do
        local char = text:sub(at, at)
        local long, behind = text:match("^%-%-%[(=*)%[()", at)
        if not long then long, behind = text:match("^%[(=*)%[()", at) end
        if long then
            local _, stop = text:find("]" .. long .. "]", behind, true)
            if not stop then return char == "-" and "comment" or "string", behind, "]" .. long .. "]" end
            at = stop + 1
        elseif text:find("^%-%-", at) then
            local stop = text:find("\n", at, true)
            if not stop then return "comment", at + 2 end
            at = stop + 1
        elseif char == '"' or char == "'" then
            local stop = at + 1
            while stop <= #text and text:sub(stop, stop) ~= char do
                stop = stop + (text:sub(stop, stop) == "\\" and 2 or 1)
            end
            if stop > #text then return "string", at + 1, char end
            at = stop + 1
        else
            at = at + 1
        end
    end
end

-- --------------------------------------------------------------------------------------------------------- candidates

---What a table has under a name, without running anything of the table's own.
local function field(value, key)
    for _ = 1, 10 do
        if type(value) ~= "table" then return nil end
        local found = rawget(value, key)
        if found ~= nil then return found end
        local meta = debug.getmetatable(value)
        value = type(meta) == "table" and rawget(meta, "__index") or nil
    end
end

---A global, or a module that nobody touched yet.
local function global(name, context)
    local found = field(context.globals, name)
    if found ~= nil then return found end
    for _, each in ipairs(context.touchable()) do
        if each == name then return context.touch(name) end
    end
end

---What the names before the last separator stand for: "desktops.x11", "w[1]".
local function resolve(path, context)
    local first, rest = path:match "^([%a_][%w_]*)(.*)$"
    if not first then return nil end
    local value = global(first, context)
    for mark, name in rest:gmatch "([.%[])%s*([%w_]+)%]?" do
        value = field(value, mark == "[" and math.tointeger(tonumber(name)) or name)
    end
    return value
end

local function add_table(found, value, methods_only)
    for _ = 1, 10 do
        if type(value) ~= "table" then return end
        for key, each in next, value do
            local fits = type(key) == "string" and key:find "^[%a_][%w_]*$"
            if fits and (not methods_only or type(each) == "function") then found[key] = true end
        end
        local meta = debug.getmetatable(value)
        value = type(meta) == "table" and rawget(meta, "__index") or nil
    end
end

local function members(value, mark, context)
    local found = {}
    if type(value) == "table" then add_table(found, value, mark == ":") end
    if type(value) == "string" then add_table(found, string, true) end
    if type(value) == "userdata" then
        for _, each in ipairs(context.members(value)) do
            if each.method == (mark == ":") then found[each.name] = true end
        end
    end
    return found
end

local function names(context)
    local found = {}
    add_table(found, context.globals)
    for _, name in ipairs(context.touchable()) do found[name] = true end
    for _, name in ipairs(KEYWORDS) do found[name] = true end
    return found
end

---Titles that begin so, and words of titles that look like a token: they are what `explain` and a pin want.
local function titles(prefix, context)
    local found = {}
    for _, title in ipairs(context.titles()) do
        if not title:find "[%c\x7F]" and utf8.len(title) then
            if title:sub(1, #prefix) == prefix and title ~= "" then found[title] = true end
            for word in title:gmatch "[%w_\x80-\xff]+" do
                if #word >= 6 and word:find("_", 1, true) and word:sub(1, #prefix) == prefix then found[word] = true end
            end
        end
    end
    return found
end

local function set_of(list)
    local set = {}
    for _, name in ipairs(list) do set[name] = true end
    return set
end

local function in_string(before, prefix, context)
    if before:find "help%s*%(?%s*[\"']$" then return set_of(context.topics()) end
    if before:find "require%s*%(?%s*[\"']$" then return set_of(context.files()) end
    return titles(prefix, context)
end

-- -------------------------------------------------------------------------------------------------------- what to do

---Those that begin so, sorted; names with `_` in front only where it was typed.
local function matching(found, prefix)
    local list = {}
    for name in pairs(found) do
        if name:sub(1, #prefix) == prefix and (prefix ~= "" or name:sub(1, 1) ~= "_") then list[#list + 1] = name end
    end
    table.sort(list)
    return list
end

local function common(list)
    local first, last = list[1], list[#list]        -- sorted: what these two share, all share
    local n = 0
    while n < #first and first:byte(n + 1) == last:byte(n + 1) do n = n + 1 end
    while n > 0 and n < #first and first:find("^[\x80-\xBF]", n + 1) do n = n - 1 end
    return first:sub(1, n)
end

local function shown(list, columns)
    local lines = wrap.columns({ table.unpack(list, 1, SHOWN) }, columns)
    if #list > SHOWN then lines[#lines + 1] = ("… %d more"):format(#list - SHOWN) end
    return table.concat(lines, "\n")
end

---@param list string[]
---@param prefix string               what stands there
---@param from integer                where it begins
---@param finish fun(text: string, unique: boolean): string
local function change(list, prefix, from, finish, columns)
    if not list[1] then return nil end
    local text = common(list)
    if #list == 1 or #text > #prefix then return { from = from, text = finish(text, #list == 1) } end
    return { shown = shown(list, columns) }
end

local ESCAPED = { ["\\"] = "\\\\", ['"'] = '\\"', ["'"] = "\\'" }

local function complete_string(before, rest, from, quote, context)
    local prefix = before:sub(from):gsub("\\(.)", "%1")
    local list = matching(in_string(before:sub(1, from - 1), prefix, context), prefix)
    return change(list, prefix, from, function(text, unique)
        if #quote > 1 then return text end
        text = text:gsub("[\\" .. quote .. "]", ESCAPED)
        return unique and rest:sub(1, 1) ~= quote and text .. quote or text
    end, context.columns)
end

local function complete_name(before, context)
    local prefix = before:match "[%a_]?[%w_]*$"
    local path, mark = before:sub(1, #before - #prefix):match "([%a_][%w_.%[%]]*)%s*([.:])$"
    local found
    if path then
        found = members(resolve(path, context), mark, context)
    elseif before:sub(1, #before - #prefix):find "[.:]$" and not before:find "%.%.%s*[%w_]*$" then
        return nil                                   -- of something that would have to be run
    elseif prefix == "" then
        return nil
    else
        found = names(context)
    end
    return change(matching(found, prefix), prefix, #before - #prefix + 1, tostring, context.columns)
end

---@param line string
---@param cursor integer              bytes before the cursor
---@param context completer.context
---@param pending? string             lines before this one
---@return edit.change?
function M.complete(line, cursor, context, pending)
    local before, rest = line:sub(1, cursor), line:sub(cursor + 1)
    if before:match "[^\n]*$":find "^%s*$" then return { from = cursor + 1, text = "    " } end
    local whole = pending and pending .. "\n" .. before or before
    local what, from, quote = M.inside(whole)
    if what == "comment" then return nil end
    local earlier = #whole - #before
    if what == "string" then
        if from <= earlier then return nil end
        return complete_string(before, rest, from - earlier, quote, context)
    end
    return complete_name(before, context)
end

return M
