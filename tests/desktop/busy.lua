--- busy - keeps every core busy until the test ends: busy()
local clock = require "clock"
local expect = require "expect"
local process = require "process"

return function()
    for _ = 1, tonumber(expect.run({ expect.need "nproc" }).out) do
        local child = expect.ok(process.spawn { expect.binary(), "-e", "while true do end" })
        expect.after(function()
            child:kill(clock.now() + 2)
            child:close()
        end)
    end
end
