--- leftovers - what a run leaves behind when it ends: nothing but its report, logs and journal.
---
---     local left = require "leftovers".before(it)           -- makes a clipboard of the user's, looks around
---     …                                                     -- a run of the iteration
---     left:check "what a test says about it"
local clock = require "clock"
local expect = require "expect"
local stage = require "stage"

local M = {}
M.__index = M

M.AUTOHOTKEY = { ["AutoHotkeyV2.exe"] = true }
local OURS = { ["dispatch.exe"] = true, ["AutoHotkeyV2.exe"] = true }
local CONTROL = "0x11"

function M.before(it)
    stage.puppet("own", "the user's"):await "owned"
    return setmetatable({ it = it, formats = stage.order "formats", running = stage.processes(OURS) }, M)
end

function M:check(what)
    expect.equal(stage.order "formats", self.formats, what .. ": the user's clipboard")
    expect.equal(stage.order("state", CONTROL), "up\n", what .. ": the key")
    expect.equal(stage.processes(OURS), self.running, what .. ": its processes")
    local desktop = stage.open()
    expect.ok(desktop:lock(clock.now()))
    desktop:unlock()
    self.it:expect_tidy(what)
end

return M
