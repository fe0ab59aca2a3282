-- What the command line names, from outside: the program as a child.
local expect = require "expect"
local test = expect.test

test("-e runs a line, with the modules at hand and the arguments in arg", function()
    local run = expect.dispatch { "-e", "print(clock.now() > 0, arg[1], arg[2])", "one", "two words" }
    expect.equal(run.exit, 0)
    expect.equal(run.out, "true\tone\ttwo words\n")
end)

test("-e loads no Lua of ours", function()
    local run = expect.dispatch { "-e",
        "for name in pairs(package.loaded) do if name:find 'dispatch' then print(name) end end" }
    expect.equal(run.out, "")
end)

test("- runs standard input", function()
    local run = expect.dispatch { "-", "x", input = "print(arg[1], digest.sha256('abc'):sub(1, 8))" }
    expect.equal(run.out, "x\tba7816bf\n")
end)

test("-e without code is wrong usage", function()
    local run = expect.dispatch { "-e" }
    expect.equal(run.exit, 64)
    expect.contains(run.err, "-e needs the code")
end)

test("an error in a script is exit 1 with a traceback that names its file and line", function()
    local folder = expect.folder()
    expect.write(folder .. "/broken.lua", "local function inner()\n    error 'no such thing'\nend\ninner()\n")
    local run = expect.dispatch { "broken.lua", cwd = folder }
    expect.equal(run.exit, 1)
    expect.contains(run.err, "broken.lua:2: no such thing")
    expect.contains(run.err, "broken.lua:4: in main chunk")
end)

test("a byte order mark before a script does not matter; UTF-16 is told", function()
    local folder = expect.folder()
    expect.write(folder .. "/marked.lua", "\u{FEFF}#!/usr/bin/env dispatch\nprint 'read'\n")
    expect.equal(expect.dispatch({ "marked.lua", cwd = folder }).out, "read\n")
    expect.write(folder .. "/wide.lua", "\xFF\xFEp\0")
    local run = expect.dispatch { "wide.lua", cwd = folder }
    expect.equal(run.exit, 2)
    expect.contains(run.err, "wide.lua: is UTF-16; save it as UTF-8")
end)

test("a script that is no Lua says file and line", function()
    local folder = expect.folder()
    expect.write(folder .. "/wrong.lua", "local x = \n= 3\n")
    local run = expect.dispatch { "wrong.lua", cwd = folder }
    expect.equal(run.exit, 1)
    expect.contains(run.err, "wrong.lua:2:")
end)

test("a module that is not there: the script's line, what was meant, where it was looked for; no traceback", function()
    local folder = expect.folder()
    expect.write(folder .. "/flows/helper.lua", "")
    for name, meant in pairs { ["dispatch.crow"] = "dispatch.crew", helpr = "helper", widnow = "window" } do
        expect.write(folder .. "/flows/my.lua", ("\nlocal found = require '%s'\nreturn found\n"):format(name))
        local run = expect.dispatch { "flows/my.lua", cwd = folder }
        expect.equal(run.exit, 1)
        local path = name:gsub("%.", "/")
        expect.equal(run.err, ('dispatch: flows/my.lua:2: require "%s": there is no such module, did you mean "%s"?; '
            .. "looked for it inside dispatch, flows/%s.lua, flows/%s/init.lua\n"):format(name, meant, path, path))
    end
    expect.falsy(expect.dispatch({ "-e", "require 'widnow'" }).err:find "no file ''", "no place without a name")
    for before, name in pairs { ["package.path = ''"] = "widnow", ["package.path = 'lib?.lua;x'"] = "widnow",
        ["package.searchers = { package.searchers[#package.searchers] }"] = "helper" } do
        expect.write(folder .. "/flows/my.lua", ("%s\nreturn require '%s'\n"):format(before, name))
        expect.contains(expect.dispatch({ "flows/my.lua", cwd = folder }).err,
            ('flows/my.lua:2: require "%s": there is no such module'):format(name))
    end
end)

test("what is wrong with a flow's table, or is no Lua, is told without a traceback", function()
    local folder = expect.folder()
    expect.write(folder .. "/my.lua", "local f = require 'dispatch.flow'\nlocal a = f { wokers = {} }\nreturn a\n")
    expect.equal(expect.dispatch({ "my.lua", cwd = folder }).err,
        "dispatch: my.lua:2: flow: its head: 'wokers' is no key here; did you mean 'workers'?\n")
    expect.write(folder .. "/my.lua", "local x = \n= 3\n")
    expect.equal(expect.dispatch({ "my.lua", cwd = folder }).err,
        "dispatch: my.lua:2: unexpected symbol near '='\n")
end)

test("a script's own folder is where its modules are, and dispatch.* comes from the program", function()
    local folder = expect.folder()
    expect.write(folder .. "/flows/helper.lua", "return 'from the folder'")
    expect.write(folder .. "/flows/dispatch/view.lua", "return 'an impostor'")
    expect.write(folder .. "/flows/my.lua", "print(require 'helper', type(require 'dispatch.view'), ...)")
    local run = expect.dispatch { "flows/my.lua", "a", cwd = folder }
    expect.equal(run.out, "from the folder\ttable\ta\n")
end)

test("a first line that begins with # is for the shell", function()
    local folder = expect.folder()
    expect.write(folder .. "/tool.lua", "#!/usr/bin/env dispatch\nprint 'ran'\nerror 'here'\n")
    local run = expect.dispatch { "tool.lua", cwd = folder }
    expect.equal(run.out, "ran\n")
    expect.contains(run.err, "tool.lua:3:")
end)

test("a project's own copy of a flow wins over the one in the program", function()
    local folder = expect.folder()
    expect.write(folder .. "/tools/codex/dispatch/run_iter.lua", "print 'the own one'")
    expect.mkdir(folder .. "/deep/below")
    expect.equal(expect.dispatch({ "run_iter.lua", cwd = folder .. "/deep/below" }).out, "the own one\n")
    expect.equal(expect.dispatch({ "run_iter.lua", "-Root", folder, cwd = expect.folder() }).out, "the own one\n")
end)

test("a flow that is not returned is an error, and no run that did nothing and ended well", function()
    local folder = expect.folder()
    local own = "tools/codex/dispatch/run_iter.lua"
    for path, source in pairs { [own] = "local x = 1", ["my.lua"] = [[
        local flow, contract = require "dispatch.flow", require "dispatch.contract"
        local mine = flow { workers = { "A" }, run_id = contract.DATE_AND_NUMBER, { "one", function() end } } ]] } do
        expect.write(folder .. "/" .. path, source)
        local run = expect.dispatch { path, "-RunId", "20261122_1", cwd = folder }
        expect.equal(run.exit, 1)
        expect.equal(run.err, ("dispatch: %s: returns no flow; its last statement must be: return flow { … }\n")
            :format(path))
    end
end)

test("a slip in the flow's name, or no name at all: what was meant", function()
    expect.contains(expect.dispatch({ "run_itr.lua" }).err, "no such script; did you mean run_iter.lua?")
    local run = expect.dispatch { "-RunId", "20261122_1" }
    expect.equal(run.exit, 64)
    expect.contains(run.err, "the flow comes first: dispatch run_iter.lua -RunId ID")
end)

test("a name that is nowhere says each place that was looked at", function()
    local folder = expect.folder()
    expect.mkdir(folder .. "/tools/codex")
    local run = expect.dispatch { "nothing.lua", cwd = folder }
    expect.equal(run.exit, 64)
    expect.contains(run.err, "tools/codex/dispatch/nothing.lua")
    expect.contains(run.err, "lua/nothing.lua inside dispatch")
end)

test("an unknown command is wrong usage and says where the known ones are listed", function()
    for _, name in ipairs { "chek", "../commands/check", "", "-x" } do
        local run = expect.dispatch { name }
        expect.equal(run.exit, 64, name)
        expect.contains(run.err, "dispatch help")
    end
end)

test("a slip of the pen: what was meant is said", function()
    local RUN = "`dispatch run_iter.lua -RunId 20261122_1`"
    for _, case in ipairs { { "`dispatch check`", "chekc" }, { "`dispatch windows`", "Windws" },
        { "`dispatch run_iter.lua`", "run_iter" }, { RUN, "20261122_1" }, { RUN, "run", "20261122_1" },
        { "-RunId 20261122_1", "check", "20261122_1" }, { "-RunId 20261122_1", "run_iter.lua", "20261122_1" } } do
        local run = expect.dispatch { table.unpack(case, 2) }
        expect.equal(run.exit, 64)
        expect.contains(run.err, "did you mean " .. case[1] .. "?")
    end
    expect.falsy(expect.dispatch({ "ls" }).err:find "did you mean", "nothing is near")
end)

test("--version says it, and no command at all is wrong usage with the help", function()
    expect.matches(expect.dispatch({ "--version" }).out, "^dispatch %d+%.%d+%.%d+\n$")
    local run = expect.dispatch {}
    expect.equal(run.exit, 64)
    expect.contains(run.out, "run_iter.lua")
end)

-- An interrupted program, however it spends its time.
local function interrupted(code, signal)
    local process, clock, wait = require "process", require "clock", require "wait"
    local folder = expect.folder()
    local child <close> = expect.ok(process.spawn({ expect.binary(), "-e", "file.write('ready', ''); " .. code },
        { cwd = folder, err = folder .. "/err", out = folder .. "/out" }))
    local ready <close> = wait.file(folder .. "/ready")
    expect.ok(wait.any({ ready }, clock.now() + 20))
    if expect.windows then
        child:kill(clock.now() + 20)
    else
        expect.ok(process.run({ "kill", "-" .. signal, tostring(child:pid()) }, { deadline = clock.now() + 5 }))
    end
    expect.ok(wait.any({ child }, clock.now() + 20))
    return child:status(), expect.read(folder .. "/out")
end

test("Ctrl-C, SIGTERM and SIGHUP end a wait at once: the script hears EINTR, the exit status is 130", function()
    for _, signal in ipairs(expect.windows and { "Ctrl-C" } or { "INT", "TERM", "HUP" }) do
        local status, out = interrupted("print(wait.sleep(clock.now() + 100))", signal)
        expect.equal(status.exit, 130, signal)
        expect.contains(out, "EINTR")
    end
end)

test("Ctrl-C ends a loop that never waits", function()
    expect.equal(interrupted("while true do end", "INT").exit, 130)
end)

test("a way for the prompts that this build has not is wrong usage, whichever command it is given to", function()
    local root, via = expect.folder(), expect.windows and "x11" or "win32"
    expect.mkdir(root .. "/tools/codex/prompt_zips")
    expect.write(root .. "/a.txt", "a text")
    for _, words in ipairs { { "windows" }, { "send", "a title", root .. "/a.txt" }, { "repl" }, { "doctor" },
        { "open", "-RunId", "20261122_1" }, { "wait", "-RunId", "20261122_1" },
        { "run_iter.lua", "-RunId", "20261122_1" } } do
        table.move({ "-Via", via }, 1, 2, #words + 1, words)
        words.input, words.cwd = "", root
        local run = expect.dispatch(words)
        expect.equal(run.exit, 64, words[1] .. run.out)
        expect.contains(run.err, ("-Via %s: not in this build; here there are "):format(via))
    end
end)

test("a Lua error in a long path is told with the whole path", function()
    local path = ("Größe 漢字/"):rep(12) .. "run_iter.lua"
    local chunk = assert(load("\nlocal function step() error 'broken' end\nstep()", "@" .. path))
    local _, message = xpcall(chunk, require "dispatch.mistake".traceback)
    expect.equal(message:match "^[^\n]*", path .. ":2: broken")
    expect.contains(message, "\n\t" .. path .. ":3: in ")
end)
