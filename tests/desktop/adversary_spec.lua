-- The adversarial set, a small one: every kind of hostile target on each sort of window, at least once. The 2,000 are
-- by command: ./dev adversary.
local expect = require "expect"
local test = expect.test

test("whatever targets do: no false submitted, no wrong window, nothing left behind, evidence", function()
    for _, program in ipairs { "Xvfb", "openbox", "xterm", "tmux" } do expect.need(program) end
    local set = expect.root .. "/tests/adversary"
    package.path = set .. "/?.lua;" .. package.path
    local often = (tonumber(os.getenv "DISPATCH_SENDS") or 0) >= 1000 and 2 or 1
    local sends = tostring(#require "plan".cells() * often)
    local run = expect.run { expect.binary(), set .. "/run.lua", sends, seconds = 500 }
    print((run.out:gsub("[^\n]+", "        %0")))
    expect.equal({ run.exit, run.err }, { 0, "" })
end)
