-- The modules clock and wait, as a script sees them.
local clock, wait, process, file = require "clock", require "wait", require "process", require "file"
local expect = require "expect"
local test = expect.test

local NO_SIGNALS = "there are no signals"

test("time goes forward, and wall time is the world's", function()
    local a = clock.now()
    expect.truthy(clock.now() >= a and math.type(a) == "float")
    expect.truthy(math.abs(clock.wall() - os.time()) < 3)
end)

test("a pause lasts until its deadline", function()
    local deadline = clock.now() + 0.02
    expect.equal(wait.sleep(deadline), true)
    expect.truthy(clock.now() >= deadline)
    expect.equal(wait.sleep(-math.huge), true)
end)

--- Late events of a file that was written just now count as changes for 50 ms (Windows tells of one write in several).
local function settle(next)
    while next(clock.now() + 0.06) do end
end

test("a set answers the owner and the source, or the source twice", function()
    local folder = expect.folder()
    local a <close> = wait.file(folder .. "/a")
    local b <close> = wait.file(folder .. "/b")
    local set <close> = wait.set()
    expect.equal(set:add(a, "owner of a"), true)
    set:add(b)
    expect.refused("ETIMEOUT", "nothing happened within 0.00", set:next(clock.now() + 0.001))
    expect.write(folder .. "/a", "x")
    expect.equal({ set:next(clock.now() + 10) }, { "owner of a", a })
    settle(function(deadline) return set:next(deadline) end)
    expect.write(folder .. "/b", "x")
    local owner, source = set:next(clock.now() + 10)
    expect.truthy(rawequal(owner, b) and rawequal(source, b))
    settle(function(deadline) return set:next(deadline) end)
    set:remove(a)
    set:remove(a)
    expect.write(folder .. "/a", "xy")
    expect.refused("ETIMEOUT", "", set:next(clock.now() + 0.01))
end)

test("a set keeps its sources, and a closed one leaves it", function()
    local folder = expect.folder()
    local set = wait.set()
    set:add(wait.file(folder .. "/a"), "a")
    local b = wait.file(folder .. "/b")
    set:add(b, "b")
    collectgarbage()
    collectgarbage()
    expect.write(folder .. "/a", "x")
    expect.write(folder .. "/b", "x")
    b:close()
    b:close()
    expect.equal(set:next(clock.now() + 10), "a")
    settle(function(deadline) return set:next(deadline) end)
    expect.refused("ETIMEOUT", "", set:next(clock.now() + 0.01))
    expect.equal(set:remove(b), true)
    for _ = 1, 100 do -- some of these get the address that b's source had
        local c <close> = wait.file(folder .. "/c")
        set:add(c, "c")
        set:remove(c)
    end
    set:close()
    set:close()
    expect.raises("closed already", set.next, set, 0)
end)

test("any answers the one that is ready, and keeps none of them", function()
    local folder = expect.folder()
    local a <close> = wait.file(folder .. "/a")
    local b <close> = wait.file(folder .. "/b")
    expect.refused("ETIMEOUT", "", wait.any({ a, b }, clock.now() + 0.001))
    expect.write(folder .. "/b", "x")
    expect.truthy(rawequal(wait.any({ a, b }, clock.now() + 10), b))
    settle(function(deadline) return wait.any({ a, b }, deadline) end)
    expect.refused("ETIMEOUT", "", wait.any({ a, a, b }, 0))
    expect.refused("ETIMEOUT", "", wait.any({}, clock.now() + 0.001))
    local set <close> = wait.set()
    set:add(a)
    expect.raises("element 2 is in a set already", wait.any, { b, a }, 0)
    set:add(b)
end)

test("a caller's mistakes raise", function()
    local a <close> = wait.file "nothing"
    local set <close> = wait.set()
    local other <close> = wait.set()
    set:add(a)
    expect.raises("in a set already", other.add, other, a)
    expect.raises("something to wait for", set.add, set, {})
    expect.raises("something to wait for", set.add, set, set)
    expect.raises("something to wait for", set.remove, set, 1)
    expect.raises("number expected", set.next, set)
    expect.raises("a deadline is", set.next, set, 0 / 0)
    expect.raises("element 1 is nothing", wait.any, { 1 }, 0)
    expect.raises("table expected", wait.any, a, 0)
    expect.raises("cannot be empty", wait.file, "")
    expect.raises("NUL", wait.file, "a\0b")
    a:close()
    expect.raises("closed already", set.add, set, a)
    expect.raises("element 1 is closed", wait.any, { a }, 0)
    local root = file.real "/"
    expect.refused("EINVAL", "'" .. root .. "'", wait.file(root))
end)

test("children and files in one set, in the order of what happened", function()
    local folder = expect.folder()
    local set <close> = wait.set()
    local marker <close> = wait.file(folder .. "/deep/er/DONE.marker")
    local child <close> = process.spawn(expect.lua [[
        file.mkdir "deep/er"
        file.write("deep/er/DONE.marker", "x\n")
        os.exit(io.read() and 0 or 1)]], { cwd = folder, input = "", out = "null" })
    set:add(marker, "marker")
    expect.equal(set:next(clock.now() + 30), "marker")
    expect.equal(file.read(folder .. "/deep/er/DONE.marker"), "x\n")
    set:remove(marker)
    set:add(child, "child")
    expect.equal(set:next(clock.now() + 30), "child")
    expect.equal(child:status().exit, 1)
end)

test("a signal ends every wait until it is taken", function()
    expect.posix(NO_SIGNALS)
    expect.equal(wait.interrupted(), nil)
    expect.equal(wait.resume(), nil)
    local script = [[
        local me = require("host").machine().pid
        local child = process.spawn({ "sh", "-c", "kill -TERM " .. me }, {})
        local set = wait.set()
        local _, message, code = set:next(math.huge)
        assert(code == "EINTR" and message == "interrupted", message)
        assert(select(3, wait.sleep(math.huge)) == "EINTR" and select(3, wait.any({ child }, 0)) == "EINTR")
        assert(select(3, process.run({ "sleep", "30" }, { deadline = math.huge })) == "EINTR")
        assert(wait.interrupted() == "SIGTERM" and wait.resume() == "SIGTERM" and wait.interrupted() == nil)
        assert(wait.any({ child }, math.huge) == child)
        process.run({ "sh", "-c", "kill -INT " .. me }, { deadline = clock.now() + 30 })
        assert(wait.sleep(math.huge) == true and wait.interrupted() == nil)
        print "cleaned up in a hurry"
    ]]
    expect.equal(expect.dispatch({ "-e", script }).out, "cleaned up in a hurry\n")
end)

test("a request that was forgotten leaves nothing behind: the next one is a first one", function()
    expect.posix(NO_SIGNALS)
    local script = [[
        local me = require("host").machine().pid
        local function interrupt()
            local child = process.spawn({ "sh", "-c", "kill -INT " .. me }, {})
            assert(select(3, wait.sleep(clock.now() + 30)) == "EINTR")
            return child
        end
        for _ = 1, 4 do
            interrupt()
            assert(wait.forget() == "SIGINT" and wait.forget() == nil)
            assert(wait.sleep(clock.now() + 0.01))
        end
        local function handler(problem) return "handled: " .. tostring(problem) end
        local signal, fine, a, b = wait.attempt(function() interrupt() return 1, 2 end, handler)
        assert(signal == "SIGINT" and fine and a == 1 and b == 2 and wait.interrupted() == nil)
        signal, fine, a = wait.attempt(function() error("x", 0) end, handler)
        assert(signal == nil and not fine and a == "handled: x")
        local n = 0
        signal, fine, a = wait.attempt(function()
            process.spawn({ "sh", "-c", "kill -INT " .. me }, {})
            while true do pcall(function() while true do n = n + 1 end end) end
        end, handler)
        assert(signal == "SIGINT" and not fine and a == "handled: interrupted", a)
        print "goes on"
    ]]
    local run = expect.dispatch { "-e", script }
    expect.equal({ run.out, run.err }, { "goes on\n", "" })
    expect.raises("function expected", wait.attempt, print)
end)
