--- The module lock. Killed holders and children that live on: tests/unit/test_lock.c.
local expect = require "expect"
local lock = require "lock"
local test = expect.test

test("one holder at a time, and the other one is named", function()
    local path = expect.folder() .. "/.lock"
    local held = expect.ok(lock.take(path))
    local pid = require "host".machine().pid
    expect.refused("ELOCKED", ("%s: held by process %d on "):format(path, pid), lock.take(path))
    held:close()
    held:close()
    local again <close> = expect.ok(lock.take(path))
    expect.truthy(again)
end)

test("a lock that is collected is free", function()
    local path = expect.folder() .. "/.lock"
    expect.ok(lock.take(path))
    collectgarbage()
    collectgarbage()
    expect.ok(lock.take(path)):close()
end)

test("a lock's folder must be there, its path must be one", function()
    local path = expect.folder() .. "/none/.lock"
    expect.refused("ENOENT", path, lock.take(path))
    expect.raises("NUL byte", lock.take, "a\0b")
    expect.raises("empty", lock.take, "")
end)
