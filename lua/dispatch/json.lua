-- json.lua: values into JSON, the same bytes on every machine. Decoding is cjson's.
--
-- cjson writes keys in another order from run to run and passes broken UTF-8 through, so encoding is ours. The output
-- is pure ASCII: Windows PowerShell 5 decodes what we print with the console's code page.

local M = {}

local SHORT = { ['"'] = '\\"', ["\\"] = "\\\\", ["\n"] = "\\n", ["\r"] = "\\r", ["\t"] = "\\t" }
local Object = {}                                -- the mark of object()

---Marks a table as an object, so that an empty one is `{}` and not `[]`.
---@param fields? table
---@return table object                           the same table
function M.object(fields) return setmetatable(fields or {}, Object) end

---Every byte that is not part of valid UTF-8 becomes U+FFFD.
---@param text string
---@return string
function M.repair(text)
    if utf8.len(text) then return text end
    local parts, at = {}, 1
    while at <= #text do
        local _, bad = utf8.len(text, at)
        parts[#parts + 1] = text:sub(at, (bad or #text + 1) - 1)
        if bad then parts[#parts + 1] = "\u{FFFD}" end
        at = (bad or #text) + 1
    end
    return table.concat(parts)
end

local function escape_character(character)
    local point = utf8.codepoint(character)
    if point < 0x10000 then return ("\\u%04x"):format(point) end
    return ("\\u%04x\\u%04x"):format(0xD7C0 + (point >> 10), 0xDC00 + (point & 0x3FF))      -- RFC 8259, 7
end

local function quote(text)
    text = M.repair(text):gsub('[%c"\\]', function(c) return SHORT[c] or ("\\u%04x"):format(c:byte()) end)
    return '"' .. text:gsub("[\xC2-\xF4][\x80-\xBF]+", escape_character) .. '"'
end

---Keys in this order: those in `first`, then the others by name.
local function ordered_keys(value, first)
    local keys, taken = {}, {}
    for _, key in ipairs(first) do
        if value[key] ~= nil then keys[#keys + 1], taken[key] = key, true end
    end
    local rest = {}
    for key in pairs(value) do
        if type(key) ~= "string" then error("json: a key of an object must be a string, got " .. tostring(key), 0) end
        if not taken[key] then rest[#rest + 1] = key end
    end
    table.sort(rest)
    return table.move(rest, 1, #rest, #keys + 1, keys)
end

local encode

local function encode_table(value, first)
    local out = {}
    if value[1] ~= nil or (next(value) == nil and getmetatable(value) ~= Object) then
        for i, item in ipairs(value) do out[i] = encode(item, first) end
        return "[" .. table.concat(out, ",") .. "]"
    end
    for i, key in ipairs(ordered_keys(value, first)) do out[i] = quote(key) .. ":" .. encode(value[key], first) end
    return "{" .. table.concat(out, ",") .. "}"
end

function encode(value, first)
    local kind = math.type(value) or type(value)
    if kind == "string" then return quote(value) end
    if kind == "table" then return encode_table(value, first) end
    if kind == "integer" or kind == "boolean" then return tostring(value) end
    if kind == "float" and value - value == 0 then return ("%.3f"):format(value) end       -- neither inf nor nan
    error("json: cannot write " .. tostring(value), 0)
end

---One value as JSON. Raises on what JSON cannot say.
---@param value string|number|boolean|table      floats are written with three decimals: milliseconds of a second
---@param first? string[]                         keys that stand first in every object, in this order
---@return string line                            ASCII
function M.encode(value, first) return encode(value, first or {}) end

return M
