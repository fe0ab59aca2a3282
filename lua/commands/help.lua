-- help: the commands, one command, the settings, one setting. All of it from what the commands and settings say of
-- themselves.

local host = require "host"
local term = require "term"
local launch = require "dispatch.launch"
local settings = require "dispatch.settings"
local values = require "dispatch.values"
local wrap = require "dispatch.wrap"

local function write(...) io.stdout:write(...) end

---As wide as the terminal; what goes elsewhere has no end of line but its own.
local function columns() return (term.size()) or math.huge end

local function write_lines(lines) write(table.concat(lines, "\n"), "\n") end

local function command_of(name)
    local source = host.source("commands/" .. name .. ".lua")
    return source and assert(load(source, "@lua/commands/" .. name .. ".lua", "t"))()
end

local function overview()
    write("dispatch ", host.version, ": prompts to AI coding workers, each proven to have arrived\n\n",
        "  dispatch run_iter.lua -RunId ID [settings]   the twelve steps of an iteration\n",
        "  dispatch FILE.lua [ARGS]                     a Lua script\n",
        "  dispatch -e \"CODE\"   dispatch -              Lua code; from standard input\n",
        "  dispatch COMMAND …\n\n")
    local rows = {}
    for i, name in ipairs(launch.commands()) do rows[i] = { name, command_of(name).summary } end
    write_lines(wrap.pairs(rows, columns(), "  "))
    write("\n`dispatch help COMMAND`, `dispatch help settings`, `dispatch help SETTING`;\n`dispatch --version`\n",
        "exit status: 0 PASS, 1 the flow script failed, 2 blocked, 64 wrong usage,\n             130 interrupted\n")
    return 0
end

local function default_of(setting)
    if setting.switch then return "off" end
    if setting.default == nil then return setting.none end
    return values.show(setting.default)
end

local function setting(each)
    write(("-%s  %s\n"):format(each.name, each.switch and "(a switch)" or values.accepts(each)))
    write_lines(wrap.lines(each.about .. (each.later == true and " (not in this build)" or "")
        .. (settings.here(each) and "" or " (not on Windows)"), columns(), "    "))
    local variables = table.concat(settings.variables(each), ", ")
    write_lines(wrap.lines(("default: %s%s"):format(default_of(each), variables ~= "" and "; " .. variables or ""),
        columns(), "    "))
end

local function all_settings()
    write("Flags go before variables, FACTORY_X before FACTORY_DISPATCH__X, both before\n",
        "the default. -Flag value, -Flag:value, --flag-name value or --flag-name=value,\n",
        "in any case. -ShowConfig shows what is in force.\n\n")
    for _, each in ipairs(settings.TABLE) do
        if each.later ~= true and settings.here(each) then setting(each) end
    end
    return 0
end

---@return table? setting              by its flag or one of its variables
local function setting_named(topic)
    for _, each in ipairs(settings.TABLE) do
        if values.folded(each.name) == values.folded(topic) then return each end
        for _, variable in ipairs(settings.variables(each)) do
            if variable == topic then return each end
        end
    end
end

local function nearest(topic)
    local names = launch.commands()
    for _, each in ipairs(settings.TABLE) do names[#names + 1] = settings.here(each) and "-" .. each.name or nil end
    names[#names + 1] = "settings"
    return values.nearest(topic, names)
end

local function run(argv)
    local topic = argv[1]
    if not topic then return overview() end
    if topic == "settings" then return all_settings() end
    local command = topic:find "^[%w_-]+$" and command_of(topic)
    if command then
        write_lines(wrap.lines("usage: " .. command.usage, columns()))
        write_lines(wrap.lines(command.summary, columns()))
        return 0
    end
    local found = setting_named(topic)
    if found then
        setting(found)
        return 0
    end
    local near = nearest(topic)
    io.stderr:write(("dispatch help: nothing is known about '%s'%s\n"):format(topic,
        near and ("; did you mean %s?"):format(near) or "; `dispatch help` lists all"))
    return 64
end

return { usage = "dispatch help [COMMAND|settings|SETTING]", summary = "says how dispatch is used", run = run }
