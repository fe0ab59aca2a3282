-- flow_table.lua: is this table a flow? Whoever edits run_iter.lua is told what is wrong with it, and where.

local mistake = require "dispatch.mistake"
local values = require "dispatch.values"

local M = {}

---The version of what a flow may use. A flow written for another major version is refused.
M.API = 1

local Flow = {}

local FIELDS = { workers = "table", run_id = "any", api = "number" }
local STEP = { plan = "string or function", always = "boolean" }

local function known(fields)
    local names = {}
    for name in pairs(fields) do names[#names + 1] = name end
    table.sort(names)
    return names
end

-- `return flow { … }` is a tail call and leaves no line on the stack: then the place is where the function of the step
-- in question begins.
local asked, in_question
local made = false                                -- in this process

local function place()
    for _, step in ipairs { in_question or false, table.unpack(asked) } do
        local run = type(step) == "table" and step[2]
        if type(run) == "function" then
            local at = debug.getinfo(run, "S")
            return at.source:gsub("^@", "") .. (step == in_question and ":" .. at.linedefined or "")
        end
    end
end

local function complain(format, ...)
    mistake.raise("flow: " .. format:format(...), mistake.where() or place())
end

local function unknown_key(what, key, fields)
    local near = values.nearest(tostring(key), known(fields))
    complain("%s: '%s' is no key here; %s", what, tostring(key), near and ("did you mean '%s'?"):format(near)
        or "there are " .. table.concat(known(fields), ", "))
end

local function check_type(what, key, value, wanted)
    if wanted ~= "any" and not wanted:find(type(value), 1, true) then
        complain("%s: '%s' must be a %s, got a %s", what, key, wanted, type(value))
    end
end

local function check_workers(workers)
    if type(workers) ~= "table" or #workers == 0 then
        complain "workers is missing: a list of names, { \"A_core\", \"B_tooling\" }"
    end
    local seen = {}
    for i, name in ipairs(workers) do
        if type(name) ~= "string" or not name:find "^%w[%w_]*$" then
            complain("worker %d: a name is made of letters, digits and '_', got '%s'", i, tostring(name))
        end
        if seen[name] then complain("worker '%s' is named twice", name) end
        seen[name] = true
    end
end

local function check_step(i, step, seen)
    if type(step) ~= "table" then complain("step %d must be a table { \"name\", function(run) … end }", i) end
    local name = step[1]
    if type(name) ~= "string" or not name:find "^%l[%w_]*$" then
        complain("step %d must begin with its name (small letters, digits, '_'), got '%s'", i, tostring(name))
    end
    local what = ("step %d '%s'"):format(i, name)
    if seen[name] then complain("%s: step %d has the same name", what, seen[name]) end
    for key, value in pairs(step) do
        if math.type(key) ~= "integer" then
            if not STEP[key] then unknown_key(what, key, STEP) end
            check_type(what, key, value, STEP[key])
        elseif key > 2 then
            complain("%s: has something behind its function", what)
        end
    end
    if type(step[2]) ~= "function" then
        complain("%s: its function is missing: { \"%s\", function(run) … end }", what, name)
    end
    seen[name] = i
end

---@param steps table
---@return table flow                              the same table, known as a flow from now on
function M.check(steps)
    asked, in_question = type(steps) == "table" and steps or {}, nil
    if type(steps) ~= "table" then complain("flow { … } takes a table, got a %s", type(steps)) end
    for key, value in pairs(steps) do
        if math.type(key) ~= "integer" then
            if not FIELDS[key] then unknown_key("its head", key, FIELDS) end
            check_type("its head", key, value, FIELDS[key])
        end
    end
    local api = steps.api or M.API
    if math.floor(api) ~= M.API then
        complain("it was written for flow API %s, this dispatch has %d: compare it with the built-in run_iter.lua"
            .. " (`dispatch -e \"print(host.source('run_iter.lua'))\"`) and set api = %d", api, M.API, M.API)
    end
    check_workers(steps.workers)
    if steps.run_id == nil then
        complain "run_id is missing or nil (a slip?): run_id = contract.DATE_AND_NUMBER, or contract.DATE_TIME_RANDOM"
    end
    if #steps == 0 then complain "it has no steps" end
    local seen = {}
    for i, step in ipairs(steps) do
        in_question = step
        check_step(i, step, seen)
    end
    made = true
    return setmetatable(steps, Flow)
end

---Was one made in this process?
---@return boolean
function M.made() return made end

---@return boolean
function M.is(value) return getmetatable(value) == Flow end

return M
