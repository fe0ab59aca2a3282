---@meta digest

--- SHA-256 (FIPS 180-4), for receipts and the report.
---@class digest
local digest = {}

--- Of bytes in memory.
---@param bytes string
---@return string hex 64 lower-case hexadecimal digits
function digest.sha256(bytes) end

--- Of what is in a file; it need not fit into memory.
---@param path string
---@return string? hex
---@return string? message
---@return string? code ENOENT EACCES EIO; EINVAL: no regular file
function digest.sha256_file(path) end

return digest
