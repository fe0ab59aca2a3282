-- annotations.lua: what a Lua file says of its functions and classes in LuaCATS comments, as data. Reads lua/meta (the
-- modules written in C) and our own Lua files alike. Pure.

local M = {}

---@class annotated.value              a parameter, an answer or a field
---@field name string                  "" where it has none
---@field type string
---@field optional boolean
---@field about string

---@class annotated.function
---@field owner string                 the variable that it is a field of: "window", "desktop", "M"
---@field mark "."|":"
---@field name string
---@field arguments string             as in the source: "path, max"
---@field about string
---@field params annotated.value[]
---@field returns annotated.value[]
---@field class? string                the class of `owner`, where it has one

---@class annotated.class
---@field name string
---@field kind? string                 of which class it is a kind
---@field closable boolean
---@field about string
---@field fields annotated.value[]

---Where a type ends that begins at byte `at`: at the first blank outside all brackets, but not behind a colon or a
---comma nor before a bar. And how many brackets are open there: not 0, it goes on in the next line.
---@return integer stop, integer open
local function end_of_type(text, at)
    local depth, quote = 0, nil
    while at <= #text do
        local char = text:sub(at, at)
        if quote then
            quote = char ~= quote and quote or nil
        elseif char == '"' then
            quote = char
        elseif char:find "[%(%[{<]" then
            depth = depth + 1
        elseif char:find "[%)%]}>]" then
            depth = depth - 1
        elseif char == " " and depth == 0 and not text:find("^[:,|]", at - 1)
            and not text:find("^ |", at) then
            return at - 1, 0
        end
        at = at + 1
    end
    return #text, depth
end

---@param whole string                  what stands behind the tag
---@param named_first boolean
---@return annotated.value
local function value(whole, named_first)
    local name, optional, text = "", "", whole
    if named_first then
        name, optional, text = whole:match "^([%w_.]+)(%??)%s*(.*)$"
    end
    local stop, open = end_of_type(text, 1)
    local type, about = text:sub(1, stop), text:sub(stop + 1):gsub("^%s+", "")
    if not named_first then name, about = about:match "^([%w_]*)%s*(.*)$" end
    return { name = name, type = type, optional = optional == "?", about = about,
        goes_on = open > 0 and { whole = whole, named_first = named_first } or nil }
end

---A line more of a description, or of a type that was not ended.
local function continue(last, text)
    local on = last.goes_on
    if not on then
        last.about = ((last.about or "") .. " " .. text):gsub("^ ", "")
        return
    end
    local now = value(on.whole .. " " .. text, on.named_first)
    last.name, last.type, last.optional, last.about, last.goes_on = now.name, now.type, now.optional, now.about,
        now.goes_on
end

local function class(text)
    local name, rest = text:match "^([%w_.]+)%s*(.*)$"
    local kind, about = rest:match "^:%s*([%w_.]+)%s*(.*)$"
    about = about or rest
    local closable = about:find("^closable") ~= nil
    return { name = name, kind = kind, closable = closable, about = about:gsub("^closable[;,]?%s*", ""), fields = {} }
end

-- What has been read of the comment before the next line of code.
local function fresh() return { about = {}, params = {}, returns = {} } end

local read = {}

function read.param(block, text)
    block.last = value(text, true)
    table.insert(block.params, block.last)
end

---One answer, or several with commas between them.
read["return"] = function(block, text)
    repeat
        block.last = value(text, false)
        table.insert(block.returns, block.last)
        text = block.last.about:match "^,%s*(.*)$"
        if text then block.last.about = "" end
    until not text
end

function read.class(block, text, found)
    block.class = class(text)
    block.last = block.class
    table.insert(block.about, block.class.about)
    block.class.about = table.concat(block.about, " "):gsub(" $", "")
    block.about = {}
    table.insert(found.classes, block.class)
end

function read.field(block, text, found)
    local owner = block.class or found.classes[#found.classes]
    block.last = value(text, true)
    if owner then table.insert(owner.fields, block.last) end
end

local function comment(block, text, found)
    local tag, rest = text:match "^@(%a+)%s*(.*)$"
    if tag then
        block.last = {}
        if read[tag] then read[tag](block, rest, found) end
    elseif block.last then                         -- a description goes on
        local more = text:gsub("^%s+", "")
        if more ~= "" then continue(block.last, more) end
    else
        table.insert(block.about, (text:gsub("^%s+", "")))
    end
end

local function names_of(values)
    local names = {}
    for i, each in ipairs(values) do names[i] = each.name end
    return table.concat(names, ", ")
end

---A function, or a field of the module: `M.NAME = …`; that one is a function where the comment says what it takes or
---answers.
local function declared(block, line, found, class_of)
    local variable = line:match "^local ([%w_]+) = "
    if variable and block.class then class_of[variable] = block.class.name end
    local owner, mark, name, arguments = line:match "^function ([%w_]+)([.:])([%w_]+)%(([^)]*)%)"
    if not name then
        owner, mark, name = line:match "^(M)(%.)([%w_]+) = "
        if not name then return end
        if not (block.params[1] or block.returns[1]) then
            table.insert(found.values, { name = name, about = table.concat(block.about, " ") })
            return
        end
        arguments = names_of(block.params)
    end
    local of_class = class_of[owner]
    if mark == ":" and owner == "M" then owner = of_class and of_class:match "[%w_]+$" or owner end
    table.insert(found.functions, { owner = owner, mark = mark, name = name, arguments = arguments,
        about = table.concat(block.about, " "), params = block.params, returns = block.returns,
        class = of_class })
end

---@param source string
---@return {about: string, functions: annotated.function[], classes: annotated.class[], values: annotated.value[]} found
---about: of the whole file: of its first class, or what stands on top of it; values: what else is in the module's table
function M.read(source)
    local found, block, class_of, top = { functions = {}, classes = {}, values = {} }, fresh(), {}, {}
    local in_top = true
    for line in source:gmatch "([^\n]*)\n" do
        local text = line:match "^%-%-%-(.*)$"
        if text then
            in_top = false
            comment(block, text, found)
        else
            declared(block, line, found, class_of)
            local words = in_top and line:match "^%-%- ?(.*)$"
            in_top = words ~= nil and words ~= false
            if words then top[#top + 1] = words end
            block = fresh()
        end
    end
    local first = found.classes[1]
    found.about = top[1] and table.concat(top, "\n"):gsub("^[%w_./]+: ", "") or first and first.about or ""
    return found
end

return M
