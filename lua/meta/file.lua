---@meta file

--- Files and folders, whole: read at once, replaced in one step; and journals that survive kill -9.
--- A path is UTF-8, not empty and without NUL bytes: anything else raises.
---@class file
local file = {}

---@class file.info
---@field type "file"|"folder"|"link"|"other" the entry itself: links are not followed
---@field bytes integer
---@field modified number Unix time in seconds

---@class file.log closable; a journal
local log = {}

--- What is there under this name.
---@param path string
---@return file.info? info
---@return string? message
---@return string? code ENOENT EACCES EIO
function file.stat(path) end

--- The whole of a regular file.
---@param path string
---@param max? integer bytes that are accepted; default 64 MiB
---@return string? bytes
---@return string? message
---@return string? code ENOENT EACCES EIO; EINVAL: no regular file, or larger than max
function file.read(path, max) end

--- The names in a folder, without `.` and `..`, sorted bytewise.
---@param path string
---@return string[]? names
---@return string? message
---@return string? code ENOENT EACCES EIO
function file.list(path) end

--- The absolute path, links resolved, as the system spells it.
---@param path string
---@return string? real
---@return string? message
---@return string? code ENOENT EACCES EIO
function file.real(path) end

--- Makes a folder and its parents. True when it is there already.
---@param path string
---@return true? made
---@return string? message
---@return string? code EACCES EIO; EEXIST: something that is no folder has its name, or a parent's
function file.mkdir(path) end

--- Removes a file, a link (never what it points to), or a folder with all that is in it. True when nothing is there.
---@param path string
---@return true? removed
---@return string? message
---@return string? code EACCES EIO; EINVAL: `/`, or a path that ends in `.` or `..`
function file.remove_tree(path) end

--- Replaces or makes a file in one step: temporary name beside it, flushed to disk, renamed. Readers see the old bytes
--- or the new ones. Mode 0644 less the umask.
---@param path string
---@param bytes string
---@return true? written
---@return string? message
---@return string? code ENOENT EACCES EIO; EEXIST: a folder has the name
function file.write(path, bytes) end

--- Renames; replaces `to` when it is a file. On Windows tried for 2 s while somebody else holds the file.
---@param from string
---@param to string
---@return true? renamed
---@return string? message
---@return string? code ENOENT EACCES EIO; EEXIST: a folder is in the way
function file.rename(from, to) end

--- Opens a journal, made when it is not there. A last line without its end (its writer was killed) is ended first.
---@param path string
---@return file.log? log
---@return string? message
---@return string? code ENOENT EACCES EIO; EINVAL: no regular file
function file.append(path) end

--- Writes text and a newline in one step: it is in the kernel's hands when this returns, and survives our death.
---@param text string
---@return true? written
---@return string? message
---@return string? code EIO
function log:line(text) end

--- Everything written so far is on the disk when this returns.
---@return true? flushed
---@return string? message
---@return string? code EIO
function log:sync() end

--- Again is fine. Also `<close>`.
function log:close() end

return file
