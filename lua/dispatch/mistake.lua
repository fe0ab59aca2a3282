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

return M
