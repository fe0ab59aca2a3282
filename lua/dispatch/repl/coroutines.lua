-- coroutines.lua: Ctrl-C stops the main thread where it stands; a coroutine has to look for itself. Those that are made
-- at the prompt do, now and then.

local wait = require "wait"

local M = {}

local OFTEN = 1000000                  -- instructions between two looks

local function look()
    if wait.interrupted() then error("interrupted", 0) end
end

---As coroutine.wrap(): an error goes on to the caller.
local function answer(fine, ...)
    if fine then return ... end
    error((...), 0)
end

---From now on coroutine.create() and coroutine.wrap() make coroutines that Ctrl-C stops.
function M.watch()
    local create = coroutine.create
    coroutine.create = function(f)     -- luacheck: ignore 122
        local made = create(f)
        debug.sethook(made, look, "", OFTEN)
        return made
    end
    coroutine.wrap = function(f)       -- luacheck: ignore 122
        local made = coroutine.create(f)
        return function(...) return answer(coroutine.resume(made, ...)) end
    end
end

return M
