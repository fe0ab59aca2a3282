-- The module process, as a script sees it.
local clock, wait, process, file = require "clock", require "wait", require "process", require "file"
local expect = require "expect"
local test, lua = expect.test, expect.lua

local CAT = "for piece in io.lines(nil, 4096) do io.write(piece) end"
local BOTH = "print 'out'; io.stderr:write 'err\\n'"

local function run(argv, options)
    options = options or {}
    options.deadline = options.deadline or clock.now() + 60
    return expect.ok(process.run(argv, options))
end

test("run answers status, output and time", function()
    local r = run(lua "io.write 'a\\0b'; io.stderr:write 'err\\n'; os.exit(3)")
    expect.equal(r.exit, 3)
    expect.equal(r.signal, nil)
    expect.equal(r.out, "a\0b")
    expect.equal(r.err, "err\n")
    expect.truthy(r.seconds >= 0 and r.seconds < 60)
end)

test("a signal that ended it is told", function()
    expect.posix "there are no signals; a child that was ended by us is in another test"
    local r = run { "sh", "-c", "kill -KILL $$" }
    expect.equal(r.signal, 9)
    expect.equal(r.exit, nil)
end)

test("input goes in whole, also bytes that are no text", function()
    local bytes = {}
    for i = 1, 100000 do
        bytes[i] = string.char(i * 31 % 256)
    end
    local text = table.concat(bytes)
    local r = run(lua(CAT), { input = text })
    expect.truthy(r.out == text and r.input_taken)
    expect.equal(run(lua(CAT)).out, "")
    expect.equal(run(lua "", { input = text }).input_taken, false)
end)

test("what is not captured is not there; what is too much is counted", function()
    local r = run(lua(BOTH), { out = "null", capture_max = 2 })
    expect.equal(r.out, nil)
    expect.equal(r.err, "er")
    expect.equal(r.err_dropped, 2)
end)

test("output into files, relative to our folder", function()
    local folder = expect.folder()
    run(lua(BOTH), { out = folder .. "/o", err = folder .. "/e", cwd = "/" })
    expect.equal(expect.read(folder .. "/o"), "out\n")
    expect.equal(expect.read(folder .. "/e"), "err\n")
    run(lua(BOTH), { out = folder .. "/o", err = folder .. "/o" })
    expect.equal(expect.read(folder .. "/o"), "out\nerr\n")
    expect.refused("ENOENT", folder .. "/no/o", process.run(lua "", { out = folder .. "/no/o", deadline = 0 }))
end)

test("folder and environment", function()
    local folder = expect.folder()
    expect.equal(run(lua "io.write(file.real '.')", { cwd = folder }).out, file.real(folder))
    local get = lua "for _, name in ipairs(arg) do print(os.getenv(name)) end"
    table.move({ "A", "B", "PATH", "SOME_NAME" }, 1, 4, #get + 1, get)
    local r = run(get, { env = { A = "1=2", B = "ä", SOME_NAME = "x" }, unset = { "SOME_NAME" } })
    expect.equal(r.out, "1=2\nä\n" .. os.getenv "PATH" .. "\nx\n")
    expect.equal(run(get, { unset = { "PATH" } }).out, "nil\nnil\nnil\nnil\n")
    expect.refused("ENOENT", "working directory", process.run(lua "", { cwd = "/no/such", deadline = 0 }))
    expect.refused("ENOENT", "PATH", process.spawn { "dispatch-no-such" })
end)

test("a time-out ends the tree and passes its last words on", function()
    local folder = expect.folder()
    local from = clock.now()
    local result, message, code = process.run(
        lua([[local grandchild = process.spawn({ arg[1], "-e", arg[2] }, {})
            wait.any({ wait.file "it.up" }, math.huge)
            io.stderr:write "one\nstill busy\n"
            wait.any({ grandchild }, math.huge)
            wait.forget()]], expect.binary(), expect.lives "it"),
        { cwd = folder, deadline = clock.now() + 3 })
    expect.equal({ result, code }, { nil, "ETIMEOUT" })
    expect.matches(message, "dispatch[%.ex]*: did not end within [23]%.?%d* s; its last words: still busy$")
    expect.truthy(clock.now() - from < 20)
    expect.eventually("the grandchild's end", 5, function() return not expect.alive(folder .. "/it") end)
end)

test("a child is something to wait for, again and again", function()
    local child <close> = process.spawn(lua "print('got ' .. io.read())", { input = "it\n", out = "capture" })
    expect.truthy(math.type(child:pid()) == "integer")
    expect.truthy(rawequal(wait.any({ child }, clock.now() + 30), child))
    expect.truthy(rawequal(wait.any({ child }, 0), child))
    local s = child:status()
    expect.truthy(s.exited and s.exit == 0 and s.out == "got it\n" and s.input_taken)
    child:close()
    child:close()
    expect.raises("closed already", child.status, child)
    expect.raises("closed already", child.kill, child, 0)
end)

test("input that was read to its end", function()
    local folder = expect.folder()
    local child <close> = process.spawn(lua("file.write('copy', io.read 'a');" .. expect.lives "it"),
        { cwd = folder, input = "text" })
    local source = child:input_source()
    expect.truthy(rawequal(child:input_source(), source))
    expect.truthy(rawequal(wait.any({ source }, clock.now() + 30), source))
    expect.truthy(child:status().input_taken and not child:status().exited)
    local set <close> = wait.set()
    set:add(source)
    child:close()
    expect.raises("closed already", wait.any, { source }, 0)
    expect.refused("ETIMEOUT", "", set:next(0))
    set:remove(source)
end)

test("kill ends who will not listen", function()
    local folder = expect.folder()
    local child <close> = process.spawn(lua(expect.lives "it" .. "; while true do wait.forget(); wait.sleep(1) end"),
        { cwd = folder })
    local up <close> = wait.file(folder .. "/it.up")
    expect.ok(wait.any({ up }, clock.now() + 30))
    expect.equal(child:kill(clock.now() + 0.05), true)
    expect.falsy(expect.alive(folder .. "/it"))
    expect.equal(child:status().signal, 9)
    expect.equal(child:kill(0), true)
end)

test("a conversation in lines", function()
    local echo = [[io.stdout:setvbuf "no"; for line in io.lines() do print("got " .. line) end io.write "end"]]
    local child <close> = process.spawn(lua(echo), { input = "first\n", out = "lines" })
    local later = clock.now() + 30
    expect.equal(child:line(later), "got first")
    expect.refused("ETIMEOUT", "", child:line(clock.now()))
    expect.equal(child:write("ä b\nlast\n", later), true)
    expect.equal(child:line(later), "got ä b")
    expect.equal(child:line(later), "got last")
    expect.equal(child:kill(0), true)
    expect.refused("EIO", "", child:line(later))
    expect.refused("EIO", "", child:write("x\n", later))
end)

test("a child that outlives its handle", function()
    local folder = expect.folder()
    local child = process.spawn(lua(expect.lives "it"), { outlives = true, cwd = folder })
    local up <close> = wait.file(folder .. "/it.up")
    expect.ok(wait.any({ up }, clock.now() + 30))
    child:close()
    expect.truthy(expect.alive(folder .. "/it"))
    expect.write(folder .. "/it.stop", "")
    expect.eventually("its own end", 10, function() return not expect.alive(folder .. "/it") end)
end)

test("which: what a child would be", function()
    expect.equal(process.which(expect.binary()), expect.binary())
    expect.refused("ENOENT", "PATH", process.which "dispatch-no-such")
end)

test("killed outright: its children end with it, but for who outlives it", function()
    local folder = expect.folder()
    local parent <close> = expect.ok(process.spawn(lua([[
        ours = process.spawn({ host.executable(), "-e", arg[1] }, {})
        free = process.spawn({ host.executable(), "-e", arg[2] }, { outlives = true })
        wait.any({ wait.file "ours.up" }, math.huge)
        wait.any({ wait.file "free.up" }, math.huge)
        window.fake { { at = 0, interrupt = "KILL" } }
        wait.sleep(math.huge)]], expect.lives "ours", expect.lives "free"), { cwd = folder, outlives = true }))
    expect.ok(wait.any({ parent }, clock.now() + 60))
    expect.eventually("the end of its child", 60, function() return not expect.alive(folder .. "/ours") end)
    expect.truthy(expect.alive(folder .. "/free"))
    expect.write(folder .. "/free.stop", "")
    expect.eventually("its own end", 60, function() return not expect.alive(folder .. "/free") end)
end)

test("killed by SIGKILL: its children and theirs end with it, but for who outlives it", function()
    expect.posix "there are no signals"
    local folder = expect.folder()
    local function script(name) return ("sleep 4711 & echo $! $$ > .%s; mv .%s %s; wait"):format(name, name, name) end
    local parent <close> = expect.ok(process.spawn({ expect.binary(), "-e", ([[
        process.run({ "true" }, { deadline = clock.now() + 60 })
        local a = process.spawn({ "sh", "-c", %q })
        local b = process.spawn({ "sh", "-c", %q }, { outlives = true })
        wait.sleep(clock.now() + 600)
    ]]):format(script "ours", script "free") }, { cwd = folder }))
    local pids = {}
    for _, name in ipairs { "ours", "free" } do
        local source <close> = wait.file(folder .. "/" .. name)
        expect.ok(wait.any({ source }, clock.now() + 60))
        pids[name] = { expect.read(folder .. "/" .. name):match "(%d+) (%d+)" }
    end
    local function lives(pid) return (expect.read("/proc/" .. pid .. "/cmdline") or "") ~= "" end
    run { "kill", "-KILL", tostring(parent:pid()) }
    for _, pid in ipairs(pids.ours) do
        expect.eventually("process " .. pid .. " ends", 60, function() return not lives(pid) end)
    end
    for _, pid in ipairs(pids.free) do expect.truthy(lives(pid), "what outlives it") end
    expect.equal(run({ "kill", "-KILL", "--", "-" .. pids.free[2] }).exit, 0)
end)

test("a caller's mistakes raise", function()
    local deadline = clock.now() + 5
    expect.raises("table expected", process.spawn, "ls -l")
    expect.raises("argv[1] must name a program", process.spawn, {})
    expect.raises("argv[2] must be a string", process.spawn, { "echo", 1 })
    expect.raises("argv[2] must be a string", process.spawn, { "echo", "a\0b" })
    expect.raises("unknown field 'timeout'", process.spawn, { "true" }, { timeout = 1 })
    expect.raises("unknown field 'deadline'", process.spawn, { "true" }, { deadline = 1 })
    expect.raises("deadline is missing", process.run, { "true" }, {})
    expect.raises("table expected", process.run, { "true" })
    expect.raises("'env' must", process.run, { "true" }, { env = "A=1", deadline = deadline })
    expect.raises("'env' must", process.run, { "true" }, { env = { A = 1 }, deadline = deadline })
    expect.raises("'env' must", process.run, { "true" }, { env = { ["A=B"] = "" }, deadline = deadline })
    expect.raises("'unset' must", process.run, { "true" }, { unset = "A", deadline = deadline })
    expect.raises("'cwd' must", process.run, { "true" }, { cwd = 1, deadline = deadline })
    expect.raises("'out' must", process.run, { "true" }, { out = "", deadline = deadline })
    expect.raises("'capture_max' must", process.run, { "true" }, { capture_max = 0, deadline = deadline })
    expect.raises("'err' may be lines", process.spawn, { "true" }, { err = "lines" })
    expect.raises("started by spawn", process.run, { "true" }, { out = "lines", deadline = deadline })
    local child <close> = process.spawn(lua "")
    expect.raises('not spawned with out = "lines"', child.line, child, deadline)
    expect.raises("'outlives' must", process.run, { "true" }, { outlives = 1, deadline = deadline })
end)

test("a console window is Windows' alone", function()
    if package.config:sub(1, 1) == "\\" then expect.elsewhere "this is Windows" end
    expect.refused("EUNSUPPORTED", "only Windows", process.spawn({ "true" }, { console = "a title" }))
end)
