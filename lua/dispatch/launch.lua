-- launch.lua: finds what the command line names, and runs it.
--
--   NAME        lua/commands/NAME.lua inside the program
--   NAME.lua    a path that exists; else tools/codex/dispatch/NAME.lua of the root; else lua/NAME.lua in the program
--
-- A script that returns a flow is run as one; any other script has done its work when it returns.

local digest = require "digest"
local file = require "file"
local host = require "host"
local characters = require "dispatch.characters"
local settings = require "dispatch.settings"
local layout = require "dispatch.layout"
local mistake = require "dispatch.mistake"
local modules = require "dispatch.modules"
local values = require "dispatch.values"

local M = {}

package.searchers[#package.searchers + 1] = modules.missing

local USAGE, BLOCKED = 64, 2
local FLOW = "run_iter.lua"
local NO_FLOW = "%s: returns no flow; its last statement must be: return flow { … }"

---@class origin                      where a script came from
---@field path string                 as it is shown: a path, or "lua/run_iter.lua" inside the program
---@field builtin boolean
---@field sha256 string

---@param name string                 a path, or a name below lua/ when builtin
---@return string? source, origin|string origin_or_message, string? code
local function read(name, builtin)
    local source, message, code
    if builtin then source = host.source(name) else source, message, code = file.read(name) end
    if not source then return nil, message, code end
    local sha256 = digest.sha256(source)
    source, message, code = characters.lua(name, source)
    if not source then return nil, message, code end
    return source, { path = builtin and "lua/" .. name or name, builtin = builtin, sha256 = sha256 }
end

---Looks a script up.
---@param name string                 ends in .lua
---@param root? string                the project, where there is one
---@return string? source, origin|string origin_or_message, string? code     ENOENT: names each place that was looked at
function M.find(name, root)
    local own = root and layout.dispatch_folder(root) .. "/" .. name
    for _, path in ipairs { name, own } do
        local info = file.stat(path)
        if info and info.type ~= "folder" then return read(path, false) end
    end
    if host.source(name) then return read(name, true) end
    local near = values.nearest(name, { FLOW })
    return nil, ("%s: no such script%s; looked for %s%s and lua/%s inside dispatch"):format(
        name, near and ("; did you mean %s?"):format(near) or "", name, own and ", " .. own or "", name), "ENOENT"
end

---Runs a script. Its folder is where its `require` looks (dispatch.* always comes from the program).
---@param source string
---@param from origin
---@return any result                 what the script returns; a script's error is raised
function M.load(source, from, ...)
    if not from.builtin then
        local folder = from.path:match("^(.*)/[^/]*$") or "."
        package.path = folder .. "/?.lua;" .. folder .. "/?/init.lua"
    end
    local chunk, message = load(source, "@" .. from.path, "t")
    if not chunk then                              -- Lua cuts a long path
        mistake.raise((message:gsub("^.-:(%d+:)", function(line) return from.path .. ":" .. line end, 1)))
    end
    return chunk(...)
end

---The root's flow, for the commands that follow it.
---@param root string
---@return table? flow, origin|string origin_or_message, string? code
function M.flow(root)
    local source, from, code = M.find(FLOW, root)
    if not source then return nil, from, code end
    local flow = M.load(source, from)
    if not M.is_flow(flow) then
        return nil, NO_FLOW:format(from.path), "EINVAL"
    end
    return flow, from
end

---What a command that follows the root's flow begins with.
---@param command string              its name, for messages
---@param argv string[]
---@return run? run
---@return integer? exit              then: everything was said
function M.follow(command, argv)
    local flow, origin = M.flow(layout.find_root(settings.value_of(argv, "Root")))
    if flow then return require "dispatch.flow".context(flow, argv, origin) end
    io.stderr:write(("dispatch %s: %s\n"):format(command, origin))
    return nil, BLOCKED
end

---@return boolean
function M.is_flow(value)
    local loaded = package.loaded["dispatch.flow"]
    return loaded ~= nil and loaded.is(value)
end

---Every Lua file that was loaded so far, for the report.
---@param main? origin                the script itself
---@return origin[]                   sorted by path
function M.files(main)
    local files = { main }
    for name in pairs(package.loaded) do
        local path = name:gsub("%.", "/") .. ".lua"
        local own = not name:find("^dispatch%.") and package.searchpath(name, package.path)
        if own then
            files[#files + 1] = select(2, read(own, false))
        elseif name:find("^dispatch%.") and host.source(path) then
            files[#files + 1] = select(2, read(path, true))
        end
    end
    table.sort(files, function(a, b) return a.path < b.path end)
    return files
end

---A flow that is made and not returned would be a run that did nothing and ended with status 0.
---@param path string                  the script's
local function forgets_its_flow(path, argv)
    local flows = package.loaded["dispatch.flow_table"]
    local asked = settings.value_of(argv, "RunId") ~= nil
    return path:match "[^/]*$" == FLOW or asked and flows ~= nil and flows.made()
end

local function run_script(name, argv)
    local root = layout.find_root(settings.value_of(argv, "Root"))
    local source, from, code = M.find(name, root)
    if not source then
        io.stderr:write("dispatch: ", from, "\n")
        return code == "ENOENT" and USAGE or BLOCKED
    end
    local result = M.load(source, from, table.unpack(argv))
    if M.is_flow(result) then return require "dispatch.flow".main(result, argv, from) end
    if forgets_its_flow(from.path, argv) then mistake.raise(NO_FLOW:format(from.path)) end
    return 0
end

---The commands inside the program.
---@return string[]                   sorted
function M.commands()
    local names = {}
    for _, path in ipairs(host.names()) do names[#names + 1] = path:match "^commands/([%w_-]+)%.lua$" end
    return names
end

---What somebody meant who gave a command that is none.
local function meant(name, argv)
    if name:lower():find "^%-%-?run%-?id" then return "the flow comes first: dispatch run_iter.lua -RunId ID" end
    local id = values.like_run_id(name) and name or name == "run" and argv[1]
    if id and not id:find "^-" then return ("did you mean `dispatch run_iter.lua -RunId %s`?"):format(id) end
    local names = M.commands()
    names[#names + 1] = FLOW
    local near = not name:find "^-" and values.nearest(name, names)
    return (near and ("did you mean `dispatch %s`? "):format(near) or "")
        .. "`dispatch help` lists them, a script's name ends in .lua"
end

local function run_command(name, argv)
    local source = name:find("^[%w_-]+$") and host.source("commands/" .. name .. ".lua")
    if not source then
        io.stderr:write(("dispatch: no command '%s'; %s\n"):format(name, meant(name, argv)))
        return USAGE
    end
    if settings.asks_help(argv) then name, argv, source = "help", { name }, host.source "commands/help.lua" end
    local command = M.load(source, { path = "lua/commands/" .. name .. ".lua", builtin = true })
    return command.run(argv)
end

local ALIAS = { ["--help"] = "help", ["-h"] = "help", ["-?"] = "help", ["/?"] = "help" }

---@param argv string[]               what stands behind `dispatch`
---@return integer exit_status
function M.main(argv)
    local name = table.remove(argv, 1)
    if not name then
        run_command("help", {})
        return USAGE
    end
    if name == "--version" then
        print("dispatch " .. host.version)
        return 0
    end
    if name:find("%.lua$") then return run_script(name, argv) end
    return run_command(ALIAS[name] or name, argv)
end

return M
