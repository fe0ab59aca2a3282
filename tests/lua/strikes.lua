--- strikes - something that happens to a run at an event: Lua that goes before the project's own flow, where it sits in
--- the stream of events.

local expect = require "expect"

local M = {}

local PRELUDE = [[
local strikes = %s
local clock, file, wait = require "clock", require "file", require "wait"
local events = require "dispatch.events"
local stream = events.stream
local function fits(event, strike)
    for name, value in pairs(strike.at) do
        if event[name] ~= value then return false end
    end
    strike.nth = (strike.nth or 1) - 1
    return strike.nth == 0
end
local function sink(before)
    return function(_, event)
        for _, strike in ipairs(strikes) do
            if (strike.before or false) == before and fits(event, strike) then
                for signal in (strike.signal or ""):gmatch "%%u+" do
                    io.popen(("kill -%%s %%d"):format(signal, require "host".machine().pid)):close()
                end
                if strike.hold then
                    assert(file.write(strike.hold, "held"))
                    while file.stat(strike.hold) do wait.sleep(clock.now() + 0.01) end
                end
            end
        end
        return true
    end
end
function events.stream(sinks)
    table.insert(sinks, 1, sink(true))
    sinks[#sinks + 1] = sink(false)
    return stream(sinks)
end
]]

---@class strike
---@field at table               fields of the event at which it happens
---@field before? boolean        just before it gets into the journal; else after
---@field nth? integer           the nth such event
---@field signal? string         "KILL", "INT HUP": they are sent to the run; not on Windows
---@field hold? string           a file that is made, and the run stands still until it is removed

---@param list strike[]
---@return string source         Lua
function M.prelude(list) return PRELUDE:format(expect.show(list)) end

return M
