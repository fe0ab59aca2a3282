-- dispatch open where no window is needed: what it refuses, what it would run, the launchers of Windows.
local expect = require "expect"
local project = require "project"
local launchers = require "dispatch.launchers"
local test = expect.test

local function root_with_worktrees()
    local at = project.new()
    for _, worker in ipairs(project.WORKERS) do expect.mkdir(at:worktree(worker)) end
    return at
end

local function open(at, ...)
    return expect.dispatch { "open", "-RunId", at.run_id, "-Root", at.root,
        unset = { "TMUX", "TMUX_PANE", "DISPLAY", "WAYLAND_DISPLAY" }, env = { TMUX_TMPDIR = at.root }, ... }
end

test("a worktree that is not there is refused before anything is opened, with what makes it", function()
    local at = project.new()
    local run = open(at, "-OpenCommand", "touch " .. at.root .. "/opened")
    expect.equal(run.exit, 2)
    expect.contains(run.err, "tools/codex/worktrees/A_core, tools/codex/worktrees/B_tooling")
    expect.contains(run.err, "git worktree add")
    expect.equal(expect.read(at.root .. "/opened"), nil)
end)

test("settings that do not go together are wrong usage", function()
    local at = root_with_worktrees()
    for _, case in ipairs {
        { { "-OpenCommand", "true", "-WorkerCommand", "sh" }, "-WorkerCommand and -OpenCommand" },
        { { "-OpenCommand", "true", "-Launcher", "xterm" }, "-Launcher and -OpenCommand" },
        { { "-Launcher", "wt" }, expect.windows and "wt.exe is not on PATH" or "-Launcher wt: that is for Windows" },
        { { "-Launcher", "kitty" }, expect.windows and "accepts auto, wt, console or code"
            or "accepts auto, tmux, xterm or code" },
        { { "-Launcher", "xterm" }, expect.windows and "-Launcher xterm: " or "DISPLAY is not set" },
        { { "-Via", "x11" }, expect.windows and "-Via x11: not in this build" or "DISPLAY is not set" },
        { { "-Workers", "Nobody" }, "'Nobody' is no worker of this flow" },
    } do
        local run = open(at, table.unpack(case[1]))
        expect.equal(run.exit, 64, case[2] .. run.out)
        expect.contains(run.err, case[2])
    end
end)

test("a worker's command that PATH does not have is told before anything is opened", function()
    expect.need "tmux"
    local run = open(root_with_worktrees(), "-WorkerCommand", "no-such-agent --fast")
    expect.equal(run.exit, 2)
    expect.contains(run.err, "-WorkerCommand: no-such-agent is not on PATH")
end)

test("a worker's command that is a batch file is told, with what to write in its place", function()
    if not expect.windows then expect.elsewhere "there are no batch files" end
    local at = root_with_worktrees()
    expect.write(at.root .. "/bin/agent.cmd", "@exit /b 0\r\n")
    for _, name in ipairs { "agent", "agent.cmd", at.root .. "/bin/agent.cmd" } do
        local run = expect.dispatch { "open", "-RunId", at.run_id, "-Root", at.root, "-Launcher", "console",
            "-WorkerCommand", ("'%s' --fast"):format(name),
            env = { PATH = (at.root .. "/bin"):gsub("/", "\\") .. ";" .. os.getenv "PATH" } }
        expect.equal(run.exit, 64, run.out .. run.err)
        expect.matches(run.err, "%-WorkerCommand: [^\n]*agent%.cmd: is a batch file[^\n]* cmd%.exe /d /c ")
    end
end)

test("a command that fails is told with its exit status and its last words", function()
    local run = open(root_with_worktrees(), "-OpenCommand",
        ("'%s' -e 'io.stderr:write(\"no licence for \" .. arg[1]); os.exit(3)' {worker}"):format(expect.binary()))
    expect.equal(run.exit, 2)
    local worker = run.err:match("([%w_]+): ended with exit status 3 before its window was seen")   -- whoever was first
    expect.contains(run.err, "which said: no licence for " .. tostring(worker))
end)

test("windows that do not come are told at the deadline", function()
    local run = open(root_with_worktrees(), "-OpenCommand", expect.idle(), "-WindowReadyTimeout", "1")
    expect.equal(run.exit, 2)
    expect.contains(run.err, "not seen within 1 s (-WindowReadyTimeout): HITECHOS_A_core_20261122_1, HITECHOS_B_")
end)

test("-WhatIf says each command and runs none", function()
    local at = root_with_worktrees()
    local program = expect.windows and "cmd.exe" or "touch"
    local run = open(at, "-OpenCommand", ("%s '%s/{worker}' {title}"):format(program, at.root), "-WhatIf")
    expect.equal(run.exit, 0, run.err)
    expect.contains(run.out, ("run %s %s/Z_aggregator HITECHOS_Z_aggregator_20261122_1\n"):format(program, at.root))
    expect.equal(expect.tree(at:worktree "A_core"), {})
    expect.equal(expect.read(at.root .. "/Z_aggregator"), nil)
end)

test("-WhatIf on a command that PATH does not have says what the real one would", function()
    local at = root_with_worktrees()
    for _, more in ipairs { {}, { "-WhatIf" } } do
        local run = open(at, "-OpenCommand", "no-such-editor {title}", table.unpack(more))
        expect.equal({ run.exit, run.out }, { 2, "" })
        expect.contains(run.err, "-OpenCommand: no-such-editor is not on PATH")
    end
end)

test("-WhatIf of a console says its title and its folder", function()
    if not expect.windows then expect.elsewhere "there is no console of Windows" end
    local at = root_with_worktrees()
    local run = open(at, "-Launcher", "console", "-WhatIf")
    expect.equal(run.exit, 0, run.err)
    for _, worker in ipairs(project.WORKERS) do
        expect.contains(run.out, ("in a console titled %s, in %s\n"):format(at:title(worker), at:worktree(worker)))
    end
end)

test("windows at a shell are told as such, with what to do: a run would refuse them", function()
    if not expect.windows then expect.need "tmux" end
    local at = root_with_worktrees()
    local function says(...)
        return open(at, "-WhatIf", ...).out:match "at a shell %(([^)]+)%), [^\n]*%-WorkerCommand\n$"
    end
    local shell = expect.windows and "cmd.exe" or "sh"
    expect.equal(says("-WorkerCommand", shell), shell)
    expect.truthy(says())
    expect.equal(says("-WorkerCommand", "'" .. expect.binary() .. "'"), nil)
    expect.equal(says("-WorkerCommand", shell .. " -c agent"), nil)
    expect.equal(says("-OpenCommand", "true"), nil)
    local is_shell = require("dispatch.session").is_shell
    expect.equal(is_shell { [[C:\Windows\System32\CMD.EXE]] }, "CMD.EXE")
    expect.equal(is_shell { "cmd.exe", "/d", "/c", "codex" }, nil)
end)

local WINDOW = { worker = "A_core", title = "HITECHOS_A_core_20261122_1", worktree = [[C:\My; Project\A_core]],
    workspace = "C:/runs/A.code-workspace", first = true }

local function with(command)
    local window = { command = command }
    return setmetatable(window, { __index = WINDOW })
end

test("Windows Terminal: a window of its own, a title that stays, and no ; that would end its command", function()
    local wt = launchers.named "wt"
    local argv = { "wt.exe", "-w", "-1", "new-tab", "--suppressApplicationTitle", "--title",
        "HITECHOS_A_core_20261122_1", "-d", [[C:\My\; Project\A_core]] }
    expect.equal(wt.argv(with(nil), {}, "wt.exe"), argv)
    table.move({ "codex", [[a\;b]] }, 1, 2, #argv + 1, argv)
    expect.equal(wt.argv(with { "codex", "a;b" }, {}, "wt.exe"), argv)
end)

test("VS Code: a new window on the workspace file", function()
    expect.equal(launchers.named("code").argv(with(nil), {}, "Code.exe"),
        { "Code.exe", "--new-window", "C:/runs/A.code-workspace" })
    expect.truthy(launchers.named("code").runs_nothing)
end)

test("a plain console is the command itself, in a console that has the title", function()
    local console = launchers.named "console"
    expect.truthy(console.console and console.is_window)
    expect.equal(console.argv(with { "codex" }, {}, ""), { "codex" })
end)
