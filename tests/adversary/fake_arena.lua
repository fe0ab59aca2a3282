--- fake_arena - one window on the fake desktop, and a bystander; all on simulated time.
local expect = require "expect"
local targets = require "targets"
local window = require "window"

local M = { readable = true }

-- Methods of a scene: not every one of them needs to look at it.
-- luacheck: no self
local Scene = {}
Scene.__index = Scene

function M.open()
    local folder = expect.shared(expect.folder)
    expect.write(folder .. "/rules.lua", "return require 'fake_arena'.rules")
    M.flags = { "-Via", "fake:" .. folder .. "/rules.lua", "-WindowReadyTimeout", "5" }
    local fake = window.fake
    window.fake = function(rules)
        local message, code
        M.desktop, message, code = fake(rules)
        return M.desktop, message, code
    end
end

---@param sort string                             "fake"
---@param rules table                             of kinds.lua, for the window "w"
function M.stage(_, rules, title)
    M.rules = {
        { at = 0, window = "n", title = title .. "0", app = "agent", screen = "adversary agent\n> " },
        { at = 0, window = "w", title = title, app = "agent", screen = "adversary agent\n> " },
    }
    table.move(rules, 1, #rules, 3, M.rules)
    return setmetatable({}, Scene)
end

function Scene:settle() self.record = M.desktop:record() end

function Scene:truth()
    local got, truth = self.record.w, { received = {}, accepted = {}, consented = 0 }
    for i, text in ipairs(got.pasted or {}) do truth.received[i] = targets.noted(text) end
    for i, text in ipairs(got.submitted or {}) do truth.accepted[i] = targets.noted(text) end
    truth.consented = #(got.consented or {})
    return truth
end

function Scene:noted(text) return targets.noted(text) end

function Scene:leftovers()
    local near = self.record.n or {}
    local got = (near.pasted or {})[1] or (near.keys or {})[1]
    return got and { "IN A WRONG WINDOW: " .. got } or {}
end

function Scene:close() end

return M
