-- dispatch open: windows for workers, in real terminals, that a run then finds and sends to; they outlive it.
local cjson = require "cjson"
local expect = require "expect"
local file = require "file"
local lfs = require "lfs"
local project = require "project"
local layout = require "dispatch.layout"
local tmux_server = require "tmux_server"
local x11 = require "x11_display"
local test = expect.test

-- In the window: wants a title of its own, takes what comes, byte for byte, into its working directory.
local READER = [[-WorkerCommand:sh -c 'printf "\033]0;mine\007"; stty raw -echo; touch ready; exec cat >got.txt']]

---A project with a worktree for each worker, in a folder whose name is nothing but data.
local function new_project()
    local at = project.new()
    local root = at.root .. "/$(touch pwned) #{pane_id} %d; it's \"odd\""
    expect.mkdir(root)
    at = layout.new(root, project.ID)
    for _, worker in ipairs(project.WORKERS) do expect.mkdir(at:worktree(worker)) end
    return at
end

local function open(at, place, ...)
    return expect.dispatch { "open", "-RunId", at.run_id, "-Root", at.root, "-WindowReadyTimeout", "60",
        env = place.env, unset = { "TMUX", "TMUX_PANE", "DISPLAY" }, seconds = 90, ... }
end

---One line a worker, in the order in which they came.
local function says(out, at, word)
    local lines, wanted = {}, {}
    for line in out:gmatch "[^\n]+" do lines[#lines + 1] = line:match "^%S+ +%S+ +%S+" end
    for i, worker in ipairs(project.WORKERS) do wanted[i] = ("%-9s%-18s%s"):format(word, worker, at:title(worker)) end
    table.sort(lines)
    expect.equal(lines, wanted)
end

---Every window is found by its title, and a prompt sent there is in that worker's worktree.
local function check_all(at, place)
    local env, unset = place.env, { "TMUX", "TMUX_PANE", "DISPLAY" }
    local send = { "send", env = env, unset = unset, table.unpack(place.flags) }
    for _, worker in ipairs(project.WORKERS) do
        local worktree = at:worktree(worker)
        expect.eventually(worker .. " reads", 20, function() return file.stat(worktree .. "/ready") end)
        local found = { "windows", at:title(worker), env = env, unset = unset, table.unpack(place.flags) }
        expect.equal(expect.dispatch(found).exit, 0, worker)
        expect.write(worktree .. "/prompt.txt", "the prompt of " .. worker)
        table.move({ at:title(worker), worktree .. "/prompt.txt" }, 1, 2, #send + 1, send)
    end
    local sent = expect.dispatch(send)
    expect.equal(sent.exit, 0, sent.out .. sent.err)
    for _, worker in ipairs(project.WORKERS) do
        expect.eventually(worker .. " was given its prompt", 20, function()
            return (expect.read(at:worktree(worker) .. "/got.txt") or ""):find("the prompt of " .. worker, 1, true)
        end)
    end
end

local function check_opened(at, place, ...)
    local run = open(at, place, READER, ...)
    expect.equal(run.exit, 0, run.err)
    says(run.out, at, "opened")
    check_all(at, place)
    local again = open(at, place, READER, ...)
    says(again.out, at, "there")
    expect.equal(again.exit, 0)
end

local function in_tmux()
    local server = tmux_server.start()
    return { server = server, env = {}, flags = { "-Via", "tmux", "-TmuxSocket", server.socket } }
end

test("tmux: five windows in a session of their own, each in its worktree; a second open finds them", function()
    local place = in_tmux()
    local at = new_project()
    check_opened(at, place, table.unpack(place.flags))
    expect.equal(place.server:run("list-windows", "-t", "dispatch", "-F", "#{window_name}"),
        "HITECHOS_" .. table.concat(project.WORKERS, "_20261122_1\nHITECHOS_") .. "_20261122_1")
end)

test("a link that somebody put into the temporary folder is not written through", function()
    local place, at, folder = in_tmux(), new_project(), expect.folder()
    expect.write(folder .. "/theirs", "precious")
    local run = expect.run { "sh", "-c", 'ln -s theirs "$TMPDIR/dispatch-open-$$-1.log"; exec "$@"', "sh",
        expect.binary(), "open", "-RunId", at.run_id, "-Root", at.root, "-Workers", "A_core", READER,
        "-WindowReadyTimeout", "60", env = { TMPDIR = folder }, unset = { "TMUX", "TMUX_PANE", "DISPLAY" },
        seconds = 90, table.unpack(place.flags) }
    expect.equal(run.exit, 0, run.err)
    expect.equal(expect.read(folder .. "/theirs"), "precious")
    expect.equal(expect.tree(folder), { "theirs" })
end)

test("tmux: from a pane, the windows come into its session", function()
    local place = in_tmux()
    local at = new_project()
    place.env = { TMUX = place.server:ask("first:", "#{socket_path},#{pid},0"),
        TMUX_PANE = place.server:ask("first:", "#{pane_id}") }
    place.flags = { "-Via", "tmux" }
    local run = open(at, place, READER, "-Workers", "A_core,B_tooling")
    expect.equal(run.exit, 0, run.err)
    expect.equal(place.server:run("list-windows", "-t", "first", "-F", "#{window_name}"):match "\n(.*)$",
        "HITECHOS_A_core_20261122_1\nHITECHOS_B_tooling_20261122_1")
end)

test("tmux: a server that is not there yet is started", function()
    local tmux, folder = expect.need "tmux", expect.folder()
    local socket = folder .. "/socket"
    expect.after(function() expect.run { tmux, "-S", socket, "kill-server" } end)
    local run = open(new_project(), { env = { SHELL = "/bin/sh" } }, "-TmuxSocket", socket)
    expect.equal(run.exit, 0, run.err)
    local panes = expect.run { tmux, "-S", socket, "list-panes", "-a", "-F", "#{pane_current_command}" }
    expect.equal(panes.out, ("sh\n"):rep(5), "without -WorkerCommand: the user's shell")
end)

test("tmux: a worker's window of an earlier run gets the title of this one, unless that run is at work", function()
    local place = in_tmux()
    local at = new_project()
    expect.equal(open(at, place, READER, "-Workers", "A_core,B_tooling", table.unpack(place.flags)).exit, 0)
    local later = layout.new(at.root, "20261123_1")
    local would = open(later, place, "-WhatIf", "-Workers", "A_core", table.unpack(place.flags))
    expect.matches(would.out, "^would +A_core +HITECHOS_A_core_20261123_1, it was HITECHOS_A_core_20261122_1\n$")
    expect.mkdir(at:logs())
    local held = expect.ok(require "lock".take(at:lock()))
    local busy = open(later, place, READER, "-Workers", "A_core", table.unpack(place.flags))
    expect.matches(busy.out, "^opened +A_core [^\n]*\n$", busy.err)
    held:close()
    local run = open(later, place, "-Workers", "A_core,B_tooling", table.unpack(place.flags))
    expect.matches(run.out, "^there +A_core [^\n]*\ntitled +B_tooling +HITECHOS_B_tooling_20261123_1, it was [^\n]*\n$")
    expect.equal(place.server:run("list-windows", "-t", "dispatch", "-F", "#{window_name}"),
        "HITECHOS_A_core_20261122_1\nHITECHOS_B_tooling_20261123_1\nHITECHOS_A_core_20261123_1")
end)

local function on_display()
    expect.need "xterm"
    local display = x11.start()
    return { display = display, env = display.env, flags = { "-Via", "x11" } }
end

test("xterm: five windows, each in its worktree and with a title that its program cannot change", function()
    local place = on_display()
    check_opened(new_project(), place, "-Launcher", "auto")
end)

test("xterm: a command that ends at once is told, with its command line", function()
    local run = open(new_project(), on_display(), "-WorkerCommand", "true")
    expect.equal(run.exit, 2)
    expect.contains(run.err, "ended with exit status 0 before its window was seen")
end)

test("only what is missing is opened; two windows of one title are refused", function()
    local place = on_display()
    local at = new_project()
    expect.equal(open(at, place, READER, "-Workers", "B_tooling").exit, 0)
    local run = open(at, place, READER, "-Workers", "A_core,B_tooling")
    expect.matches(run.out, "^there +B_tooling .*\nopened +A_core [^\n]*\n$")
    place.display:xterm(at:title "A_core")
    local desktop = place.display:open()
    expect.eventually("two windows", 20, function()
        local count = 0
        for _, w in ipairs(expect.ok(desktop:list())) do count = count + (w.title == at:title "A_core" and 1 or 0) end
        return count == 2
    end)
    local twice = open(at, place)
    expect.equal(twice.exit, 2)
    expect.contains(twice.err, "2 windows have HITECHOS_A_core_20261122_1 in their titles")
end)

---A stand-in for VS Code: a window with the title that the workspace asks for.
local CODE = [[
#!/bin/sh
[ "$1" = --new-window ] || exit 7
title=$(sed -n 's/.*"window.title":"\([^"]*\)".*/\1/p' "$2")
exec xterm -T "$title - my project"
]]

test("VS Code: a workspace outside the worktree names the folder and the title", function()
    local place, bin = on_display(), expect.folder()
    local at = new_project()
    expect.write(bin .. "/code", CODE)
    expect.equal(expect.run({ "chmod", "+x", bin .. "/code" }).exit, 0)
    place.env = { DISPLAY = place.env.DISPLAY, PATH = bin .. ":" .. os.getenv "PATH" }
    local run = open(at, place, "-Launcher", "code")
    expect.equal(run.exit, 0, run.err)
    says(run.out, at, "opened")
    for _, worker in ipairs(project.WORKERS) do
        local path = ("%s/%s.code-workspace"):format(at:worker_dir(worker), at:title(worker))
        expect.equal(cjson.decode(expect.read(path)), { folders = { { path = at:worktree(worker) } },
            settings = { ["window.title"] = at:title(worker) } })
        expect.equal(expect.tree(at:worktree(worker)), {})
    end
end)

test("-OpenCommand opens whatever it says: its placeholders are one argument each", function()
    local place = on_display()
    local at = new_project()
    local run = open(at, place, "-Workers", "Z_aggregator", "-OpenCommand",
        [[sh -c 'printf "%s\n" "$@" >args; exec xterm -T "$1"' sh {title} {worker} {worktree} ]]
        .. "{run_dir} {run_id} {prompt}")
    expect.equal(run.exit, 0, run.err)
    local worker = "Z_aggregator"
    expect.equal(expect.read(at:worktree(worker) .. "/args"), table.concat({ at:title(worker), worker,
        at:worktree(worker), at:run_dir(), at.run_id, at:prompt(worker), "" }, "\n"))
    expect.falsy(lfs.attributes(at:worktree(worker) .. "/pwned"))
end)
