-- No windows: each worker is a child that gets its prompt on its standard input. Its room; not filled yet.

local M = {}

---@return nil carrier, string message, string code
function M.open()
    return nil, "-Via exec: starting workers without windows is not in this build", "EUNSUPPORTED"
end

return M
