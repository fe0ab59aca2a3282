---@meta zip

--- Zips of strangers, and our own. A zip is refused as a whole when anything in it breaks a rule: a name with `..`, a
--- drive, a backslash, a control character, one that Windows cannot have, not UTF-8, twice, or differing by case alone;
--- links and devices; encryption; a compression other than Deflate; zip64 and several parts; two headers that disagree;
--- data that overlap or are damaged; more than 8 MiB a file, 64 MiB or 1000 entries. The message names the file, the
--- entry, the rule and the remedy.
---@class zip
local zip = {}

---@class zip.entry
---@field name string as in the zip, forward slashes; that of a folder ends in one
---@field path string the name without the one top folder that all entries have in common; "" is that folder itself
---@field bytes integer
---@field crc integer
---@field folder boolean

--- The entries in the zip's order, once all of them were found harmless. Their data are not looked at yet.
---@param path string
---@return zip.entry[]? entries
---@return string? message
---@return string? code ENOENT EACCES EIO; EINVAL: no zip, or it breaks a rule
function zip.list(path) end

--- The bytes of one entry, checked against its size and CRC.
---@param path string
---@param name string as zip.list() answers it
---@return string? bytes
---@return string? message
---@return string? code ENOENT (also: no such entry) EACCES EIO; EINVAL: no zip, or it breaks a rule
function zip.read(path, name) end

--- All files into a new folder, without the one common top folder; directory entries are ignored. Flushed to disk. After
--- a refusal the folder is not there.
---@param path string
---@param folder string must not exist, its parent must
---@return true? extracted
---@return string? message
---@return string? code EEXIST ENOENT EACCES EIO EINTR; EINVAL: no zip, or it breaks a rule
function zip.extract(path, folder) end

--- Makes or replaces a zip: the same bytes on every machine and day, whatever the order. Sorted by name, dated
--- 1980-01-01, one compression, mode 0644.
---@param path string
---@param files table<string, string> name = bytes; 1 to 1000
---@return true? created
---@return string? message
---@return string? code ENOENT EACCES EIO; EINVAL: a name or a size breaks a rule
function zip.create(path, files) end

--- May a zip have this name?
---@param name string
---@return true? fine
---@return string? message
---@return string? code EINVAL
function zip.check_name(name) end

return zip
