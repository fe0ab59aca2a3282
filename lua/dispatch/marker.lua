-- marker.lua: is this DONE.marker complete? And is there one where it does not count?
--
-- PowerShell 5 writes UTF-16 with a BOM, editors write a BOM in UTF-8, and a writer may be in the middle of it: so what
-- is there but not yet right is no error. It is said, and waited on.

local file = require "file"
local characters = require "dispatch.characters"

local M = {}

M.MAX_BYTES = 64 * 1024

---@param bytes string                 after the BOM
---@param format string                of string.unpack, for one unit of two bytes
---@return string? text, string? why
local function from_utf16(bytes, format)
    if #bytes % 2 == 1 then return nil, "ends in the middle of a UTF-16 character" end
    local out, at = {}, 1
    while at <= #bytes do
        local code = string.unpack(format, bytes, at)
        at = at + 2
        if code >= 0xD800 and code <= 0xDBFF then
            local low = at <= #bytes and string.unpack(format, bytes, at)
            if not low then return nil, "ends in the middle of a UTF-16 character" end
            if low < 0xDC00 or low > 0xDFFF then return nil, "is not valid UTF-16" end
            code, at = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00), at + 2
        elseif code >= 0xDC00 and code <= 0xDFFF then
            return nil, "is not valid UTF-16"
        end
        out[#out + 1] = utf8.char(code)
    end
    return table.concat(out)
end

---@return string? text, string? why
local function decoded(bytes)
    if bytes:sub(1, 3) == "\xEF\xBB\xBF" then bytes = bytes:sub(4) end
    if bytes:sub(1, 2) == "\xFF\xFE" then return from_utf16(bytes:sub(3), "<I2") end
    if bytes:sub(1, 2) == "\xFE\xFF" then return from_utf16(bytes:sub(3), ">I2") end
    if bytes:find "^%g\0" or bytes:find "^\0%g" then return nil, "is UTF-16 without a byte order mark; write UTF-8" end
    if not utf8.len(bytes) then return nil, "is not valid UTF-8" end
    return bytes
end

---What stands in place of the token.
local function instead(text, run_id, worker)
    local first
    for line in text:gmatch "[^\r\n]+" do
        local content = line:match "^%s*(.*%S)"
        if content then
            local id, who = content:match "^DONE%s+(%S+)%s+(%S+)$"
            if id and id ~= run_id then return ("'%s' is of another run"):format(characters.reveal(content)) end
            if who and who ~= worker then return ("'%s' is another worker's"):format(characters.reveal(content)) end
            first = first or ("its first line is '%s'"):format(characters.reveal(content))
        end
    end
    return first or "it is empty"
end

---Is this text a complete marker?
---@param bytes string
---@return true? ok, string? why
function M.check(bytes, run_id, worker)
    local text, why = decoded(bytes)
    if not text then return nil, why end
    local token = ("DONE %s %s"):format(run_id, worker)
    for line in text:gmatch "[^\r\n]+" do
        if line:match "^%s*(.*%S)" == token then return true end
    end
    return nil, ("no line is exactly '%s': %s"):format(token, instead(text, run_id, worker))
end

local NO_MARKER = { folder = "is a folder", link = "is a link", other = "is no file" }

---Looks at a worker's marker.
---@param path string
---@param run_id string
---@param worker string
---@return true? ok
---@return string? message             nil: nothing is there; else what is there and is not (yet) a marker
---@return string? code                ENOENT, EINVAL, EACCES, EIO
function M.read(path, run_id, worker)
    local info, message, code = file.stat(path)
    if not info then return nil, code ~= "ENOENT" and message or nil, code end
    if NO_MARKER[info.type] then
        return nil, ("%s: %s, and a marker is a file of its own"):format(path, NO_MARKER[info.type]), "EINVAL"
    end
    if info.bytes > M.MAX_BYTES then
        return nil, ("%s: has %d bytes, and a marker has at most %d (64 KiB)"):format(path, info.bytes, M.MAX_BYTES),
            "EINVAL"
    end
    local bytes
    bytes, message, code = file.read(path, M.MAX_BYTES)
    if not bytes then return nil, code ~= "ENOENT" and message or nil, code end
    local ok, why = M.check(bytes, run_id, worker)
    if ok then return true end
    return nil, ("%s: %s"):format(path, why), "EINVAL"
end

---Is there a marker inside the worker's own worktree, where it does not count?
---@param job {worker: string, marker_path: string, stray_marker_path: string}
---@return string? why                 names both paths
function M.stray(job)
    local there = file.real(job.stray_marker_path)
    local info = there and file.stat(there)
    if not info or info.type ~= "file" then return nil end
    if there == file.real(job.marker_path) then return nil end      -- the worktree's runs/ leads to the root's
    return ("%s: the marker is in the worktree, %s, and does not count there; it belongs to %s"):format(job.worker,
        job.stray_marker_path, job.marker_path)
end

return M
