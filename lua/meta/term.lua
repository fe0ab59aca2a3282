---@meta term

--- Our own terminal: what it is, how wide, raw input; and it is left as it was found.
---@class term
local term = {}

---@class term.source: wait.source closable

--- Is it a terminal?
---@param stream "in"|"out"|"err"
---@return boolean
function term.is_tty(stream) end

--- The size of the terminal behind stdout.
---@return integer? columns
---@return integer|string rows message
---@return string? code EUNSUPPORTED: stdout is no terminal
function term.size() end

--- A source, ready when the size changed since it was last found ready. One a program.
---@return term.source? source
---@return string? message
---@return string? code EIO ENOMEM
function term.resized() end

--- Writes all of it, also to a pipe that somebody made non-blocking.
---@param text string
---@param stream? "out"|"err" default "out"
---@return true? written
---@return string? message
---@return string? code EIO: the reader or the terminal is gone; EINTR
function term.write(text, stream) end

--- Raw input: bytes as they come, no echo, Ctrl-C is a byte. Undone by restore(), and when the program ends.
---@return true? raw
---@return string? message
---@return string? code EUNSUPPORTED: stdin is no terminal, or belongs to another job
function term.raw() end

--- A source, ready when stdin can be read or is at its end. One a program.
---@return term.source? source
---@return string? message
---@return string? code EIO ENOMEM
function term.input() end

--- What is there now, or "" when there is nothing; nil alone at the end of input. Without input() it waits.
---@param max? integer bytes, 1 to 65536, which is the default
---@return string? bytes
---@return string? message
---@return string? code EIO EINTR
function term.read(max) end

--- The terminal as raw() found it. Fine without raw(), and again.
function term.restore() end

return term
