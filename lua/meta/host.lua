---@meta host

--- The program itself.
---@class host
---@field version string of the program
local host = {}

--- The text of a Lua file inside the program.
---@param name string below lua/: "dispatch/title.lua"
---@return string? source nil: there is no such file
function host.source(name) end

--- Every file inside the program.
---@return string[] names sorted: "commands/check.lua", …
function host.names() end

--- The absolute path of the running program.
---@return string? path
---@return string? message
---@return string? code EIO
function host.executable() end

--- Where we run.
---@return {host: string, os: string, pid: integer}
function host.machine() end

return host
