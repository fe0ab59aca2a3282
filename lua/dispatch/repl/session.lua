-- session.lua: reads, runs, prints, until the end. No mistake of a chunk ends it, nor does Ctrl-C.

local host = require "host"
local wait = require "wait"
local completer = require "dispatch.repl.completer"
local coroutines = require "dispatch.repl.coroutines"
local desks = require "dispatch.repl.desks"
local help = require "dispatch.repl.help"
local input = require "dispatch.repl.input"
local printer = require "dispatch.repl.printer"
local reader = require "dispatch.repl.reader"
local tools = require "dispatch.repl.tools"
local values = require "dispatch.values"

local M = {}

local FIRST, MORE = "> ", ".. "
local PASS, FAILED, INTERRUPTED = 0, 1, 130

-- ------------------------------------------------------------------------------------------------------------ globals

-- Globals of the desktops, opened on first touch.
local PRESETS = { "desktop", "desktops" }

---@return any value, string? message
local function preset(name)
    local places, message = desks.places()
    if not places then error(message, 0) end
    local all = {}
    for i, place in ipairs(places) do
        all[i] = place.desktop
        all[place.name] = place.desktop
    end
    if name == "desktops" then return all end
    return all[1]
end

local function is_preset(name)
    for _, each in ipairs(PRESETS) do
        if each == name then return true end
    end
    return false
end

---Modules and desktops are globals on first touch; the tools are there. Desktops are asked for each time: one that went
---away is opened anew.
local function make_globals()
    coroutines.watch()
    help.remember_standard()
    host.globals()
    local meta = getmetatable(_G)
    local touch = meta.__index
    function meta.__index(globals, name)
        if is_preset(name) then return preset(name) end
        return touch(globals, name)
    end
    for name, tool in pairs(tools) do _G[name] = tool end
end

-- ----------------------------------------------------------------------------------------------------------- printing

local function name_of(value)
    if type(value) == "function" then
        local name = help.name_of(value)
        return name and "function " .. name
    end
    local class = help.class_of(value)
    if class == "window.desktop" then
        local fine, name = pcall(function() return value.name end)
        return ("%s (%s)"):format(class, fine and name or "closed")
    end
    return class
end

local function print_values(results)
    if results.n == 0 then return end
    _G._ = results[1]
    io.stdout:write(printer.show_all(results, { width = input.columns(), name_of = name_of }), "\n")
end

local function complain(message)
    io.stdout:flush()
    io.stderr:write(message, "\n")
end

-- ------------------------------------------------------------------------------------------------------------ running

---A name that nobody knows, and one that was perhaps meant.
local function meant(message)
    local name = message:match "%(global '([%w_]+)'%)"
    if not name or rawget(_G, name) ~= nil then return "" end
    local best, cost = nil, 3
    local function look(each)
        if type(each) ~= "string" then return end
        local distance = values.distance(name, each) + math.abs(#name - #each) / 10
        if distance < cost then best, cost = each, distance end
    end
    for each in pairs(_G) do look(each) end
    for _, each in ipairs(help.modules()) do look(each) end
    return best and ("; did you mean %s?"):format(best) or ""
end

---What xpcall hands on: the message, and how it came there when that is more than the chunk itself.
local function judge(problem)
    if type(problem) ~= "string" then
        local meta = debug.getmetatable(problem)
        if not (meta and meta.__tostring) then
            return "error: " .. printer.show(problem, { width = input.columns(), name_of = name_of })
        end
        problem = tostring(problem)
    end
    local trace = debug.traceback("", 2):gsub("\n\tlua/dispatch/repl/session%.lua:.*$", ""):gsub(
        "\n\t%(%.%.%.tail calls%.%.%.%)$", "")
    local _, levels = trace:gsub("\n\t", "")
    local more = levels > 2 and trace:gsub("^%s*stack traceback:", "\nstack traceback:") or ""
    return problem .. meant(problem) .. more
end

---Runs a chunk and prints what it returns.
---@return boolean fine
---@return string? signal             that stopped it, or came meanwhile
local function run(chunk)
    local function run_and_print() print_values(table.pack(chunk())) end
    local signal, fine, message = wait.attempt(run_and_print, judge)
    if not fine then complain(message) end
    return fine, signal
end

---Once a session: who writes `local x = 1` at a prompt wants x in the next line.
local function hint_of_locals()
    local told = false
    return function(text)
        local name = text:match "^%s*local%s+function%s+([%a_][%w_]*)" or text:match "^%s*local%s+([%a_][%w_]*)"
        local _, times = text:gsub("%f[%w_]" .. (name or "%z") .. "%f[^%w_]", "")
        if not name or told or times > 1 then return end
        told = true
        complain(("a local is forgotten at the end of its line; without `local`, %s stays"):format(name))
    end
end

-- ----------------------------------------------------------------------------------------------------------- the loop

local ENDS = { exit = true, quit = true }

local function context()
    return {
        globals = _G,
        touchable = function()
            local names = {}
            for name in pairs(package.preload) do names[#names + 1] = name end
            return table.move(PRESETS, 1, #PRESETS, #names + 1, names)
        end,
        touch = function(name) return _G[name] end,
        titles = function()
            local found = {}
            for i, w in ipairs(desks.windows() or {}) do found[i] = w.title end
            return found
        end,
        topics = help.topics,
        files = help.loadable,
        members = function(value)
            local found = help.members(help.class_of(value))
            for name in pairs(help.methods_of(value)) do found[#found + 1] = { name = name, method = true } end
            return found
        end,
        columns = input.columns(),
    }
end

local function greet()
    print(("dispatch %s, %s. Tab completes, Ctrl-C stops what runs, Ctrl-D ends."):format(host.version, _VERSION))
    print 'Try  help()   windows()   explain "HITECHOS_A_core_20261122_1"'
end

---Ctrl-C stops what runs; other signals end the session.
local function ends(signal) return signal ~= nil and signal ~= "SIGINT" end

---Runs chunk after chunk.
---@param lines table                 an input
---@param interactive boolean
---@return integer exit_status
local function loop(lines, chunks, interactive)
    local status, hint = PASS, hint_of_locals()
    while true do
        local line, message, code = lines:line(chunks:pending() and MORE or FIRST)
        if line == nil and code == "EINTR" then
            if ends(wait.forget()) or not interactive then return INTERRUPTED end
            chunks:clear()
        elseif line == nil then
            if message then complain(message) end
            message = message or chunks:finish()
            if message and not interactive then complain(message) end
            if interactive then print() end
            return message and FAILED or interactive and PASS or status
        elseif not chunks:pending() and ENDS[line:match "^%s*(%a*)%s*$" or ""] and _G[line] == nil then
            return interactive and PASS or status
        else
            local what, chunk, text = chunks:feed(line)
            if what == "chunk" then
                lines:keep(text)
                local fine, signal = run(text:find "^%s*help%s*$" and tools.help or chunk)
                if ends(signal) then return INTERRUPTED end
                if fine and not signal and interactive then hint(text) end
                status = fine and status or FAILED
            elseif what == "error" then
                lines:keep(text)
                complain(chunk)
                status = FAILED
            end
        end
    end
end

---@param options {cfg: table, history?: string}
---@return integer exit_status
function M.run(options)
    local chunks = reader.new()
    desks.use(options.cfg)
    local lines, note = input.open { history = options.history,
        complete = function(line, cursor) return completer.complete(line, cursor, context(), chunks:text()) end }
    if not lines then
        complain("dispatch repl: " .. note)
        return FAILED
    end
    make_globals()
    local interactive = input.interactive()
    if interactive then greet() end
    if note then complain(note) end
    local status = loop(lines, chunks, interactive)
    lines:close()
    desks.close()
    return status
end

return M
