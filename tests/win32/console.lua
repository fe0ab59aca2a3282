--- console - a console of its own with a program in it, and the person who sits there.
local expect = require "expect"
local puppets = require "puppets"
local stage = require "stage"

local M = {}

local Console = {}
Console.__index = Console

--- Runs a program there; the console stays when it has ended.
---@param argv string[]               `env`: variables of its own
function M.start(argv)
    local puppet = puppets.puppet(stage.spawn({ stage.puppet_path, "console", table.unpack(argv) }, { env = argv.env }),
        "console")
    return setmetatable({ puppet = puppet, pid = puppet:await "console (%d+)", program = puppet:await "program (%d+)" },
        Console)
end

local function order(self, ...)
    local out, exit = stage.order("at", self.pid, ...)
    expect.equal(exit, 0, table.concat({ ... }, " "))
    return out
end

--- What stands there, without the blanks at the ends of lines and the empty lines below.
function Console:screen()
    return "\n" .. order(self, "screen"):gsub("%s+$", "") .. "\n"
end

--- Waits until it matches a pattern; answers the screen.
function Console:await(pattern)
    local last
    pcall(expect.eventually, pattern, stage.SECONDS, function()
        last = self:screen()
        return last:find(pattern)
    end)
    expect.matches(last, pattern)
    return last
end

--- Types a text, then keys by their names (puppet_console.c).
function Console:type(text, ...)
    if text ~= "" then
        order(self, "type", text)
    end
    for _, key in ipairs { ... } do
        order(self, "key", key)
    end
end

--- The console is closed. Waits until it is known what came of it.
function Console:close()
    expect.equal(select(2, stage.order("close", self.program)), 0)
end

--- Code pages and modes, now.
function Console:state()
    return order(self, "state"):match "^now (.-)\n$"
end

--- The same before the program began.
function Console:before()
    return self.puppet:await "before (.-)"
end

--- Waits for the program's end. Answers its exit status, and the state as it left it.
function Console:ended()
    local status = self.puppet:await "ended (%d+)"
    return tonumber(status), self.puppet:await "after (.-)"
end

return M
