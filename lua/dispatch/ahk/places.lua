-- places.lua: where Windows keeps programs, as the environment says.

local M = {}

---Folders in which an AutoHotkey may lie, the likeliest first.
---@param set_up string[]         that its set-up wrote down
---@param getenv? fun(name: string): string?
---@return string[]
function M.folders(set_up, getenv)
    getenv = getenv or os.getenv
    local list = {}
    local function add(folder)
        folder = folder:gsub("[\\/]+$", "")
        list[#list + 1] = folder .. "\\v2"      -- beside a v1, in its folder
        list[#list + 1] = folder
    end
    for _, folder in ipairs(set_up) do add(folder) end
    for folder in (getenv "PATH" or ""):gmatch "[^;]+" do list[#list + 1] = folder end
    for _, name in ipairs { "ProgramFiles", "ProgramW6432", "ProgramFiles(x86)" } do
        if getenv(name) then add(getenv(name) .. "\\AutoHotkey") end
    end
    if getenv "LOCALAPPDATA" then add(getenv "LOCALAPPDATA" .. "\\Programs\\AutoHotkey") end
    return list
end

return M
