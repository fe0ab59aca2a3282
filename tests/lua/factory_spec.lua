local expect = require "expect"
local cjson = require "cjson"
local lfs = require "lfs"
local file = require "file"
local factory = require "dispatch.factory"
local project = require "project"
local test = expect.test

local ALL = "A_core,B_tooling,C_features,D_validation,Z_aggregator"

local PRELUDE = 'local clock, file, host, lock, process, wait = require "clock", require "file", require "host", '
    .. 'require "lock", require "process", require "wait"; '

--- A run whose factory is a Lua script of these lines.
local function scripted(lines, cfg)
    local at = project.new()
    expect.mkdir(at:logs())
    expect.write(at.root .. "/factory.lua", PRELUDE .. lines)
    local run = project.run(at, { cfg = { factory = ("'%s' '%s/factory.lua'"):format(expect.binary(), at.root),
        stage_timeout = 30 } })
    for key, value in pairs(cfg or {}) do run.cfg[key] = value end
    return run, at
end

local function program(path, lines)
    expect.write(path, "#!/bin/sh\n" .. lines)
    expect.equal(expect.run { "chmod", "+x", path }.exit, 0)
end

--- Runs one stage in a dispatch of its own, so that it has its own environment and signals. Answers a table of what
--- came out: ok, message, code, events, argv.
local function in_own_process(at, cfg, env, stage)
    local script = at.root .. "/one_stage.lua"
    expect.write(script, ([[
        local factory, layout = require "dispatch.factory", require "dispatch.layout"
        local at = layout.new(%q, %q)
        local events = {}
        local ok, message, code = factory.stage({ id = at.run_id, root = at.root, layout = at, cfg = %s,
            all_workers = { "A_core", "B_tooling", "C_features", "D_validation", "Z_aggregator" },
            emit = function(name, fields) fields.ev = name; events[#events + 1] = fields end }, %q)
        local out = assert(io.open(%q, "w"))
        out:write(require "cjson".encode { ok = ok, message = message, code = code, events = events })
        out:close()
        os.exit(0)]]):format(at.root, at.run_id, cfg, stage or "launch", at.root .. "/outcome"))
    local ran = expect.dispatch { script, env = env, cwd = at.root }
    return cjson.decode(expect.truthy(expect.read(at.root .. "/outcome"), ran.err))
end

local function with_python(name)
    expect.posix "a program of another name cannot be made of a script"
    local at = project.new()
    expect.mkdir(at:logs())
    expect.mkdir(at.root .. "/tools/codex/factory")
    local bin = at.root .. "/bin"
    if name then program(bin .. "/" .. name, 'for word in "$@"; do echo "$word"; done\n') end
    return at, { PATH = bin }
end

test("a factory that is a batch file is refused, with what to write in its place", function()
    if not expect.windows then expect.elsewhere "there are no batch files" end
    local run, at = scripted ""
    expect.write(at.root .. "/factory.cmd", "@exit /b 0\r\n")
    run.cfg.factory = ("'%s/factory.cmd' --fast"):format(at.root)
    expect.refused("EUNSUPPORTED", "factory.cmd: is a batch file, whose arguments cmd.exe would read as commands; name "
        .. "the program that it starts, or put the interpreter first: cmd.exe /d /c ", factory.stage(run, "launch"))
end)

test("-Factory python is the spec's command line, exactly", function()
    local at, env = with_python "python"
    for stage, words in pairs { launch = "launch", ["worktrees open"] = "worktrees\nopen",
        ["bundle-validate"] = "bundle-validate", integrate = "integrate" } do
        local out = in_own_process(at, '{ factory = "python", stage_timeout = 30 }', env, stage)
        expect.truthy(out.ok, out.message)
        expect.equal(expect.read((at:stage_streams(stage))),
            "-m\ntools.codex.factory\n" .. words .. "\n--run-id\n20261122_1\n--workers\n" .. ALL .. "\n")
        expect.equal(out.events[1].argv[1], "python")
    end
end)

test("python3 stands in where there is no python", function()
    local at, env = with_python "python3"
    local out = in_own_process(at, '{ factory = "auto", stage_timeout = 30 }', env)
    expect.truthy(out.ok, out.message)
    expect.equal(out.events[1].argv[1], "python3")
end)

test("with neither the message says what to do", function()
    local at, env = with_python()
    local out = in_own_process(at, '{ factory = "auto", stage_timeout = 30 }', env)
    expect.equal(out.code, "ENOENT")
    expect.contains(out.message, "neither python nor python3")
    expect.contains(out.message, "-Factory COMMAND")
    expect.equal(out.events, {})
end)

test("auto without a factory is refused, saying what to do", function()
    local run = scripted("", { factory = "auto" })
    local message = expect.refused("ENOENT", "/tools/codex/factory is not there", factory.stage(run, "launch"))
    expect.contains(message, "-Factory COMMAND")
end)

test("a team's command gets the stage and its options, in the root, with nothing on its input", function()
    local run, at = scripted [[print(file.real "."); for _, word in ipairs(arg) do print(word) end
        io.write(io.read "a"); io.stderr:write "oops\n"]]
    run.cfg.factory = run.cfg.factory .. " 'a b' {run_id} {run_dir}"
    expect.equal(factory.stage(run, "worktrees open"), "exit status 0")
    expect.equal(expect.read(at:log "worktrees_open.stdout.log"), table.concat({ at.root, "a b", "20261122_1",
        at:run_dir(), "worktrees", "open", "--run-id", "20261122_1", "--workers", ALL, "" }, "\n"))
    expect.equal(expect.read(at:log "worktrees_open.stderr.log"), "oops\n")
end)

test("a stage takes the flow's whole set, whatever -Workers says", function()
    local run, at = scripted "print(arg[5])"
    run.workers = { "A_core" }
    expect.ok(factory.stage(run, "launch"))
    expect.equal(expect.read(at:log "launch.stdout.log"), ALL .. "\n")
end)

test("none of our variables reaches a stage, all others do", function()
    local at = project.new()
    expect.mkdir(at:logs())
    local env = { FACTORY_OTHER = "kept" }
    for _, name in ipairs(require "dispatch.settings".names_to_unset()) do env[name] = "x" end
    expect.write(at.root .. "/factory.lua", 'print(os.getenv "FACTORY_OTHER", os.getenv "PATH")\nfor name in ("'
        .. table.concat(require "dispatch.settings".names_to_unset(), " ")
        .. '"):gmatch "%S+" do if os.getenv(name) then print(name) end end')
    local out = in_own_process(at, ("{ factory = [['%s' '%s/factory.lua']], stage_timeout = 30 }"):format(
        expect.binary(), at.root), env)
    expect.truthy(out.ok, out.message)
    expect.equal(expect.read(at:log "launch.stdout.log"), "kept\t" .. os.getenv "PATH" .. "\n")
end)

test("a stage is told when it began and when it ended", function()
    local run, at = scripted [[print '{"status": "PASS", "meaningful_gate": {"verdict": "PASS"}}']]
    expect.equal(factory.stage(run, "integrate", { gate = "PASS" }),
        "exit status 0, status PASS, gate: PASS")
    local began, ended = run.events[1], run.events[2]
    expect.equal({ began.ev, began.stage, began.cwd, began.argv[1] },
        { "stage.start", "integrate", at.root, expect.binary() })
    expect.truthy(ended.ms >= 0)
    ended.ms = nil
    expect.equal(ended, { ev = "stage.end", stage = "integrate", exit = 0, status = "PASS", gate = "PASS",
        stdout = at:log "integrate.stdout.log", stderr = at:log "integrate.stderr.log" })
end)

for _, stage in ipairs { "launch", "bundle-validate", "integrate" } do
    test("a non-zero exit of " .. stage .. " fails the run, and says what the stage said", function()
        local run = scripted [[print '{"status": "PASS"}'
            io.stderr:write "one\ntwo\nthree\n\nNo module named x\n"; os.exit(7)]]
        local message = expect.refused("ESTAGE", stage .. " ended with exit status 7", factory.stage(run, stage))
        expect.contains(message, "which said: two | three | No module named x. Its output: tools/codex/prompts/")
        expect.equal(run.events[2].exit, 7)
    end)
end

test("a stage that a signal ended has failed", function()
    expect.posix "there are no signals"
    local run = scripted "process.run({ 'kill', '-9', tostring(host.machine().pid) }, { deadline = math.huge })"
    expect.refused("ESTAGE", "launch was ended by signal 9", factory.stage(run, "launch"))
    expect.equal(run.events[2].signal, 9)
end)

test("a non-zero worktrees open is a warning", function()
    local run = scripted "os.exit(1)"
    expect.contains(factory.stage(run, "worktrees open"), "is a warning")
    local warning = project.events(run, "warning")[1]
    expect.contains(warning.message, "worktrees open ended with exit status 1")
end)

test("integrate fails on a status or verdict that is not PASS, and on no other", function()
    local function integrate(text)
        return factory.stage(scripted(("print(%q)"):format(text)), "integrate", { gate = "PASS" })
    end
    expect.contains(integrate '{"status": "PASS"}', "status PASS, gate: not given")
    expect.contains(integrate "nothing to read", "exit status 0, gate: not given")
    expect.contains(integrate '{"status": null, "meaningful_gate": null}', "gate: not given")
    expect.refused("EGATE", "its status is BLOCKED, and must be PASS", integrate '{"status": "BLOCKED"}')
    expect.refused("EGATE", "the meaningful gate is FAIL",
        integrate '{"status": "PASS", "meaningful_gate": {"verdict": "FAIL"}}')
    expect.refused("EGATE", "its status is pass", integrate '{"status": "pass"}')
    expect.refused("EGATE", "the meaningful gate is false", integrate '{"meaningful_gate": {"verdict": false}}')
    expect.refused("EGATE", "the meaningful gate is FAIL", integrate '{"meaningful_gate": "FAIL"}')
    expect.refused("EGATE", "without a verdict", integrate '{"meaningful_gate": {}}')
end)

test("an answer that is too long to be looked through is no gate that was not given", function()
    local run = scripted [[io.write(("\0"):rep(17000000), '{"status": "FAIL"}')]]
    expect.refused("EGATE", "integrate: its verdict cannot be read", factory.stage(run, "integrate", { gate = "PASS" }))
end)

test("other stages go by their exit status alone", function()
    local run = scripted [[print '{"status": "BLOCKED"}']]
    expect.contains(factory.stage(run, "launch"), "status BLOCKED")
end)

test("a JSON object is found behind what a command says before it", function()
    local function status(text) return (factory.answer_in(text) or {}).status end
    expect.equal(status '{"status": "PASS"}', "PASS")
    expect.equal(status '\xEF\xBB\xBF\n{\n  "status": "PASS",\n  "x": {\n    "y": [1, {}]\n  }\n}\n', "PASS")
    expect.equal(status 'loading {x}\n{ half\n{\n  "status": "FAIL",\n  "x": {"status": "PASS"}\n}\n', "FAIL")
    expect.equal(status '{"status": "one"}\n{"status": "two"}\n', "two")
    expect.equal(status '{"status": "one"}\ngood bye }\n', "one")
    expect.equal(status 'log {"status": "PASS"}', nil)
    for _, text in ipairs { "", "{", "}", "[1]", "null", '"x"', "{}}", ("{\n"):rep(3000) } do
        expect.equal(status(text), nil, text:sub(1, 9))
    end
end)

test("a stage that takes too long is ended, with all that it started", function()
    local run, at = scripted(([[process.spawn({ host.executable(), "-e", %q }, {})
        wait.any({ wait.file "it.up" }, math.huge)
        wait.sleep(math.huge)]]):format(expect.lives "it"), { stage_timeout = 2 })
    expect.refused("ETIMEOUT", "launch did not end within", factory.stage(run, "launch"))
    expect.equal(run.events[2].ev, "stage.end")
    expect.truthy(file.stat(at.root .. "/it.up"), "there was a child")
    expect.eventually("the child's end", 10, function() return not expect.alive(at.root .. "/it") end)
end)

test("a command with a path is looked for in the root", function()
    expect.posix "a program cannot be made of a script"
    local run, at = scripted ""
    program(at.root .. "/tools/stage.sh", "pwd")
    run.cfg.factory = "tools/stage.sh"
    expect.ok(factory.stage(run, "launch"))
    expect.equal(expect.read(at:log "launch.stdout.log"), at.root .. "\n")
    run.cfg.factory = "tools/none.sh"
    expect.refused("ENOENT", "tools/none.sh", factory.stage(run, "launch"))
end)

test("windows that worktrees open made stay open, what other stages left behind ends", function()
    -- In the stage's process group, or in its job.
    local run, at = scripted(([[local code = (%q):gsub("NAME", arg[1])
        if package.config:sub(1, 1) == "\\" then
            process.spawn({ host.executable(), "-e", code }, { outlives = true })
        else
            os.execute(('%%s -e "%%s" >/dev/null 2>&1 &'):format(host.executable(), code))
        end
        wait.any({ wait.file(arg[1] .. ".up") }, math.huge)]]):format(expect.lives "NAME"))
    expect.after(function() for _, name in ipairs { "worktrees", "launch" } do
        expect.write(at.root .. "/" .. name .. ".stop", "")
        expect.eventually("its end", 10, function() return not expect.alive(at.root .. "/" .. name) end)
    end end)
    expect.ok(factory.stage(run, "worktrees open"))
    expect.ok(factory.stage(run, "launch"))
    expect.eventually("the end of what launch left", 10, function() return not expect.alive(at.root .. "/launch") end)
    expect.truthy(expect.alive(at.root .. "/worktrees"))
end)

test("a worktrees open that takes too long is ended, which is a warning", function()
    local run = scripted("wait.sleep(clock.now() + 300)", { stage_timeout = 0.3 })
    expect.contains(factory.stage(run, "worktrees open"), "is a warning")
    expect.contains(project.events(run, "warning")[1].message, "did not end within 0.3 s")
end)

test("a stage is interrupted with us", function()
    expect.posix "there are no signals"
    local at = project.new()
    expect.mkdir(at:logs())
    expect.write(at.root .. "/factory.sh", "echo $$ > child; kill -INT $PPID; sleep 300")
    local out = in_own_process(at, ("{ factory = [[sh '%s/factory.sh']], stage_timeout = 30 }"):format(at.root), {})
    expect.equal(out.code, "EINTR")
    expect.equal(out.events[2].ev, "stage.end")
    expect.equal(lfs.attributes("/proc/" .. expect.read(at.root .. "/child"):match "%d+"), nil)
end)

test("what -WhatIf says is the command line, or why there is none", function()
    local run = scripted("", { factory = "python" })
    expect.equal(factory.command "launch"(run),
        "run python -m tools.codex.factory launch --run-id 20261122_1 --workers " .. ALL)
    run.cfg.factory = "auto"
    expect.refused("ENOENT", "there is no factory", factory.command "launch"(run))
end)

test("an unknown key is the caller's mistake", function()
    expect.raises("'gates' is no key here", factory.stage, scripted "", "launch", { gates = "PASS" })
end)
