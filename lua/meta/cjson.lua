---@meta cjson

--- lua-cjson: reading JSON that others print (https://kyne.au/~mark/software/lua-cjson-manual.html). What dispatch writes
--- comes from dispatch.json, which sorts its keys.
---@class cjson
---@field null userdata what `null` is read as
local cjson = {}

--- Reads one JSON text. Raises on anything else: put pcall() around it where the text is a stranger's.
---@param text string
---@return any value
function cjson.decode(text) end

--- Writes a value. The order of keys is not fixed. Raises on functions, cycles, NaN and lists with holes.
---@param value any
---@return string text
function cjson.encode(value) end

--- A module with settings of its own.
---@return cjson
function cjson.new() end

--- What lists with holes become.
---@param convert? boolean an object in place of an error
---@param ratio? integer how many times more elements than values make it a list with holes; default 2
---@param safe? integer up to this index always a list; default 10
---@return boolean convert
---@return integer ratio
---@return integer safe
function cjson.encode_sparse_array(convert, ratio, safe) end

--- How deep encode() goes before it raises.
---@param depth? integer default 1000
---@return integer depth
function cjson.encode_max_depth(depth) end

--- How deep decode() goes before it raises.
---@param depth? integer default 1000
---@return integer depth
function cjson.decode_max_depth(depth) end

--- Digits of numbers that are written.
---@param digits? integer 1 to 16; default 14
---@return integer digits
function cjson.encode_number_precision(digits) end

--- May encode() keep its buffer from one call to the next?
---@param keep? boolean default true
---@return boolean keep
function cjson.encode_keep_buffer(keep) end

--- May NaN and infinity be written?
---@param allow? boolean|"null" default false
---@return boolean|"null" allow
function cjson.encode_invalid_numbers(allow) end

--- May NaN, infinity and hexadecimal numbers be read?
---@param allow? boolean default true
---@return boolean allow
function cjson.decode_invalid_numbers(allow) end

return cjson
