-- AutoHotkey: one script run carries all the prompts. Its room; this build does not send through it yet.

local M = {}

---@return nil carrier, string message, string code
function M.open(run)
    local windows = package.config:sub(1, 1) == "\\"
    if not windows and not run.cfg.ahk_exe then
        return nil, "AutoHotkey runs on Windows only; here prompts travel with -Via auto, x11 or tmux"
            .. " (or give -AhkExe)", "EUNSUPPORTED"
    end
    return nil, "sending by AutoHotkey is not in this build; use another -Via", "EUNSUPPORTED"
end

return M
