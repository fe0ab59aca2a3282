-- session.lua: reads, runs, prints, until the end. No mistake of a chunk ends it, nor does Ctrl-C.

local host = require "host"
local wait = require "wait"
local completer = require "dispatch.repl.completer"
local desks = require "dispatch.repl.desks"
local environment = require "dispatch.repl.environment"
local help = require "dispatch.repl.help"
local hints = require "dispatch.repl.hints"
local input = require "dispatch.repl.input"
local printer = require "dispatch.repl.printer"
local reader = require "dispatch.repl.reader"
local tools = require "dispatch.repl.tools"

local M = {}

local Session = {}
Session.__index = Session

local FIRST, MORE = "> ", ".. "
local PASS, FAILED, INTERRUPTED = 0, 1, 130

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

local function options() return { width = input.columns(), name_of = name_of } end

function Session:print(results)
    if results.n == 0 then return end
    self.globals._ = results[1]
    io.stdout:write(printer.show_all(results, options()), "\n")
end

local function complain(message)
    io.stdout:flush()
    io.stderr:write(message, "\n")
end

local function greet()
    print(("dispatch %s, %s. Tab completes, Ctrl-C stops what runs, Ctrl-D ends."):format(host.version, _VERSION))
    print 'Try  help()   windows()   explain "HITECHOS_A_core_20261122_1"'
end

-- ------------------------------------------------------------------------------------------------------------ running

---The way to an error, without our own part of it; "" where it is no more than the chunk itself.
local function trace()
    local text = debug.traceback("", 3):gsub("\n\tlua/dispatch/repl/session%.lua:.*$", ""):gsub(
        "\n\t%(%.%.%.tail calls%.%.%.%)$", "")
    local _, levels = text:gsub("\n\t", "")
    return levels > 2 and text:gsub("^%s*stack traceback:", "\nstack traceback:") or ""
end

---What is said of an error.
function Session:judge(problem)
    if type(problem) ~= "string" then
        local meta = debug.getmetatable(problem)
        if not (meta and meta.__tostring) then return "error: " .. printer.show(problem, options()) end
        return tostring(problem)
    end
    return problem .. hints.behind(problem, self.globals) .. trace()
end

---Runs a chunk and prints what it returns.
---@return boolean fine
---@return string? signal             that stopped it, or came meanwhile
function Session:run(chunk)
    local signal, fine, message = wait.attempt(function() self:print(table.pack(chunk())) end,
        function(problem) return self:judge(problem) end)
    if not fine then complain(message) end
    return fine, signal
end

-- ----------------------------------------------------------------------------------------------------------- the loop

local ENDS = { exit = true, quit = true }

---Ctrl-C stops what runs; other signals end the session.
local function ends(signal) return signal ~= nil and signal ~= "SIGINT" end

---A line was refused, or there are no more.
---@return integer? exit_status       nil: it goes on
function Session:without_line(message, code)
    if code == "EINTR" then
        if ends(wait.forget()) or not self.interactive then return INTERRUPTED end
        self.chunks:clear()
        return nil
    end
    local problem = message or not self.interactive and self.chunks:finish()
    if problem then complain(problem) end
    if self.interactive then print() end
    return problem and FAILED or self.status
end

---@return integer? exit_status       nil: it goes on
function Session:with_line(line)
    local word = line:match "^%s*(%a*)%s*$"
    if ENDS[word] and not self.chunks:pending() and rawget(self.globals, word) == nil then return self.status end
    local what, chunk, text = self.chunks:feed(line)
    if what == "chunk" then
        self.lines:keep(text)
        local fine, signal = self:run(text:find "^%s*help%s*$" and tools.help or chunk)
        if ends(signal) then return INTERRUPTED end
        local hint = fine and not signal and self.interactive and self.hint(text)
        if hint then complain(hint) end
        self:count(fine)
    elseif what == "error" then
        self.lines:keep(text)
        complain(chunk)
        self:count(false)
    end
end

---A script in a pipe wants to know whether all of it went well; a person has seen it.
function Session:count(fine)
    if not fine and not self.interactive then self.status = FAILED end
end

---@return integer exit_status
function Session:loop()
    local status
    repeat
        local line, message, code = self.lines:line(self.chunks:pending() and MORE or FIRST)
        if line then status = self:with_line(line) else status = self:without_line(message, code) end
    until status
    return status
end

-- ------------------------------------------------------------------------------------------------------- the beginning

---What the completer looks at.
---@return completer.context
function Session:context()
    return {
        globals = environment.all(self.globals),
        touchable = environment.touchable,
        touch = function(name) return self.globals[name] end,
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

---@param o {cfg: table, history?: string}
---@return integer exit_status
function M.run(o)
    local globals = environment.new()
    local self = setmetatable({ globals = globals, chunks = reader.new(globals), hint = hints.new(globals),
        interactive = input.interactive(), status = PASS }, Session)
    local note
    self.lines, note = input.open { history = o.history, complete = function(line, cursor)
        return completer.complete(line, cursor, self:context(), self.chunks:text())
    end }
    if not self.lines then
        complain("dispatch repl: " .. note)
        return FAILED
    end
    desks.use(o.cfg)
    help.remember_standard(globals)
    if self.interactive then greet() end
    if note then complain(note) end
    local status = self:loop()
    self.lines:close()
    desks.close()
    return status
end

return M
