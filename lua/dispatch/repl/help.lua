-- help.lua: finds what is meant (a function, a desktop, "window.find", "send") and answers the lines about it. The text
-- itself is that of the annotations: lua/meta for the modules in C, the comments of our own Lua files for the others.

local host = require "host"
local annotations = require "dispatch.annotations"
local page = require "dispatch.repl.help_page"
local settings = require "dispatch.settings"
local values = require "dispatch.values"
local wrap = require "dispatch.wrap"

local M = {}

local TOOLS = "dispatch.repl.tools"
local MANUAL = "https://www.lua.org/manual/5.4/manual.html"

---The classes of userdata that modules answer, as lua/meta calls them.
M.CLASSES = { ["dispatch.desktop"] = "window.desktop", ["dispatch.changes"] = "window.changes",
    ["dispatch.child"] = "process.child", ["dispatch.child.input"] = "process.input", ["dispatch.edit"] = "edit.editor",
    ["dispatch.lock"] = "lock.held", ["dispatch.log"] = "file.log", ["dispatch.term.source"] = "term.source",
    ["dispatch.wait.file"] = "wait.file", ["dispatch.wait.set"] = "wait.set" }

-- Lua's own: of these globals, every function.
local STANDARD = { "_G", "coroutine", "debug", "io", "math", "os", "package", "string", "table", "utf8" }

-- -------------------------------------------------------------------------------------------------------------- index

local read_files = {}

---@return table? found               as annotations.read() answers it
local function read(path)
    if read_files[path] == nil then
        local source = host.source(path)
        read_files[path] = source and annotations.read(source) or false
    end
    return read_files[path] or nil
end

---The annotations of a module: "window", "dispatch.title".
local function module(name)
    if name:find "^dispatch%." then return read(name:gsub("%.", "/") .. ".lua") end
    return name:find "^[%w_]+$" and read("meta/" .. name .. ".lua") or nil
end

---Every module that has help, sorted: those in C.
---@return string[]
function M.modules()
    local names = {}
    for _, path in ipairs(host.names()) do names[#names + 1] = path:match "^meta/([%w_]+)%.lua$" end
    return names
end

---Every Lua file of ours that require() finds, and the modules in C.
---@return string[]
function M.loadable()
    local names = M.modules()
    for _, path in ipairs(host.names()) do
        local name = path:match "^(dispatch/.*)%.lua$"
        if name and not name:find "^dispatch/repl/" then names[#names + 1] = name:gsub("/", ".") end
    end
    return names
end

---@return annotated.class? class, annotated.function[]? methods
local function class_named(name)
    local found = module(name:match "^[^.]+")
    if name:find "^fake%." then found = module "window" end
    for _, class in ipairs(found and found.classes or {}) do
        if class.name == name then
            local methods = {}
            for _, f in ipairs(found.functions) do
                if f.class == name and f.mark == ":" then methods[#methods + 1] = f end
            end
            return class, methods
        end
    end
end

---The class of a userdata, as lua/meta calls it.
---@return string?
function M.class_of(value)
    local meta = type(value) == "userdata" and debug.getmetatable(value)
    return meta and M.CLASSES[meta.__name or ""]
end

---The methods of a class of userdata, by name: those that its metatable has.
---@param value userdata
---@return table<string, function>
function M.methods_of(value)
    local meta = debug.getmetatable(value)
    local methods = meta and meta.__index
    if type(methods) == "function" then methods = select(2, debug.getupvalue(methods, 1)) end
    return type(methods) == "table" and methods or {}
end

---Fields and methods of a class, as the annotations have them; those of what it is a kind of, too.
---@param name string
---@return {name: string, method: boolean}[]
function M.members(name)
    local out = {}
    while name do
        local class, methods = class_named(name)
        for _, each in ipairs(class and class.fields or {}) do
            out[#out + 1] = { name = each.name, method = false }
        end
        for _, each in ipairs(methods or {}) do out[#out + 1] = { name = each.name, method = true } end
        name = class and class.kind
    end
    return out
end

---The fields of a class and of those that it is a kind of; none where it is no class.
---@param name string
---@return annotated.value[]
function M.fields(name)
    local out = {}
    while name do
        local class = class_named(name)
        for _, each in ipairs(class and class.fields or {}) do out[#out + 1] = each end
        name = class and class.kind
    end
    return out
end

-- ----------------------------------------------------------------------------------------------------- names of values

local standard

---What is Lua's own, by value. Called before anybody changed a global.
---@param globals table               where those are that stand in for Lua's own
function M.remember_standard(globals)
    standard = standard or {}
    for _, name in ipairs(STANDARD) do
        for _, from in ipairs { _G, globals } do
            for key, value in next, rawget(from, name) or {} do
                if type(value) == "function" then
                    standard[value] = standard[value] or (name == "_G" and key or name .. "." .. key)
                end
            end
        end
    end
    local file = getmetatable(io.stdout).__index
    for key, value in pairs(file) do standard[value] = "file:" .. key end
end

local function in_module(name, value)
    local loaded = package.loaded[name]
    if type(loaded) ~= "table" then return nil end
    for key, each in pairs(loaded) do
        if rawequal(each, value) and type(key) == "string" then return name .. "." .. key end
    end
end

local function in_classes(value)
    for registered, class in pairs(M.CLASSES) do
        local meta = debug.getregistry()[registered]
        local methods = meta and meta.__index
        if type(methods) == "function" then methods = select(2, debug.getupvalue(methods, 1)) end
        for key, each in pairs(methods or {}) do
            if rawequal(each, value) then return class .. ":" .. key end
        end
    end
end

---What a function is called: "window.open", "window.desktop:list", "dispatch.title.matches", "explain", "table.sort".
---@param value function
---@return string?
function M.name_of(value)
    local tools = in_module(TOOLS, value)
    if tools then return (tools:gsub("^.*%.", "")) end
    for _, name in ipairs(M.modules()) do
        local found = in_module(name, value)
        if found then return found end
    end
    local found = in_classes(value)
    if found or not standard then return found end
    if standard[value] then return standard[value] end
    for name in pairs(package.loaded) do
        found = type(name) == "string" and name:find "^dispatch%." and in_module(name, value)
        if found then return found end
    end
end

-- ------------------------------------------------------------------------------------------------------------- topics

local function last_part(name) return name:match "[%w_]+$" end

local function function_in(found, name, mark)
    for _, f in ipairs(found and found.functions or {}) do
        if f.name == name and (not mark or f.mark == mark) then return f end
    end
end

local function method(topic, columns)
    local owner, name = topic:match "^([%w_.]+):([%w_]+)$"
    if not owner then return nil end
    for _, each in ipairs(M.modules()) do
        for _, f in ipairs(module(each).functions) do
            if f.mark == ":" and f.name == name and (f.class == owner or f.owner == owner) then
                return page.of_function(f, f.owner, columns, M.fields)
            end
        end
    end
end

---What can be closed is closed in one way.
local function closing(topic, columns)
    local class = topic:match "^([%w_.]+):close$"
    local found = class and class_named(class)
    if not found or not found.closable then return nil end
    return page.of_function({ mark = ":", name = "close", arguments = "", params = {}, returns = {},
        about = "Releases it. Again is fine. Also `<close>`, and when it is collected." }, last_part(class), columns,
        M.fields)
end

local function in_lua(topic)
    for _, name in pairs(standard or {}) do
        if name == topic then
            return { ("%s is Lua's own: %s#pdf-%s"):format(topic, MANUAL, topic) }
        end
    end
end

local function topic_lines(topic, columns)
    local tool = function_in(module(TOOLS), topic, ".")
    if tool then return page.of_function(tool, "", columns, M.fields) end
    local found = module(topic)
    if found then return page.of_module(topic, found, last_part(topic), columns) end
    local owner, name = topic:match "^(.+)%.([%w_]+)$"
    local f = owner and function_in(module(owner), name, ".")
    if f then return page.of_function(f, last_part(owner), columns, M.fields) end
    local class, methods = class_named(topic)
    if class then return page.of_class(class, methods, columns) end
    return method(topic, columns) or closing(topic, columns) or in_lua(topic)
end

---Every topic: tools, modules, functions, classes, methods.
---@return string[]                   sorted
function M.topics()
    local names, seen = {}, {}
    local function add(name)
        if not seen[name] then names[#names + 1] = name end
        seen[name] = true
    end
    for _, f in ipairs(module(TOOLS).functions) do add(f.name) end
    for _, name in ipairs(M.modules()) do
        add(name)
        local found = module(name)
        for _, f in ipairs(found.functions) do
            add(f.mark == "." and name .. "." .. f.name or f.owner .. ":" .. f.name)
        end
        for _, class in ipairs(found.classes) do add(class.name) end
    end
    for _, name in ipairs(M.loadable()) do add(name) end
    table.sort(names)
    return names
end

---Topics that were perhaps meant.
local function near(topic)
    local found = {}
    for _, name in ipairs(M.topics()) do
        local tail = last_part(name)
        if tail == last_part(topic) or tail == topic then
            table.insert(found, 1, name)
        elseif #topic > 3 and values.distance(topic:lower(), name:lower()) <= 2 then
            found[#found + 1] = name
        end
    end
    return { table.unpack(found, 1, 4) }
end

local function unknown(topic, columns)
    local found = near(topic)
    local text = ("nothing is known about '%s'"):format(topic)
    if found[1] then
        for i, name in ipairs(found) do found[i] = ('help "%s"'):format(name) end
        text = text .. "; did you mean " .. table.concat(found, " or ") .. "?"
    else
        text = text .. "; help() lists what there is, `dispatch help` in a shell knows commands and settings"
    end
    return wrap.lines(text, columns)
end

---What is typed at the prompt. A console of Windows has a reader of its own (src/core/windows).
local function keys(on_windows)
    return {
        { "x   =x   f(1)", "the value is printed; _ is the last one" },
        { "Tab", "completes names, methods, and titles of windows inside a string" },
        on_windows and { "Up", "earlier lines, those of other days too" }
            or { "Up, Ctrl-R", "earlier lines, those of other days too; Ctrl-R looks for one" },
        { "Alt-Enter", "a line more; what is not complete asks for more by itself" },
        { "Ctrl-C", on_windows and "stops what runs, or drops the line; Escape empties it"
            or "stops what runs, or drops the line" },
        { on_windows and "Ctrl-Z, Ctrl-D, exit" or "Ctrl-D, exit", "ends" },
    }
end

local function overview(columns)
    local out, rows = { "Windows" }, {}
    for i, f in ipairs(module(TOOLS).functions) do
        local takes_token = f.params[1] and f.params[1].name == "token" and not f.params[1].optional
        rows[i] = { takes_token and f.name .. ' "TOKEN"' or page.signature(f, ""), page.first(f.about) }
    end
    for _, line in ipairs(wrap.pairs(rows, columns, "  ")) do out[#out + 1] = line end
    out[#out + 1] = "The prompt"
    for _, line in ipairs(wrap.pairs(keys(settings.on_windows), columns, "  ")) do out[#out + 1] = line end
    out[#out + 1] = 'Modules: help "window" and help(window.open) say more'
    for _, line in ipairs(wrap.lines(table.concat(M.modules(), " "), columns, "  ")) do out[#out + 1] = line end
    return out
end

---The name of a module that was loaded.
local function module_of(value)
    for name, loaded in pairs(package.loaded) do
        if rawequal(loaded, value) and module(name) then return name end
    end
end

---@param what any                    nothing: the overview; a topic by name; a function, a module, a userdata
---@param columns integer
---@return string[] lines
function M.about(what, columns)
    if what == nil then return overview(columns) end
    if type(what) == "string" then return topic_lines(what, columns) or unknown(what, columns) end
    local name = type(what) == "function" and M.name_of(what) or type(what) == "table" and module_of(what)
        or M.class_of(what)
    if name then return topic_lines(name, columns) or { name } end
    if type(what) == "function" then
        local info = debug.getinfo(what, "S")
        return { info.what == "C" and "a function in C that no module has"
            or ("a function of yours: %s:%d"):format(info.short_src, info.linedefined) }
    end
    return wrap.lines(("a %s, which has no help; help() lists what there is"):format(type(what)), columns)
end

return M
