-- echo.lua: where a composer cannot be read, what it tells of itself as to a screen reader. That may be cut, decorated
-- or the line with the cursor, so it never speaks against a send. It speaks for one when it was exactly our text, of
-- several lines, and the same element is empty after the key: a line alone would be empty as well when the key began a
-- new one.

local M = {}

M.EMPTY_LOOKS = 3                                -- in a row

---Before the key: does it tell exactly our text? Then s.echo says whether it may prove more.
---@param s table                                 of send.lua
---@return boolean shown
---@return boolean mute                           it tells nothing, and will not
function M.shows(s)
    local told, _, code = s.desktop:told_text(s.job.pin)
    if told ~= s.text then return false, code ~= nil end
    s.seen.shown, s.echo = true, s.text:find "\n" ~= nil
    return true, false
end

---After the key, to be asked again and again: was it empty so many times in a row?
---@param s table
---@return fun(): boolean
function M.emptied(s)
    local looks = 0
    return function()
        looks = s.desktop:told_text(s.job.pin) == "" and looks + 1 or 0
        return looks >= M.EMPTY_LOOKS
    end
end

return M
