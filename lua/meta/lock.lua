---@meta lock

--- One holder at a time, by the kernel's own locks: free the moment the holder dies, however it dies.
---@class lock
local lock = {}

---@class lock.held closable
local held = {}

--- Takes the lock, never waits. The file is made when it is not there (its folder must be), and stays afterwards.
--- Children do not inherit it.
---@param path string
---@return lock.held? lock
---@return string? message
---@return string? code ENOENT EACCES EIO; ELOCKED: the message names the holder's process, machine and since when
function lock.take(path) end

--- Frees it. Again is fine. Also `<close>`, and when it is collected: keep it in a variable.
function held:close() end

return lock
