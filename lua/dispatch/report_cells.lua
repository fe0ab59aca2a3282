-- report_cells.lua: what the tables of the report share. `m` is the markup: markdown.lua or html.lua.

local text = require "dispatch.text"

local M = {}

---@param s state
---@param row fun(name: string, worker: table): any       nil: no row
---@return table[]
function M.each_worker(s, row)
    local rows = {}
    for _, name in ipairs(s.run.all_workers or s.run.workers) do rows[#rows + 1] = row(name, s.workers[name]) end
    return rows
end

---@param t? number               seconds since the run began
function M.after(t) return t and "+" .. text.duration(t * 1000) or "" end

---@param path string
---@return string? name           of a file that lies beside the page
function M.beside(path) return path:match "/logs/([^/]+)$" end

---A path as the page shows it: a link when it lies beside the page, else from the root on.
function M.shown(s, m, path)
    if not path or path == "" then return "" end
    local name = M.beside(path)
    if name then return m.link(name, name) end
    local root = s.run.root .. "/"
    return m.code(path:sub(1, #root) == root and path:sub(#root + 1) or path)
end

return M
