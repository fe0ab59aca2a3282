-- The back end tmux on private servers: which panes take no prompt, and what a screen tells.
local expect = require "expect"
local tmux_server = require "tmux_server"
local test, soon, find = expect.test, tmux_server.soon, tmux_server.find

local TITLE = "HITECHOS_A_core_20261122_1"

--- The pane refuses whatever could reach its program, and says why.
local function refuses(desktop, pane, code, why)
    expect.refused(code, why, desktop:check(pane.pin))
    expect.refused(code, why, desktop:focus(pane.pin, soon()))
    local word, message, got = desktop:paste(pane.pin, "a prompt", soon())
    expect.equal(word, "not")
    expect.refused(code, why, nil, message, got)
    expect.refused(code, why, desktop:key(pane.pin, "Return", soon()))
    expect.refused(code, why, desktop:type(pane.pin, "words", soon()))
end

test("a dead pane is refused, and its server survives", function()
    local server = tmux_server.start()
    server:run("set-option", "-g", "remain-on-exit", "on")
    local run = ("printf '\\n\\nlast words\\033]2;%s\\033\\\\'; exec cat"):format(TITLE)
    local pane = server:pane { run = run, title = TITLE }
    expect.run { "kill", tostring(pane.pin.pid) }
    expect.eventually("the pane died", 10, function()
        return server:ask(pane.id, "#{pane_dead}") == "1"
    end)
    local desktop = server:desktop()
    expect.equal(find(desktop, pane).dead, true)
    refuses(desktop, pane, "EREFUSED", "has ended")
    expect.contains(expect.ok(desktop:screen_text(pane.pin)), "last words")
    expect.equal(server:run("list-buffers"), "")
    expect.equal(#expect.ok(desktop:list()), 2)
end)

test("a shell is refused, a script is not", function()
    local server = tmux_server.start()
    local desktop = server:desktop()
    local title = ("printf '\\033]2;%s\\033\\\\'; "):format(TITLE)
    local shell = server:pane { run = title .. "exec bash --norc --noprofile", title = TITLE }
    expect.eventually("bash is in front", 10, function()
        return find(desktop, shell).app == "bash"
    end)
    expect.equal(find(desktop, shell).shell, true)
    refuses(desktop, shell, "EREFUSED", "bash is in front")
    local script = server.folder .. "/worker.sh"
    expect.write(script, "IFS= read -r line; printf '%s' \"$line\" > " .. tmux_server.quoted(server.folder .. "/line"))
    local worker = server:pane { run = title .. "exec bash " .. tmux_server.quoted(script), title = TITLE }
    expect.eventually("the script is in front", 10, function()
        return find(desktop, worker).app == "bash"
    end)
    expect.equal(find(desktop, worker).shell, false)
    expect.ok(desktop:check(worker.pin))
end)

test("a program in front of its shell takes prompts until it ends", function()
    local server = tmux_server.start()
    local desktop = server:desktop()
    local run = ("printf '\\033]2;%s\\033\\\\'; PS1=; export PS1; exec bash --norc --noprofile -i"):format(TITLE)
    local pane = server:pane { run = run, title = TITLE }
    server:run("send-keys", "-t", pane.id, "cat", "Enter")
    expect.eventually("cat is in front", 10, function()
        return desktop:check(pane.pin)
    end)
    expect.equal({ find(desktop, pane).shell, find(desktop, pane).app }, { false, "cat" })
    server:run("send-keys", "-t", pane.id, "C-d")
    expect.eventually("the shell is back", 10, function()
        return find(desktop, pane).shell
    end)
    refuses(desktop, pane, "EREFUSED", "bash is in front")
end)

--- tmux continues its own children when they are stopped, so the reader is a child of one, with the terminal.
local BEHIND_ANOTHER = [[exec perl -MPOSIX -e '$SIG{TTOU} = "IGNORE"; my $pid = fork;
    POSIX::setpgid($pid, $pid); POSIX::tcsetpgrp(0, $pid || $$); if (!$pid) { exec "cat" } sleep 1000']]

test("a suspended program is refused", function()
    expect.need "perl"
    local server = tmux_server.start()
    local pane = server:reader { title = TITLE, read = BEHIND_ANOTHER }
    local desktop = server:desktop()
    local front = expect.eventually("cat is in front", 10, function()
        local stat = expect.read(("/proc/%d/stat"):format(pane.pin.pid))
        return find(desktop, pane).app == "cat" and stat:match("%) %S %S+ %S+ %S+ %S+ (%d+)")
    end)
    expect.run { "kill", "-STOP", front }
    expect.eventually("it is suspended", 10, function()
        return not desktop:check(pane.pin)
    end)
    refuses(desktop, pane, "EREFUSED", "cat is suspended")
    expect.run { "kill", "-CONT", front }
    expect.eventually("it runs again", 10, function()
        return desktop:check(pane.pin)
    end)
    expect.ok(desktop:paste(pane.pin, "x", soon()))
    pane:expect("\27[200~x\27[201~")
end)

test("a pane whose input is off is refused", function()
    local server = tmux_server.start()
    local pane = server:reader { title = TITLE }
    server:run("select-pane", "-d", "-t", pane.id)
    refuses(server:desktop(), pane, "EREFUSED", "select-pane -e")
    expect.equal(pane:got(), "")
end)

test("a pane whose keys go to others is refused", function()
    local server = tmux_server.start()
    local pane = server:reader { title = TITLE }
    server:run("set-option", "-w", "-t", pane.id, "synchronize-panes", "on")
    local desktop = server:desktop()
    expect.ok(desktop:check(pane.pin))
    local other = server:reader { title = "other", beside = pane }
    refuses(desktop, pane, "EREFUSED", "synchronize-panes off")
    expect.equal({ pane:got(), other:got() }, { "", "" })
end)

test("a pane that was closed, or respawned, or lost its title is gone", function()
    local server = tmux_server.start()
    local desktop = server:desktop()
    local pane = server:reader { title = TITLE }
    server:run("kill-pane", "-t", pane.id)
    refuses(desktop, pane, "EGONE", "it was closed")
    expect.refused("EGONE", "closed", desktop:screen_text(pane.pin))

    pane = server:reader { title = TITLE }
    server:run("respawn-pane", "-k", "-t", pane.id, "exec sleep 1000")
    refuses(desktop, pane, "EGONE", "another program was started in it")
    expect.refused("EGONE", "another program", desktop:screen_text(pane.pin))

    pane = server:reader { title = TITLE }
    server:run("select-pane", "-t", pane.id, "-T", TITLE .. "0")
    refuses(desktop, pane, "EGONE", TITLE .. "0' now")
    expect.equal(pane:got(), "")
end)

test("the pane that dispatch runs in is refused, also where the environment does not tell", function()
    local server = tmux_server.start()
    local script = server.folder .. "/own.lua"
    expect.write(script, [[
        local window = require "window"
        local desktop = assert(window.open("tmux", arg[1]))
        local said = {}
        for _, w in ipairs(assert(desktop:list())) do
            if w.self then
                said[#said + 1] = tostring(w.id)
                said[#said + 1] = select(2, desktop:check { id = w.id, pid = w.pid, token = "own" })
            end
        end
        local file = assert(io.open(arg[2] .. ".new", "w"))
        file:write(table.concat(said, " "))
        file:close()
        os.rename(arg[2] .. ".new", arg[2])
    ]])
    for name, prefix in pairs { env = "", none = "unset TMUX TMUX_PANE; " } do
        local file = server.folder .. "/" .. name
        local words = { expect.binary(), script, server.socket, file }
        for i, word in ipairs(words) do
            words[i] = tmux_server.quoted(word)
        end
        local run = prefix .. table.concat(words, " ") .. "; sleep 1000"
        local pane = server:pane { run = run, name = "own", token = "own" }
        local said = expect.eventually("it looked", 10, function()
            return expect.read(file)
        end)
        expect.equal(said, ("%d tmux pane %%%d: dispatch itself runs in it; give the worker its own"):format(
            pane.pin.id, pane.pin.id))
    end
end)

-- Screens -----------------------------------------------------------------------------------------------------------

test("a screen is told line by line", function()
    local server = tmux_server.start()
    local run = "printf 'ünï ☃\\n\\n  %%end 1 2 3\\nthree  \\033]2;" .. TITLE .. "\\033\\\\'; exec sleep 1000"
    local pane = server:pane { run = run, title = TITLE }
    local screen = expect.ok(server:desktop():screen_text(pane.pin))
    expect.equal(screen, "ünï ☃\n\n  %end 1 2 3\nthree" .. ("\n"):rep(20))
end)

test("the screen is the program's own while somebody scrolls", function()
    local server = tmux_server.start()
    local run = "seq 1 100; printf '\\033]2;" .. TITLE .. "\\033\\\\'; exec sleep 1000"
    local pane = server:pane { run = run, title = TITLE }
    server:run("copy-mode", "-t", pane.id)
    server:run("send-keys", "-X", "-t", pane.id, "history-top")
    local screen = expect.ok(server:desktop():screen_text(pane.pin))
    expect.contains(screen, "\n100\n")
    expect.equal(server:ask(pane.id, "#{pane_in_mode}"), "1")
end)

test("a pane has no picture", function()
    local server = tmux_server.start()
    local pane = server:reader { title = TITLE }
    expect.refused("EUNSUPPORTED", "screen text", server:desktop():screenshot(pane.pin, server.folder .. "/x.png"))
end)
