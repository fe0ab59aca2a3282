-- session.lua: what the user's session has: shell, tmux, editor.

local file = require "file"
local process = require "process"
local settings = require "dispatch.settings"

local M = {}

---@param name string                 a program, or a path of one
---@return string? path               where PATH finds it; the path, when there is one
function M.find(name)
    local path = process.which(name)
    if path ~= name then return path end
    local info = file.stat(path)                 -- process.which takes a path as it is
    return info and info.type ~= "folder" and path or nil
end

---@return boolean                    do we run in a pane of tmux?
function M.in_tmux() return (os.getenv "TMUX" or "") ~= "" end

---@return string                     the shell that the user works in
function M.shell()
    local shell = os.getenv(settings.on_windows and "COMSPEC" or "SHELL") or ""
    return shell ~= "" and shell or settings.on_windows and "cmd.exe" or "/bin/sh"
end

local SHELLS = {}
for name in ("sh bash dash zsh ksh fish tcsh nu cmd powershell pwsh"):gmatch "%S+" do SHELLS[name] = true end

---Does this command leave its window at a shell? One with arguments may run a program: `cmd.exe /d /c codex`.
---@param command? string[]           nil: the user's shell
---@return string? shell              its name
function M.is_shell(command)
    if not command then return (M.shell():match "[^/\\]+$") end
    local name = #command == 1 and command[1]:match "[^/\\]+$"
    return name and SHELLS[name:lower():gsub("%.exe$", "")] and name or nil
end

local INSTALLED = { { "LOCALAPPDATA", "/Programs" }, { "ProgramFiles", "" } }

---@return string? path               VS Code. On Windows PATH has only its script, which is none that can be started
function M.find_editor()
    if not settings.on_windows then return M.find "code" end
    for _, place in ipairs(INSTALLED) do
        local folder = os.getenv(place[1])
        local path = folder and folder:gsub("\\", "/") .. place[2] .. "/Microsoft VS Code/Code.exe"
        if path and file.stat(path) then return path end
    end
    return M.find "Code.exe"
end

return M
