-- reader.lua: from lines to chunks: an expression, statements, or not yet the whole of them. Pure.

local M = {}
M.__index = M

local NAME = "=repl"                   -- in messages: "repl:1: …"

---@param globals? table             of the chunks
---@return table reader
function M.new(globals) return setmetatable({ lines = {}, globals = globals or _G }, M) end

---Is something begun and not ended?
---@return boolean
function M:pending() return self.lines[1] ~= nil end

---The lines that were begun; nil: none.
---@return string?
function M:text() return self.lines[1] and table.concat(self.lines, "\n") end

---Forgets what was begun.
function M:clear() self.lines = {} end

---A string in quotes does not go on in the next line, but where a backslash says so.
local function incomplete(message, text)
    return message:find "<eof>'?$" ~= nil and (not message:find "unfinished string" or text:sub(-1) == "\\")
end

---An expression in any of its spellings: `x`, `=x`, `return x`; else statements.
local function compile(text, globals)
    local marked = text:match "^%s*=(.*)$"
    local chunk, message = load("return " .. (marked or text), NAME, "t", globals)
    if chunk or marked then return chunk, message end
    return load(text, NAME, "t", globals)
end

---One line more.
---@param line string                 may have newlines in it
---@return "chunk"|"more"|"nothing"|"error" what
---@return function|string|nil chunk  or the message of the error
---@return string? text               all lines of it
function M:feed(line)
    self.lines[#self.lines + 1] = line
    local text = table.concat(self.lines, "\n")
    if not text:find "%S" then
        self:clear()
        return "nothing"
    end
    local chunk, message = compile(text, self.globals)
    if chunk then
        self:clear()
        return "chunk", chunk, text
    end
    if incomplete(message, text) then return "more", nil, text end
    self:clear()
    return "error", message, text
end

---There will be no more lines.
---@return string? message            what was begun and cannot be ended; nil: nothing was
function M:finish()
    if not self:pending() then return nil end
    local text = table.concat(self.lines, "\n")
    self:clear()
    return select(2, compile(text, self.globals))
end

return M
