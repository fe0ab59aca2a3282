-- The module process, as a script sees it.
local clock, wait, process, file = require "clock", require "wait", require "process", require "file"
local expect = require "expect"
local test = expect.test

local function run(argv, options)
    options = options or {}
    options.deadline = options.deadline or clock.now() + 60
    return expect.ok(process.run(argv, options))
end

test("run answers status, output and time", function()
    local r = run { "sh", "-c", "printf 'a\\0b'; echo err >&2; exit 3" }
    expect.equal(r.exit, 3)
    expect.equal(r.signal, nil)
    expect.equal(r.out, "a\0b")
    expect.equal(r.err, "err\n")
    expect.truthy(r.seconds >= 0 and r.seconds < 60)
    r = run { "sh", "-c", "kill -KILL $$" }
    expect.equal(r.signal, 9)
    expect.equal(r.exit, nil)
end)

test("input goes in whole, also bytes that are no text", function()
    local bytes = {}
    for i = 1, 100000 do
        bytes[i] = string.char(i * 31 % 256)
    end
    local text = table.concat(bytes)
    local r = run({ "cat" }, { input = text })
    expect.truthy(r.out == text and r.input_taken)
    expect.equal(run({ "cat" }).out, "")
    expect.equal(run({ "true" }, { input = text }).input_taken, false)
end)

test("what is not captured is not there; what is too much is counted", function()
    local r = run({ "sh", "-c", "echo out; echo err >&2" }, { out = "null", capture_max = 2 })
    expect.equal(r.out, nil)
    expect.equal(r.err, "er")
    expect.equal(r.err_dropped, 2)
end)

test("output into files, relative to our folder", function()
    local folder = expect.folder()
    run({ "sh", "-c", "echo out; echo err >&2" }, { out = folder .. "/o", err = folder .. "/e", cwd = "/" })
    expect.equal(expect.read(folder .. "/o"), "out\n")
    expect.equal(expect.read(folder .. "/e"), "err\n")
    run({ "sh", "-c", "echo out; echo err >&2" }, { out = folder .. "/o", err = folder .. "/o" })
    expect.equal(expect.read(folder .. "/o"), "out\nerr\n")
    expect.refused("ENOENT", folder .. "/no/o", process.run({ "true" }, { out = folder .. "/no/o", deadline = 0 }))
end)

test("folder and environment", function()
    local folder = expect.folder()
    expect.equal(run({ "pwd" }, { cwd = folder }).out, file.real(folder) .. "\n")
    local r = run({ "sh", "-c", "echo $A $B ${PATH:+path} ${HOME-none}" },
        { env = { A = "1=2", B = "ä", HOME = "x" }, unset = { "HOME" } })
    expect.equal(r.out, "1=2 ä path x\n")
    expect.equal(run({ "sh", "-c", "echo ${HOME-none}" }, { unset = { "HOME" } }).out, "none\n")
    expect.refused("ENOENT", "working directory", process.run({ "true" }, { cwd = "/no/such", deadline = 0 }))
    expect.refused("ENOENT", "PATH", process.spawn { "dispatch-no-such" })
end)

test("a time-out ends the tree and passes its last words on", function()
    local folder = expect.folder()
    local from = clock.now()
    local result, message, code = process.run(
        { "sh", "-c", "sleep 60 & echo $! > pid; echo one >&2; echo still busy >&2; wait" },
        { cwd = folder, deadline = clock.now() + 1 })
    expect.equal({ result, code }, { nil, "ETIMEOUT" })
    expect.matches(message, "^sh: did not end within [01]%.?%d* s; its last words: still busy$")
    expect.truthy(clock.now() - from < 20)
    local pid = expect.read(folder .. "/pid"):match "%d+"
    expect.eventually("the grandchild's end", 5, function()
        local stat = expect.read("/proc/" .. pid .. "/stat")
        return not stat or stat:match "%) Z"
    end)
end)

test("a child is something to wait for, again and again", function()
    local child <close> = process.spawn({ "sh", "-c", "read line; echo got $line" },
        { input = "it\n", out = "capture" })
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
    local child <close> = process.spawn({ "sh", "-c", "cat > copy; echo done > done; exec sleep 60" },
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
    local child <close> = process.spawn({ "sh", "-c", "trap '' TERM; echo > up; while :; do sleep 1; done" },
        { cwd = folder })
    local up <close> = wait.file(folder .. "/up")
    expect.ok(wait.any({ up }, clock.now() + 30))
    expect.equal(child:kill(clock.now() + 0.05), true)
    expect.equal(child:status().signal, 9)
    expect.equal(child:kill(0), true)
end)

test("a conversation in lines", function()
    local echo = [[while read -r line; do printf 'got %s\n' "$line"; done; printf end]]
    local child <close> = process.spawn({ "sh", "-c", echo }, { input = "first\n", out = "lines" })
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
    local child = process.spawn({ "sleep", "60" }, { outlives = true })
    local pid = child:pid()
    child:close()
    expect.truthy(expect.read(("/proc/%d/stat"):format(pid)))
    run { "kill", "-KILL", tostring(pid) }
end)

test("killed by SIGKILL: its children and theirs end with it, but for who outlives it", function()
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
    local child <close> = process.spawn({ "true" })
    expect.raises('not spawned with out = "lines"', child.line, child, deadline)
    expect.raises("'outlives' must", process.run, { "true" }, { outlives = 1, deadline = deadline })
end)

test("a console window is Windows' alone", function()
    if package.config:sub(1, 1) == "\\" then expect.elsewhere "this is Windows" end
    expect.refused("EUNSUPPORTED", "only Windows", process.spawn({ "true" }, { console = "a title" }))
end)
