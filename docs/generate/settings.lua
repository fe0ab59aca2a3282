-- settings.lua: the table of settings in docs/manual.md, from what settings.lua says of each.

local md = require "dispatch.markdown"
local settings = require "dispatch.settings"
local values = require "dispatch.values"

local M = {}

local BEGIN, END = "<!-- settings: begin (made by ./dev docs from lua/dispatch/settings.lua) -->\n",
    "<!-- settings: end -->"

local function default_of(setting)
    if setting.switch then return "off" end
    if setting.default == nil then return (setting.none:gsub("[()]", "")) end
    return values.show(setting.default)
end

---What it accepts, and how it is told, on every system. This runs on POSIX alone.
---@return string accepts, string about
local function words_of(setting)
    local accepts = setting.switch and "a switch" or values.accepts(setting)
    return setting.on_windows and ("%s; on Windows: %s"):format(accepts, setting.on_windows) or accepts,
        setting.posix and setting.about .. "; not on Windows" or setting.about
end

---@return string table                Markdown
function M.table()
    local rows, later = {}, {}
    for _, setting in ipairs(settings.TABLE) do
        local flag = "`-" .. setting.name .. "`"
        if setting.later == true then
            later[#later + 1] = flag
        else
            local variable = settings.variables(setting)[1]
            variable = variable and "`" .. variable .. "`" or ""
            local accepts, about = words_of(setting)
            rows[#rows + 1] = { flag, variable, md.text(default_of(setting)), md.prose(accepts), md.prose(about) }
        end
    end
    return md.table({ "flag", "variable", "default", "accepts", "" }, rows)
        .. (later[1] and "\n\nReserved, and refused by this build: " .. table.concat(later, ", ") .. "." or "") .. "\n"
end

---@param page string                  docs/manual.md
---@return string? page                with the table of now
---@return string? message
function M.put_into(page)
    local _, first = page:find(BEGIN, 1, true)
    local last = first and page:find(END, first, true)
    if not last then return nil, ("docs/manual.md: has no %s… %s"):format(BEGIN, END) end
    return page:sub(1, first) .. M.table() .. page:sub(last)
end

return M
