-- help_page.lua: what the annotations say of a function, a class or a module, as lines for a terminal. Pure.

local wrap = require "dispatch.wrap"

local M = {}

local FIELDS = 10                      -- of a table of options, shown beside the function

---The first sentence.
---@param about string
---@return string
function M.first(about)
    local sentence = about:match "^(.-[.!?])%s" or about
    return (sentence:gsub("%s+", " "):gsub("%.$", ""))
end

---"window.open(name [, where])": a parameter that may be left out at the end in brackets, another one with "?".
---@param f annotated.function
---@param owner string                as it is called: "window", "desktop"
---@return string
function M.signature(f, owner)
    local optional, names, last = {}, {}, 0
    for _, each in ipairs(f.params) do optional[each.name] = each.optional end
    local named = f.arguments == "..." and f.params[1] and f.params[1].name or f.arguments
    for name in named:gmatch "[%w_.]+" do
        names[#names + 1] = name
        if not optional[name] and name ~= "..." then last = #names end
    end
    local out = {}
    for i, name in ipairs(names) do
        if i > last then
            out[i] = (i == 1 and "[" or " [, ") .. name .. "]"
        else
            out[i] = (i == 1 and "" or ", ") .. name .. (optional[name] and "?" or "")
        end
    end
    return (owner == "" and "" or owner .. f.mark) .. f.name .. "(" .. table.concat(out) .. ")"
end

local function typed(each)
    return each.type .. (each.about ~= "" and ": " .. each.about or "")
end

---A parameter, and what may stand in it when it is a table of options; large ones have a page of their own.
local function parameter(each, fields_of, rows)
    local class = each.type:gsub("[%[%]?]", "")
    local fields = class:find "^[%w_]+%.[%w_]+$" and fields_of(class) or {}
    local more = #fields > FIELDS and (' (help "%s")'):format(class) or ""
    rows[#rows + 1] = { each.name .. (each.optional and "?" or ""), typed(each) .. more }
    for _, field in ipairs(more == "" and fields or {}) do
        rows[#rows + 1] = { "  ." .. field.name .. (field.optional and "?" or ""), typed(field) }
    end
end

local function answers(returns, rows)
    local first = true
    for _, each in ipairs(returns) do
        if each.name == "code" then
            rows[#rows + 1] = { "refused", "nil, message, code" .. (each.about ~= "" and ": " .. each.about or "") }
        elseif each.name ~= "message" then
            local type = each.type:gsub("%?$", "")
            local about = each.about ~= "" and ": " .. each.about or ""
            local named = each.name ~= "" and each.name .. ", " or ""
            rows[#rows + 1] = { first and "answers" or "", named .. type .. about }
            first = false
        end
    end
end

---@param f annotated.function
---@param owner string
---@param columns integer
---@param fields_of fun(class: string): annotated.value[]
---@return string[] lines
function M.of_function(f, owner, columns, fields_of)
    local out = { M.signature(f, owner) }
    for _, line in ipairs(wrap.lines(f.about, columns, "  ")) do out[#out + 1] = line end
    local rows = {}
    for _, each in ipairs(f.params) do parameter(each, fields_of, rows) end
    answers(f.returns, rows)
    for _, line in ipairs(wrap.pairs(rows, columns, "  ")) do out[#out + 1] = line end
    return out
end

local function list(functions, owner, columns, out)
    local rows = {}
    for i, f in ipairs(functions) do
        rows[i] = { M.signature(f, owner or f.owner), M.first(f.about) }
    end
    for _, line in ipairs(wrap.pairs(rows, columns, "  ")) do out[#out + 1] = line end
end

---@param class annotated.class
---@param methods annotated.function[]
---@param columns integer
---@return string[] lines
function M.of_class(class, methods, columns)
    local kind = class.kind and (" (a kind of %s)"):format(class.kind) or ""
    local out = { class.name .. kind .. (class.closable and ", to be closed" or "") }
    for _, line in ipairs(wrap.lines(class.about, columns, "  ")) do out[#out + 1] = line end
    local rows = {}
    for i, each in ipairs(class.fields) do
        rows[i] = { "." .. each.name .. (each.optional and "?" or ""), typed(each) }
    end
    for _, line in ipairs(wrap.pairs(rows, columns, "  ")) do out[#out + 1] = line end
    list(methods, nil, columns, out)
    return out
end

---@param name string
---@param found table                 as annotations.read() answers it
---@param owner string                how its functions are called
---@param columns integer
---@return string[] lines
function M.of_module(name, found, owner, columns)
    local out, functions, methods = { name }, {}, {}
    for paragraph in (found.about .. "\n\n"):gmatch "(.-)\n\n" do
        for _, line in ipairs(wrap.lines(paragraph, columns, "  ")) do out[#out + 1] = line end
    end
    for _, f in ipairs(found.functions) do table.insert(f.mark == "." and functions or methods, f) end
    list(functions, owner, columns, out)
    list(methods, nil, columns, out)
    local classes = {}
    for i, class in ipairs(found.classes) do
        if class.name ~= name then classes[#classes + 1] = ('"%s"'):format(found.classes[i].name) end
    end
    if classes[1] then
        for _, line in ipairs(wrap.lines("more: help " .. table.concat(classes, ", "), columns, "  ")) do
            out[#out + 1] = line
        end
    end
    return out
end

return M
