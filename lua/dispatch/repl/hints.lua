-- hints.lua: what a person at a prompt probably meant.

local environment = require "dispatch.repl.environment"
local help = require "dispatch.repl.help"
local tools = require "dispatch.repl.tools"
local values = require "dispatch.values"

local M = {}

---A global that was perhaps meant by a name that nobody knows.
---@param name string
---@param globals table
---@return string?
local function near(name, globals)
    local best, cost = nil, math.min(3, #name / 2)
    local function look(each)
        if type(each) ~= "string" then return end
        local distance = values.distance(name, each) + math.abs(#name - #each) / 10
        if distance < cost then best, cost = each, distance end
    end
    for each in pairs(environment.all(globals)) do look(each) end
    for _, each in ipairs(help.modules()) do look(each) end
    return best ~= name and best or nil
end

---Functions and methods that have the name of a field that is not there: they stand in another module.
---@param name string
---@return string?
local function with_field(name)
    local found = {}
    for _, topic in ipairs(help.topics()) do
        if topic:match "[.:]([%w_]+)$" == name then found[#found + 1] = topic end
    end
    return found[1] and table.concat(found, ", ")
end

---Behind the message of an error: a name that was perhaps meant.
---@param message string
---@param globals table
---@return string                     "" or "; did you mean …?"
function M.behind(message, globals)
    local kind, field = message:match "call a nil value %((%l+) '([%w_]+)'%)"
    if kind ~= "field" and kind ~= "method" then field = nil end
    local fields = field and with_field(field)
    if fields then return ("; did you mean %s?"):format(fields) end
    local name = message:match "%(global '([%w_]+)'%)"
    local found = name and environment.all(globals)[name] == nil and near(name, globals)
    return found and ("; did you mean %s?"):format(found) or ""
end

local function of_a_name(name, globals)
    local value = environment.all(globals)[name]
    if tools[name] and rawequal(value, tools[name]) then
        return ('%s is a function: %s calls it, help(%s) says more'):format(name,
            (name == "windows" or name == "help") and name .. "()" or name .. ' "HITECHOS_…"', name)
    end
    local found = value == nil and near(name, globals)
    return found and ("no global has the name %s; did you mean %s?"):format(name, found) or nil
end

---Hints after a chunk that went well.
---@param globals table
---@return fun(text: string): string?         that about locals once a session
function M.new(globals)
    local told = false
    return function(text)
        local alone = text:match "^%s*=?%s*([%a_][%w_]*)%s*$"
        if alone then return of_a_name(alone, globals) end
        local name = text:match "^%s*local%s+function%s+([%a_][%w_]*)" or text:match "^%s*local%s+([%a_][%w_]*)"
        local _, times = text:gsub("%f[%w_]" .. (name or "%z") .. "%f[^%w_]", "")
        if not name or told or times > 1 then return nil end
        told = true
        return ("a local is forgotten at the end of its line; without `local`, %s stays"):format(name)
    end
end

return M
