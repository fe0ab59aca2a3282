--- puppets - what tests on real windows share, whatever system those are of: programs that do what a test needs
--- somebody else to do (desktop/puppet.c, win32/puppet.c), the windows that are sent to, and how long each part took.
local clock = require "clock"
local expect = require "expect"
local process = require "process"

local M = {}

M.SECONDS = 30 -- for whatever a test waits for; a loaded machine is slow

local spawned = 0

--- Starts a program; ends it after the test. Its output goes into the file `out`.
---@param folder string of that file
---@param argv string[]
---@param options? table as for process.spawn
---@return {child: process.child, out: string}
function M.spawn(folder, argv, options)
    options = options or {}
    spawned = spawned + 1
    local out = ("%s/out.%d"):format(folder, spawned)
    local child = expect.ok(process.spawn(argv, { env = options.env, unset = options.unset, input = options.input,
        out = out, err = out .. ".err" }))
    expect.after(function()
        child:kill(clock.now() + 2)
        child:close()
    end)
    return { child = child, out = out }
end

--- A program that says a line for whatever happens to it.
M.Puppet = {}
M.Puppet.__index = M.Puppet

---@param started {child: process.child, out: string} as spawn() answers it
---@param verb string what it was told to do
function M.puppet(started, verb)
    started.verb = verb
    return setmetatable(started, M.Puppet)
end

--- What it said so far.
function M.Puppet:said()
    return ((expect.read(self.out) or ""):gsub("\r\n", "\n"))
end

--- Waits until it said this line (a pattern); answers its captures.
function M.Puppet:await(pattern)
    return expect.eventually(("puppet %s says %s"):format(self.verb, pattern), M.SECONDS, function()
        return ("\n" .. self:said()):match("\n" .. pattern .. "\n")
    end)
end

--- How often a line was said.
function M.Puppet:count(pattern)
    local _, n = ("\n" .. self:said()):gsub("\n" .. pattern .. "%f[\n]", "")
    return n
end

function M.Puppet:stop()
    self.child:kill(clock.now() + 2)
end

--- The window with this title, or nil.
function M.find(desktop, title)
    for _, w in ipairs(expect.ok(desktop:list())) do
        if w.title == title then
            return w
        end
    end
end

--- Waits for the window with this title. Answers its pin and the window.
function M.pin(desktop, title)
    local found = expect.eventually("a window " .. title, M.SECONDS, function()
        return M.find(desktop, title)
    end)
    return { id = found.id, pid = found.pid, token = title }, found
end

--- For options of desktop calls.
function M.within(seconds, options)
    options = options or {}
    options.deadline = clock.now() + (seconds or M.SECONDS)
    return options
end

--- A text with everything that gets lost on the way elsewhere: about `bytes` of it.
function M.text(bytes, mark)
    local line = "'single' \"double\" `ticks` $(dollar) \\ back\ttab ~ ünïcödé 漢字 🎉 %PATH% ^ & " .. (mark or "") .. "\n"
    return (line:rep(bytes // #line + 1):gsub("\n$", "")) .. "."
end

--- The value that this part of them does not exceed (0.5: the median).
---@param values number[]
---@param part number
function M.percentile(values, part)
    local sorted = table.move(values, 1, #values, 1, {})
    table.sort(sorted)
    return sorted[math.max(1, math.ceil(#sorted * part))] or 0
end

--- The lowest median of so many in a row: what it takes while nobody else uses the machine.
---@param values number[]
---@param many integer
function M.calmest(values, many)
    local lowest = math.huge
    for i = 1, math.max(1, #values - many + 1), many do
        local some = table.move(values, i, math.min(#values, i + many - 1), 1, {})
        lowest = math.min(lowest, M.percentile(some, 0.5))
    end
    return lowest
end

local Laps = {}
Laps.__index = Laps

--- How long the parts of many sends took, in milliseconds: laps:start(), then laps:lap "focus" when that is done.
--- `laps.ms[name]` is all of them, in their order.
function M.laps()
    return setmetatable({ names = {}, ms = {} }, Laps)
end

local function add(self, name, seconds)
    if not self.ms[name] then
        table.insert(self.names, name)
        self.ms[name] = {}
    end
    table.insert(self.ms[name], seconds * 1000)
end

function Laps:start()
    self.began = clock.now()
    self.at = self.began
end

--- Since the last lap.
function Laps:lap(name)
    local now = clock.now()
    add(self, name, now - self.at)
    self.at = now
end

--- Since start().
function Laps:whole(name)
    add(self, name, self.at - self.began)
end

function Laps:median(name)
    return M.percentile(self.ms[name], 0.5)
end

function Laps:text()
    local parts = {}
    for i, name in ipairs(self.names) do
        parts[i] = ("%s %.2f/%.2f"):format(name, self:median(name), M.percentile(self.ms[name], 0.99))
    end
    return "median/p99 ms: " .. table.concat(parts, ", ")
end

return M
