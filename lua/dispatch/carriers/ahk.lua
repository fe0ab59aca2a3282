-- AutoHotkey: one script run carries all the prompts. Its room; this build does not send through it yet.

local M = {}

---@param cfg table
---@return string? why
function M.refuses(cfg)
    local windows = package.config:sub(1, 1) == "\\"
    if not windows and not cfg.ahk_exe then return "AutoHotkey runs on Windows only (or give -AhkExe)" end
    return "sending by AutoHotkey is not in this build"
end

return M
