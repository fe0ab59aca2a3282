-- session.lua: what the user's session has: shell, tmux, editor.

local file = require "file"

local M = {}

---Is this Windows?
M.on_windows = package.config:sub(1, 1) == "\\"

local SEPARATOR, ENDINGS = ":", { "" }
if M.on_windows then SEPARATOR, ENDINGS = ";", { "", ".exe", ".com" } end

---@return string? path               with one of the endings
local function program_at(path)
    for _, ending in ipairs(ENDINGS) do
        local info = file.stat(path .. ending)
        if info and info.type ~= "folder" then return path .. ending end
    end
end

---@param name string                 a program, or a path of one
---@return string? path               where PATH finds it
function M.find(name)
    if name:find(M.on_windows and "[/\\]" or "/") then return program_at(name) end
    for folder in (os.getenv "PATH" or ""):gmatch("[^" .. SEPARATOR .. "]+") do
        local path = program_at(folder .. "/" .. name)
        if path then return path end
    end
end

---@return boolean                    do we run in a pane of tmux?
function M.in_tmux() return (os.getenv "TMUX" or "") ~= "" end

---@return string                     the shell that the user works in
function M.shell()
    local shell = os.getenv(M.on_windows and "COMSPEC" or "SHELL") or ""
    return shell ~= "" and shell or M.on_windows and "cmd.exe" or "/bin/sh"
end

local INSTALLED = { { "LOCALAPPDATA", "/Programs" }, { "ProgramFiles", "" } }

---@return string? path               VS Code. On Windows PATH has only its script, which is none that can be started
function M.find_editor()
    if not M.on_windows then return M.find "code" end
    for _, place in ipairs(INSTALLED) do
        local folder = os.getenv(place[1])
        local path = folder and folder:gsub("\\", "/") .. place[2] .. "/Microsoft VS Code/Code.exe"
        if path and file.stat(path) then return path end
    end
    return M.find "Code.exe"
end

return M
