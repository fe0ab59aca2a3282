-- input.lua: where lines come from: an editor at a terminal; plain lines of a pipe, or of a terminal for which none was
-- built in. Both wait in the program's one sleeper.

local edit = require "edit"
local term = require "term"
local wait = require "wait"

local M = {}

local Plain = {}
Plain.__index = Plain

---A line; nil at the end; nil, message, code.
function Plain:line(prompt)
    if self.prompts then term.write(prompt) end
    while true do
        local line, rest = self.bytes:match "^([^\n]*)\n(.*)$"
        if line then
            self.bytes = rest
            return (line:gsub("\r$", ""))
        end
        if self.ended then
            line, self.bytes = self.bytes, ""
            return line ~= "" and line or nil
        end
        local ready, message, code = wait.any({ self.source }, math.huge)
        if not ready then
            if self.prompts then term.write "\n" end        -- behind the terminal's own ^C
            return nil, message, code
        end
        local bytes
        bytes, message, code = term.read()
        if message then return nil, message, code end
        self.ended = bytes == nil
        self.bytes = self.bytes .. (bytes or "")
    end
end

function Plain:keep() return self ~= nil end

function Plain:close() self.source:close() end

local function plain(prompts)
    local source, message, code = term.input()
    if not source then return nil, message, code end
    return setmetatable({ source = source, bytes = "", ended = false, prompts = prompts }, Plain)
end

---@param options edit.options
---@return table? input               {line(prompt), keep(text), close()}
---@return string? note               what is not as it should be, and how we go on
---@return string? code
function M.open(options)
    if not M.interactive() then return plain(term.is_tty "in") end
    local editor, message, code = edit.open(options)
    if editor then return editor end
    if code ~= "EUNSUPPORTED" and options.history then
        editor = edit.open { complete = options.complete }
        if editor then return editor, message .. "; lines are not kept for later sessions" end
    end
    return plain(true), message .. "; lines cannot be edited here"
end

---Does a person sit there?
---@return boolean
function M.interactive() return term.is_tty "in" and term.is_tty "out" end

---How wide is it? Where there is no terminal, as wide as usual.
---@return integer columns
function M.columns() return (term.size()) or 80 end


return M
