---@meta edit

--- One line from a person at a terminal, with history and completion; the program goes on serving while it waits.
---@class edit
local edit = {}

---@class edit.options
---@field history? string a file of earlier lines, made when it is not there, readable by its owner alone; its folder must be there
---@field complete? fun(line: string, cursor: integer): edit.change? for Tab; `cursor` bytes stand before the cursor.
--- nil or an error: there is nothing to complete. Without it Tab is a blank

---@class edit.change
---@field from? integer the byte, from 1, at which the replaced text begins; it ends at the cursor
---@field text? string in its place
---@field shown? string stands below the line

---@class edit.editor closable
local editor = {}

--- Makes the terminal ready. One a program.
---@param options? edit.options
---@return edit.editor? editor
---@return string? message
---@return string? code EUNSUPPORTED: stdin or stdout is no terminal, or no editor was built in; EEXIST: one is open already;
--- EACCES EIO EINVAL: the history cannot be read
function edit.open(options) end

--- Asks for a line; the terminal is raw for so long. A paste is one line, newlines and all; Alt-Enter makes one. The
--- source of term.input() leaves the set that it is in.
---@param prompt? string default "> "
---@return string? line nil alone: the end (Ctrl-D)
---@return string? message
---@return string? code EINTR: Ctrl-C or another request to stop; the line is dropped. wait.forget() before the next one
function editor:line(prompt) end

--- Keeps a line for the up key and for later sessions, unless it is the last one again.
---@param text string
---@return true? kept
---@return string? message
---@return string? code EACCES EIO ENOMEM: it is kept for this session alone
function editor:keep(text) end

--- The terminal is as it was. Again is fine. Also `<close>`, and when it is collected.
function editor:close() end

return edit
