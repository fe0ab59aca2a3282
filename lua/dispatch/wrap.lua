-- wrap.lua: text in lines of so many columns, and names in columns. Pure.

local width = require "dispatch.width"

local M = {}

---@param text string
---@param columns integer
---@param indent? string              before each line
---@return string[] lines
function M.lines(text, columns, indent)
    indent = indent or ""
    local out, line = {}, nil
    for word in text:gmatch "%S+" do
        local longer = line and line .. " " .. word or indent .. word
        if line and width.of(longer) > columns then
            out[#out + 1], line = line, indent .. word
        else
            line = longer
        end
    end
    out[#out + 1] = line
    return out
end

---A table of two columns: the first as wide as its widest cell (within reason), the second wrapped beside it.
---@param rows {[1]: string, [2]: string}[]
---@param columns integer
---@param indent? string
---@return string[] lines
function M.pairs(rows, columns, indent)
    indent = indent or ""
    local first, out = 0, {}
    for _, row in ipairs(rows) do first = math.max(first, width.of(row[1])) end
    first = math.min(first, columns // 2 - 2)
    for _, row in ipairs(rows) do
        local lines = M.lines(row[2], columns - #indent - first - 2)
        if width.of(row[1]) > first then
            out[#out + 1] = indent .. row[1]
        else
            local line = indent .. width.fit(row[1], first) .. "  " .. (table.remove(lines, 1) or "")
            out[#out + 1] = line:gsub(" +$", "")
        end
        for _, line in ipairs(lines) do out[#out + 1] = indent .. (" "):rep(first + 2) .. line end
    end
    return out
end

---Names side by side, ordered down the columns, as ls(1) does.
---@param names string[]
---@param columns integer
---@return string[] lines
function M.columns(names, columns)
    local widest = 0
    for _, name in ipairs(names) do widest = math.max(widest, width.of(name)) end
    local across = math.max(1, (columns + 2) // (widest + 2))
    local down = (#names + across - 1) // across
    local out = {}
    for row = 1, down do
        local cells = {}
        for at = row, #names, down do cells[#cells + 1] = width.fit(names[at], widest) end
        out[row] = width.cut(table.concat(cells, "  "):gsub(" +$", ""), columns)
    end
    return out
end

return M
