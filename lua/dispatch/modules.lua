-- modules.lua: what is said of a module that nobody has, in place of Lua's list of places.

local file = require "file"
local host = require "host"
local mistake = require "dispatch.mistake"
local values = require "dispatch.values"

local M = {}

---Every module that a script can require.
local function known()
    local names = {}
    for name in pairs(package.preload) do names[#names + 1] = name end
    for _, path in ipairs(host.names()) do
        local name = path:match "^(dispatch/.*)%.lua$"
        names[#names + 1] = name and name:gsub("/", ".")
    end
    local folder = package.path:match "^(.-)/%?"
    for _, name in ipairs(folder and file.list(folder) or {}) do names[#names + 1] = name:match "^(.*)%.lua$" end
    table.sort(names)
    return names
end

---The last of package.searchers: nobody has it.
---@param name string
function M.missing(name)
    local near = values.nearest(name, known())
    local looked = { "inside dispatch" }
    local found, places = package.searchpath(name, package.path)
    for path in (found and "" or places):gmatch "no file '([^\n]*)'" do looked[#looked + 1] = path:gsub("\\", "/") end
    mistake.raise(("require \"%s\": there is no such module%s; looked for it %s"):format(name,
        near and (", did you mean \"%s\"?"):format(near) or "", table.concat(looked, ", ")))
end
return M
