---@meta lfs

--- LuaFileSystem, for scripts that expect it (https://lunarmodules.github.io/luafilesystem/manual.html). Answers nil, message,
--- errno. Our own code uses `file`.
---@class lfs
local lfs = {}

--- What is known about a file, links followed: mode, size, modification, permissions, …
---@param path string
---@param name? string one of them alone; or a table to be filled
---@return table|string|number|nil attributes
function lfs.attributes(path, name) end

--- The same, of a link itself.
---@param path string
---@param name? string
---@return table|string|number|nil attributes
function lfs.symlinkattributes(path, name) end

--- An iterator over the names in a folder, `.` and `..` among them. Raises when it cannot be read.
---@param path string
---@return function next
---@return userdata folder
function lfs.dir(path) end

--- Makes one folder.
---@param path string
---@return true? made
function lfs.mkdir(path) end

--- Removes an empty folder.
---@param path string
---@return true? removed
function lfs.rmdir(path) end

--- Makes a folder the working directory.
---@param path string
---@return true? changed
function lfs.chdir(path) end

--- The working directory.
---@return string? path
function lfs.currentdir() end

--- Makes a link.
---@param old string
---@param new string
---@param symbolic? boolean
---@return true? linked
function lfs.link(old, new, symbolic) end

--- Sets the times of a file.
---@param path string
---@param accessed? integer Unix time; default: now
---@param modified? integer Unix time; default: accessed
---@return true? touched
function lfs.touch(path, accessed, modified) end

--- Locks an open file, or a part of it (advisory). `lock` is the better one where a process must not be doubled.
---@param file file* of io.open()
---@param mode "r"|"w"
---@param start? integer
---@param length? integer
---@return true? locked
function lfs.lock(file, mode, start, length) end

--- Unlocks it.
---@param file file*
---@param start? integer
---@param length? integer
---@return true? unlocked
function lfs.unlock(file, start, length) end

--- Takes a lock file in a folder.
---@param path string
---@param stale? integer seconds after which another one's lock is taken over
---@return userdata? lock
function lfs.lock_dir(path, stale) end

--- Text or binary mode of a file; Windows alone makes a difference.
---@param file file*
---@param mode "binary"|"text"
---@return true? set
---@return string before
function lfs.setmode(file, mode) end

return lfs
