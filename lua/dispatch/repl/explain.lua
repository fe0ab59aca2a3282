-- explain.lua: which windows a title means, and for each near miss why it is none, as lines. Pure.

local title = require "dispatch.title"
local wrap = require "dispatch.wrap"

local M = {}

local function capital(text) return (text:gsub("^%l", string.upper)) end

local function verdict(matching, near, all, token)
    local looked = all == 1 and "1 window was looked at" or ("%d windows were looked at"):format(all)
    if matching == 1 then return ("One window matches: a run would take it. %s."):format(capital(looked)) end
    if matching > 1 then
        return ("%d windows match; a run would refuse (EAMBIGUOUS): close or retitle all but one. %s."):format(matching,
            capital(looked))
    end
    if near > 0 then
        return ("No window matches: %s must stand in a title as a whole. %s."):format(token, capital(looked))
    end
    return ("No window comes near %s. %s; windows() lists them."):format(token, capital(looked))
end

---@param windows repl.window[]
---@param token string
---@param columns integer
---@return string[] lines
function M.lines(windows, token, columns)
    local out, matching = {}, 0
    local near = title.near_misses(windows, token)
    for _, each in ipairs(near) do
        matching = matching + (each.matches and 1 or 0)
        local word = each.matches and "matches" or "near"
        for i, line in ipairs(wrap.lines(("%s: %s"):format(each.window.via or "?", title.describe(each.window)),
            columns - 9)) do
            out[#out + 1] = (i == 1 and ("%-7s  "):format(word) or (" "):rep(9)) .. line
        end
        for _, line in ipairs(wrap.lines(each.reason or "", columns, (" "):rep(11))) do out[#out + 1] = line end
    end
    for _, line in ipairs(wrap.lines(verdict(matching, #near, #windows, token), columns)) do out[#out + 1] = line end
    return out
end

return M
