-- screen.lua: lines on a terminal, redrawn in place. Writes only what changed, all in one write and inside a
-- synchronised update (a terminal that does not know mode 2026 ignores it), so nothing flickers.
-- Leaves the last picture standing.

local term = require "term"

local M = {}
M.__index = M

local BEGIN, END = "\27[?2026h\27[?25l", "\27[?25h\27[?2026l"

---@return table screen               {draw(lines, columns, rows)}
function M.new() return setmetatable({ shown = {} }, M) end

---@param lines string[]              each no wider than the terminal
---@param columns integer             of the terminal now
---@param rows integer                more than there are lines. When the size changed, a terminal may have broken our
---                                   lines anew: the screen is cleared and all is drawn again
---@return boolean there              false: the terminal went away
function M:draw(lines, columns, rows)
    local again = columns ~= self.columns or rows ~= self.rows
    local out = { BEGIN }
    if self.columns then out[2] = again and "\27[H\27[2J" or ("\27[%dF"):format(#self.shown) end
    for i, line in ipairs(lines) do
        local same = not again and self.shown[i] == line
        out[#out + 1] = (same and "" or "\27[2K" .. line) .. "\r\n"
    end
    if #self.shown > #lines then out[#out + 1] = "\27[J" end
    self.shown, self.columns, self.rows = lines, columns, rows
    out[#out + 1] = END
    return term.write(table.concat(out)) ~= nil
end

return M
