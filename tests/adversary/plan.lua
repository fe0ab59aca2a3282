--- plan - which sends there are, in which order: the same for the same seed.
local kinds = require "kinds"

local M = {}

M.SORTS = { "tmux", "xterm", "xcb", "gtk", "fake" }
M.ARENA = { tmux = "tmux", xterm = "x11", xcb = "x11", gtk = "x11", fake = "fake" }

---Every kind on every sort of target that it makes sense on.
---@return {kind: string, sort: string, make: fun(): table}[]
function M.cells()
    local cells = {}
    for _, kind in ipairs(kinds) do
        for _, sort in ipairs(M.SORTS) do
            if type(kind[sort]) == "function" then
                cells[#cells + 1] = { kind = kind.id, sort = sort, make = kind[sort] }
            end
        end
    end
    return cells
end

---N sends, of each cell as many as of any other, in random order.
---@return {i: integer, kind: string, sort: string, make: fun(): table}[]
function M.sends(seed, n)
    math.randomseed(seed)
    local cells, sends = M.cells(), {}
    for i = 1, n do
        local cell = cells[(i - 1) % #cells + 1]
        sends[i] = { kind = cell.kind, sort = cell.sort, make = cell.make }
    end
    for i = n, 2, -1 do
        local j = math.random(i)
        sends[i], sends[j] = sends[j], sends[i]
    end
    for i, send in ipairs(sends) do send.i = i end
    return sends
end

return M
