-- dispatch doctor and dispatch init: what a run needs, and what a team may change.
local expect = require "expect"
local test = expect.test

local BARE = { unset = { "DISPLAY", "TMUX", "WAYLAND_DISPLAY" }, env = { TMUX_TMPDIR = "/nonexistent" } }

local function doctor(root, ...)
    local command = { "doctor", "-Root", root, ... }
    command.unset, command.env = BARE.unset, BARE.env
    return expect.dispatch(command)
end

local function root_with_flow()
    local root = expect.folder()
    expect.mkdir(root .. "/tools/codex/prompt_zips")
    return root
end

test("doctor: without a place for windows and without a factory no run can start; each says what mends it", function()
    local run = doctor(root_with_flow())
    expect.equal(run.exit, 2)
    expect.matches(run.out, "MISSING%s+factory")
    expect.contains(run.out, "-Factory COMMAND")
    expect.contains(run.out, "a run cannot start")
    if expect.windows then
        expect.matches(run.out, "found%s+win32%s+answers")
        expect.matches(run.out, "MISSING%s+AutoHotkey")
        expect.contains(run.out, "-> install AutoHotkey v2, name one with -AhkExe, or choose -Via win32")
        return
    end
    expect.matches(run.out, "MISSING%s+windows")
    expect.contains(run.out, "-> start the workers on a desktop (DISPLAY) or in tmux")
    expect.matches(run.out, "note%s+AutoHotkey%s+not needed: prompts travel by it on Windows alone")
end)

test("doctor: of a rehearsal the rules are looked for, and no desktop", function()
    local root = root_with_flow()
    expect.write(root .. "/rules.lua", "return {}")
    local run = doctor(root, "-Via", "fake:" .. root .. "/rules.lua", "-Factory", expect.idle(), "-RunId", "20261122_1")
    expect.matches(run.out, "found%s+fake desktop%s+" .. root:gsub("%p", "%%%0") .. "/rules%.lua")
    expect.lacks(run.out, "windows are titled")
    expect.matches(doctor(root, "-Via", "fake:none.lua").out, "MISSING%s+fake desktop%s+none%.lua: is not there")
end)

test("doctor: a flow that does not load is missing, with its file and line", function()
    local root = root_with_flow()
    expect.write(root .. "/tools/codex/dispatch/run_iter.lua", "return 1 +\n")
    local run = doctor(root)
    expect.equal(run.exit, 2)
    expect.contains(run.out .. run.err, "run_iter.lua:")
end)

test("doctor: a factory that PATH does not have is missing", function()
    local run = doctor(root_with_flow(), "-Factory", "no-such-program-here --fast")
    expect.matches(run.out, "MISSING%s+factory%s+no%-such%-program%-here")
end)

test("doctor: with a RUN_ID it looks for the zip and for each window", function()
    local run = doctor(root_with_flow(), "-RunId", "20261122_1", "-Factory", expect.idle())
    expect.equal(run.exit, 2)
    expect.matches(run.out, "MISSING%s+zip")
    expect.contains(run.out, "0 windows are titled HITECHOS_Z_aggregator_20261122_1")
end)

test("doctor: a window too many is to be closed, one that is missing to be opened", function()
    local window, said, title = require "window", "", "HITECHOS_A_core_20261122_1"
    local desktop = expect.ok(window.fake { { at = 0, window = "one", title = title, app = "xterm" },
        { at = 0, window = "two", title = title, app = "xterm" } })
    local backends, probe, open, stdout = window.backends, window.probe, window.open, io.stdout
    window.backends = function() return { "win32" } end
    window.probe = function() return true end
    window.open = function() return desktop end
    io.stdout = { write = function(_, ...) said = said .. table.concat { ... } end }           -- luacheck: ignore
    local command = load(require("host").source "commands/doctor.lua", "@lua/commands/doctor.lua")()
    local done, exit = xpcall(command.run, debug.traceback, { "-Root", root_with_flow(), "-RunId", "20261122_1",
        "-Factory", expect.idle() })
    window.backends, window.probe, window.open, io.stdout = backends, probe, open, stdout      -- luacheck: ignore
    expect.equal({ done, exit }, { true, 2 })
    expect.matches(said, "2 windows are titled " .. title .. "%s+%-> close or rename all but one")
    expect.matches(said, "0 windows are titled HITECHOS_B_tooling_20261122_1%s+%-> `dispatch open %-RunId 20261122_1`")
end)

test("doctor: an unknown flag is wrong usage", function()
    expect.equal(expect.dispatch({ "doctor", "-Frobnicate" }).exit, 64)
end)

test("init: copies what a team may edit, tells git what to leave out, and never overwrites", function()
    local root = root_with_flow()
    local first = expect.dispatch { "init", "-Root", root }
    expect.equal(first.exit, 0, first.err)
    local folder = root .. "/tools/codex/dispatch/"
    expect.equal(expect.read(folder .. "run_iter.lua"), require("host").source "run_iter.lua")
    expect.contains(expect.read(folder .. "agents.lua"), "sample worker")
    expect.equal(expect.read(root .. "/tools/codex/.gitignore"), "/runs/\n/worktrees/\n/prompts/\n/prompt_zips/\n")
    expect.write(folder .. "run_iter.lua", "-- mine")
    expect.write(root .. "/tools/codex/.gitignore", "*.log\n/runs/")
    local second = expect.dispatch { "init", "-Root", root }
    expect.contains(second.out, "kept")
    expect.equal(expect.read(folder .. "run_iter.lua"), "-- mine")
    expect.equal(expect.read(root .. "/tools/codex/.gitignore"),
        "*.log\n/runs/\n/worktrees/\n/prompts/\n/prompt_zips/\n")
end)

test("init: the copy of the flow runs as the built-in one does", function()
    local root = root_with_flow()
    expect.equal(expect.dispatch({ "init", "-Root", root }).exit, 0)
    local run = expect.dispatch { "check", "-RunId", "20261122_1", "-Root", root }
    expect.equal(run.exit, 2)
    expect.contains(run.err, "20261122_1.zip")
end)
