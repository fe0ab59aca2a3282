-- environment.lua: the globals of the prompt. They are not the program's own: who writes `table = {}` at a prompt
-- breaks nothing but the next line.

local wait = require "wait"
local desks = require "dispatch.repl.desks"
local tools = require "dispatch.repl.tools"

local M = {}

local OFTEN = 1000000                  -- instructions of a coroutine between two looks for Ctrl-C

-- ------------------------------------------------------------------------------------------------------- first touch

---The desktops, by number and name; asked for each time, since one that went away is opened anew.
local function desktops()
    local places, message = desks.places()
    if not places then error(message, 0) end
    local all = {}
    for i, place in ipairs(places) do all[i], all[place.name] = place.desktop, place.desktop end
    return all
end

local PRESETS = { desktops = desktops, desktop = function() return desktops()[1] end }

---The names that come to be on first touch.
---@return string[]
function M.touchable()
    local names = {}
    for name in pairs(PRESETS) do names[#names + 1] = name end
    for name in pairs(package.preload) do names[#names + 1] = name end
    return names
end

local function touch(globals, name)
    local standard = rawget(_G, name)
    if standard ~= nil then return standard end
    if PRESETS[name] then return PRESETS[name]() end
    if package.preload[name] then
        globals[name] = require(name)
        return rawget(globals, name)
    end
end

-- ---------------------------------------------------------------------------------------------------- Lua's own, ours

---Those that run code run it with the globals of the prompt.
local function add_loaders(globals)
    function globals.load(chunk, name, mode, env)
        return load(chunk, name, mode, env == nil and globals or env)
    end
    function globals.loadfile(path, mode, env)
        return loadfile(path, mode, env == nil and globals or env)
    end
    function globals.dofile(path) return assert(loadfile(path, nil, globals))() end
end

local function look()
    if wait.interrupted() then error("interrupted", 0) end
end

---As coroutine.wrap(): an error goes on to the caller.
local function answer(fine, ...)
    if fine then return ... end
    error((...), 0)
end

---Ctrl-C stops the main thread where it stands; a coroutine has to look for itself, now and then.
local function add_coroutines(globals)
    local own = {}
    for name, f in pairs(coroutine) do own[name] = f end
    function own.create(f)
        local made = coroutine.create(f)
        debug.sethook(made, look, "", OFTEN)
        return made
    end
    function own.wrap(f)
        local made = own.create(f)
        return function(...) return answer(coroutine.resume(made, ...)) end
    end
    globals.coroutine = own
end

---@return table globals              of the chunks
function M.new()
    local globals = {}
    globals._G = globals
    for name, tool in pairs(tools) do globals[name] = tool end
    add_loaders(globals)
    add_coroutines(globals)
    return setmetatable(globals, { __index = touch })
end

---Every global that there is now, those of Lua among them, without touching any.
---@param globals table
---@return table
function M.all(globals)
    local all = {}
    for name, value in next, _G do all[name] = value end
    for name, value in next, globals do all[name] = value end
    return all
end

return M
