---@meta clock

--- Two clocks: one for deadlines, one for people.
---@class clock
local clock = {}

--- Seconds of a clock that never jumps, and stands still while the machine sleeps. Deadlines are absolute values of it:
--- `clock.now() + 5`. On a fake desktop it is real time plus what was skipped.
---@return number seconds
function clock.now() end

--- Unix time, for people and file names only: it jumps when somebody sets it.
---@return number seconds to the millisecond
function clock.wall() end

return clock
