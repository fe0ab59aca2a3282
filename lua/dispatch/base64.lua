-- base64.lua: bytes as RFC 4648, section 4, writes them: for a picture inside a page. No library inside has it.

local M = {}

local ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

local pairs_of = {}                              -- 12 bits -> two characters: half as many look-ups

local function fill()
    for n = 0, 4095 do
        local high, low = n >> 6, n & 63
        pairs_of[n] = ALPHABET:sub(high + 1, high + 1) .. ALPHABET:sub(low + 1, low + 1)
    end
end

---@param bytes string
---@return string
function M.encode(bytes)
    if not pairs_of[0] then fill() end
    local out, n = {}, 0
    local whole = #bytes - #bytes % 3
    for i = 1, whole, 3 do
        local a, b, c = bytes:byte(i, i + 2)
        out[n + 1], out[n + 2] = pairs_of[a << 4 | b >> 4], pairs_of[(b & 15) << 8 | c]
        n = n + 2
    end
    local a, b = bytes:byte(whole + 1, -1)
    if b then
        out[n + 1] = pairs_of[a << 4 | b >> 4] .. pairs_of[(b & 15) << 8]:sub(1, 1) .. "="
    elseif a then
        out[n + 1] = pairs_of[a << 4] .. "=="
    end
    return table.concat(out)
end

return M
