--- measure - times of whole commands, taken in turn (A B A B …) in one run, so that a machine whose speed drifts is
--- unfair to nobody. What is quoted is the median, and the ratio of the medians.
local clock = require "clock"
local process = require "process"
local expect = require "expect"

local M = {}

---@param values number[]
function M.median(values)
    table.sort(values)
    local n = #values
    return n % 2 == 1 and values[n // 2 + 1] or (values[n // 2] + values[n // 2 + 1]) / 2
end

---Seconds that a command takes; it must succeed.
function M.command(argv, options)
    local o = { deadline = clock.now() + 120 }
    for key, value in pairs(options or {}) do o[key] = value end
    local result = expect.ok(process.run(argv, o))
    assert(result.exit == 0, ("%s: exit %s: %s"):format(table.concat(argv, " "), result.exit, result.err))
    return result.seconds, result
end

---Times several ways of the same work in turn.
---@param rounds integer              counted; one more comes first and does not count
---@param ways (fun(): number)[]      each does the work once and answers its seconds
---@return number[] medians           one a way
function M.in_turn(rounds, ways)
    local taken = {}
    for i in ipairs(ways) do taken[i] = {} end
    for round = 0, rounds do
        for i, way in ipairs(ways) do
            local seconds = way()
            if round > 0 then table.insert(taken[i], seconds) end
        end
    end
    for i in ipairs(taken) do taken[i] = M.median(taken[i]) end
    return taken
end

---@param seconds number
function M.shown(seconds)
    if seconds < 0.01 then return ("%.2f ms"):format(seconds * 1000) end
    return ("%.0f ms"):format(seconds * 1000)
end

return M
