-- mistake.lua: an error of whoever wrote a flow or script that says all there is to know: where, what, what is right.
-- It is shown as it is; any other error is shown with a traceback.

local M = {}

local Mistake = { __name = "mistake", __tostring = function(mistake) return mistake.message end }

---Where the script stands that called into dispatch.
---@return string?                    "FILE:LINE"; nil: a tail call left no trace of it
function M.where()
    local level = 2
    local at = debug.getinfo(level, "Sl")
    while at and (at.what == "C" or at.source:find "^@lua/dispatch/") do
        if at.source:find "^@lua/dispatch/launch" then return nil end
        level = level + 1
        at = debug.getinfo(level, "Sl")
    end
    return at and ("%s:%d"):format(at.source:match "^[@=](.*)" or at.short_src, at.currentline)
end

---Raises.
---@param message string
---@param where? string               default: M.where()
function M.raise(message, where)
    where = where or M.where()
    error(setmetatable({ message = where and where .. ": " .. message or message }, Mistake), 0)
end

---Lua cuts a long path to its end ("...dispatch/run_iter.lua:34:"): puts those of who runs now back in.
local function with_whole_paths(text)
    local level = 3
    local at = debug.getinfo(level, "S")
    while at do
        local path = at.source:match "^@(.*)"
        if path and path ~= at.short_src then
            text = text:gsub(at.short_src:gsub("%p", "%%%0"), function() return path end)
        end
        level = level + 1
        at = debug.getinfo(level, "S")
    end
    return text
end

---For xpcall(): an error with how it came about, without how flow.lua came to run the step.
---@param problem any
---@return any problem                a mistake, and what else is no text, as it was
function M.traceback(problem)
    local text = debug.traceback(problem, 2)
    local before_ours = "^(.-)\n\t%[C%]: in function 'xpcall'\n\tlua/dispatch/flow%.lua:"
    return type(text) == "string" and with_whole_paths(text:match(before_ours) or text) or text
end

return M
