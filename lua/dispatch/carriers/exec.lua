-- No windows: each worker is a child that gets its prompt on its standard input. Its room; not filled yet.

local M = {}

---@return string? why
function M.refuses() return "starting workers without windows is not in this build" end

return M
