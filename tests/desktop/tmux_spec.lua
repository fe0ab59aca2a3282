-- The back end tmux on private servers: which panes there are, and that nothing is changed.
local expect = require "expect"
local tmux_server = require "tmux_server"
local clock, wait, window = require "clock", require "wait", require "window"
local test, soon, find = expect.test, tmux_server.soon, tmux_server.find

local TITLE = "HITECHOS_A_core_20261122_1"

-- Servers -----------------------------------------------------------------------------------------------------------

test("without a server there is no desktop, and none is started", function()
    expect.need "tmux"
    local socket = expect.folder() .. "/socket"
    expect.refused("ENODISPLAY", socket, window.probe("tmux", socket))
    expect.refused("ENODISPLAY", socket, window.open("tmux", socket))
    expect.equal(expect.read(socket), nil)
    expect.refused("ENODISPLAY", "tmux-", window.probe("tmux", "no-server-has-this-name"))
end)

test("a server that is there is found", function()
    local server = tmux_server.start()
    expect.equal(window.probe("tmux", server.socket), true)
    local desktop = server:desktop()
    expect.equal({ desktop.name, desktop.exclusive, desktop.reads_text, desktop.same_queue },
        { "tmux", false, true, true })
    expect.equal(desktop.paste_keys, nil)
end)

test("a server whose session ended is refused with what tmux says", function()
    local server = tmux_server.start()
    server:run("set-option", "-g", "exit-empty", "off")
    server:run("kill-session", "-t", "first")
    expect.refused("ENODISPLAY", "no sessions", window.open("tmux", server.socket))
end)

test("nothing of the user's is changed", function()
    local server = tmux_server.start()
    server:run("new-session", "-d", "-s", "wide", "-x", "137", "-y", "41", "exec sleep 1000")
    local pane = server:reader { title = TITLE }
    local function picture()
        return table.concat({
            server:run("list-windows", "-a", "-F", "#{session_name} #{window_id} #{window_width}x#{window_height}"),
            server:run("show-environment", "-t", "first"),
            server:run("show-options", "-A"),
            server:run("list-buffers"),
            server:run("list-sessions", "-F", "#{session_name} #{session_attached}"),
        }, "\n")
    end
    local before = picture()
    local code = [[
        local desktop = assert(require "window".open("tmux", os.getenv "SOCKET"))
        assert(desktop:list())
        assert(desktop:paste({ id = ID, token = "TITLE" }, "text", { deadline = math.huge }))
        desktop:close()
    ]]
    code = code:gsub("ID", pane.pin.id, 1):gsub("TITLE", TITLE)
    local env = { SOCKET = server.socket, SSH_AUTH_SOCK = "/another", DISPLAY = ":9" }
    local run = expect.dispatch { "-e", code, env = env }
    expect.equal(run.exit, 0, run.err)
    pane:expect("\27[200~text\27[201~")
    expect.eventually("our client is gone", 10, function()
        return server:run("list-clients") == ""
    end)
    expect.equal(picture(), before)
end)

test("the size that a person's terminal gave a window stays", function()
    local server, outer = tmux_server.start(), tmux_server.start()
    local attach = ("TMUX= exec tmux -S %s attach -t first"):format(tmux_server.quoted(server.socket))
    outer:run("new-session", "-d", "-s", "person", "-x", "91", "-y", "29", attach)
    expect.eventually("the person's client is there", 10, function()
        return server:run("list-clients", "-F", "#{client_width}") == "91"
    end)
    local before = server:run("list-windows", "-a", "-F", "#{window_width}x#{window_height}")
    local desktop = server:desktop()
    expect.ok(desktop:list())
    expect.equal(server:run("list-windows", "-a", "-F", "#{window_width}x#{window_height}"), before)
    desktop:close()
    expect.equal(server:run("list-windows", "-a", "-F", "#{window_width}x#{window_height}"), before)
end)

test("a server that ends is said to be gone", function()
    local server = tmux_server.start()
    local pane = server:reader { title = TITLE }
    local desktop = server:desktop()
    expect.ok(desktop:list())
    server:run("kill-server")
    expect.ok(wait.any({ desktop:changes() }, clock.now() + 10))
    expect.refused("ENODISPLAY", server.socket, desktop:list())
    expect.refused("ENODISPLAY", server.socket, desktop:check(pane.pin))
    expect.refused("ENODISPLAY", server.socket, desktop:screen_text(pane.pin))
    local word, _, code = desktop:paste(pane.pin, "a prompt", soon())
    expect.equal({ word, code }, { "not", "ENODISPLAY" })
    expect.refused("ENODISPLAY", server.socket, wait.any({ desktop:changes() }, clock.now() + 10))
end)

test("a client that somebody detached comes back", function()
    local server = tmux_server.start()
    local pane = server:reader { title = TITLE }
    local desktop = server:desktop()
    local function detach()
        server:run("detach-client", "-s", "first")
    end
    for _ = 1, 3 do
        detach()
        expect.equal(expect.ok(desktop:list())[2].title, TITLE)
        detach()
        expect.ok(desktop:check(pane.pin))
        detach()
        expect.eventually("it is gone", 10, function() -- a paste is not tried twice when the connection ends meanwhile
            return server:run("list-clients") == ""
        end)
        expect.equal(expect.ok(desktop:paste(pane.pin, "x", soon())), "whole")
    end
    pane:expect(("\27[200~x\27[201~"):rep(3))
end)

test("a server that hangs is given up, and what it answers later is not mistaken", function()
    local server = tmux_server.start()
    local pane = server:reader { title = TITLE }
    local desktop = server:desktop()
    expect.ok(desktop:check(pane.pin))
    local pid = server:ask(pane.id, "#{pid}")
    expect.run { "kill", "-STOP", pid }
    expect.after(function()
        expect.run { "kill", "-CONT", pid }
    end)
    for _ = 1, 3 do
        local word, _, code = desktop:paste(pane.pin, "never", soon(0.05))
        expect.equal({ word, code }, { "not", "ETIMEOUT" })
        expect.refused("ETIMEOUT", "tmux", desktop:key(pane.pin, "Return", soon(0.05)))
    end
    expect.run { "kill", "-CONT", pid }
    expect.equal(find(desktop, pane).title, TITLE)
    expect.equal(expect.ok(desktop:paste(pane.pin, "x", soon())), "whole")
    pane:expect("\27[200~x\27[201~")
end)

test("the end of the session that we are attached to is not the server's", function()
    local server = tmux_server.start()
    server:run("new-session", "-d", "-s", "second", "exec sleep 1000")
    local pane = server:reader { title = TITLE, session = "second" }
    local desktop = server:desktop()
    local session = server:run("list-clients", "-F", "#{client_session}")
    local other = session == "first" and "second" or "first"
    if session == "second" then
        pane = server:reader { title = TITLE, session = other }
    end
    server:run("kill-session", "-t", session)
    expect.ok(desktop:check(pane.pin))
    expect.equal(server:run("list-clients", "-F", "#{client_session}"), other)
end)

-- The list ----------------------------------------------------------------------------------------------------------

test("titles are told as they are", function()
    local server = tmux_server.start()
    local titles = {
        TITLE,
        "it's \"quoted\" `so`",
        "#{pane_id} #S %H ##",
        "ünï ☃ 漢字 🚀 HITECHOS_Ä",
        "a; b && c | d $HOME ~ {x}",
        "  blanks  around  ",
        "%end 1 2 3",
        ("long "):rep(60):sub(1, -2),
    }
    local desktop = server:desktop()
    for i, title in ipairs(titles) do
        local pane = server:reader { title = title, name = "window " .. i .. " 'of' $HOME; ünï" }
        local w = find(desktop, pane)
        expect.equal(w.title, title)
        expect.equal(w.alias, "window " .. i .. " 'of' $HOME; ünï")
        expect.equal({ w.pid, w.app, w.shell, w.relay, w.dead, w.self },
            { pane.pin.pid, "cat", false, false, false, false })
        expect.ok(desktop:check(pane.pin))
    end
end)

test("a window's name counts while it has one pane", function()
    local server = tmux_server.start()
    local pane = server:reader { title = "other", name = TITLE, token = TITLE }
    local desktop = server:desktop()
    expect.equal(find(desktop, pane).alias, TITLE)
    expect.ok(desktop:check(pane.pin))
    expect.ok(desktop:paste(pane.pin, "x", soon()))
    local second = server:reader { title = "second", beside = pane, token = TITLE }
    expect.equal(find(desktop, pane).alias, nil)
    expect.equal(find(desktop, second).alias, nil)
    expect.refused("EGONE", "its title is 'other' now", desktop:check(pane.pin))
    pane:expect("\27[200~x\27[201~")
end)

test("two panes with one title are both listed", function()
    local server = tmux_server.start()
    server:reader { title = TITLE }
    server:reader { title = TITLE }
    local n = 0
    for _, w in ipairs(expect.ok(server:desktop():list())) do
        n = n + (w.title == TITLE and 1 or 0)
    end
    expect.equal(n, 2)
end)

test("a window in two sessions is one", function()
    local server = tmux_server.start()
    local pane = server:reader { title = TITLE }
    server:run("new-session", "-d", "-s", "second", "exec sleep 1000")
    server:run("link-window", "-s", pane.id, "-t", "second:")
    local seen = {}
    for _, w in ipairs(expect.ok(server:desktop():list())) do
        expect.falsy(seen[w.id], "listed before")
        seen[w.id] = true
    end
    expect.truthy(seen[pane.pin.id])
end)

test("what nobody looks at is elsewhere; we are nobody", function()
    local server, outer = tmux_server.start(), tmux_server.start()
    local pane = server:reader { title = TITLE }
    local desktop = server:desktop()
    expect.equal(find(desktop, pane).elsewhere, true)
    server:run("select-window", "-t", pane.id)
    expect.equal(find(desktop, pane).elsewhere, true)
    outer:run("new-session", "-d", ("TMUX= exec tmux -S %s attach -t first"):format(server.socket))
    expect.eventually("a person looks at it", 10, function()
        return not find(desktop, pane).elsewhere
    end)
    server:run("select-window", "-t", "first:0")
    expect.equal(find(desktop, pane).elsewhere, true)
end)

test("three hundred panes are listed", function()
    local server = tmux_server.start()
    server:run("set-option", "-g", "default-size", "80x24")
    for _ = 1, 10 do
        local argv = {}
        for _ = 1, 30 do
            for _, word in ipairs { "new-window", "-d", "exec sleep 1000", ";" } do
                argv[#argv + 1] = word
            end
        end
        server:run(table.unpack(argv, 1, #argv - 1))
    end
    local desktop = server:desktop()
    expect.equal(#expect.ok(desktop:list()), 301)
    local started = clock.now()
    for _ = 1, 10 do
        desktop:list()
    end
    print(("        301 panes: %.1f ms a list"):format((clock.now() - started) * 100))
end)

test("changes are told: panes, titles, programs, in any session", function()
    local server = tmux_server.start()
    server:run("new-session", "-d", "-s", "second", "exec sleep 1000")
    server:settle("second")
    local desktop = server:desktop()
    local changes = desktop:changes()
    local function told(what, seconds)
        expect.truthy(wait.any({ changes }, clock.now() + (seconds or 10)), what)
        return expect.ok(desktop:list())
    end
    local function quiet()
        expect.eventually("nothing changes", 20, function()
            local changed, _, code = wait.any({ changes }, clock.now() + 1.5)
            return not changed and code == "ETIMEOUT" or not told("a change")
        end)
    end
    told("the first list", 0)
    quiet()

    local pane = server:reader { title = TITLE, session = "second" }
    local function listed(list)
        for _, w in ipairs(list) do
            if w.id == pane.pin.id then
                return w
            end
        end
    end
    expect.eventually("the pane is listed with its title", 10, function()
        local w = listed(told("a new pane"))
        return w and w.title == TITLE and w.app == "cat"
    end)
    server:run("select-pane", "-t", pane.id, "-T", "renamed")
    expect.eventually("the new title is listed", 10, function()
        return listed(told("a new title")).title == "renamed"
    end)
    server:run("kill-pane", "-t", pane.id)
    expect.eventually("the pane is listed no more", 10, function()
        return not listed(told("a closed pane"))
    end)
    local run = "PS1=; export PS1; exec bash --norc --noprofile -i"
    pane = server:pane { run = run, token = "x" }
    expect.eventually("the shell is listed", 10, function()
        local w = listed(told("a shell"))
        return w and w.shell
    end)
    server:run("send-keys", "-t", pane.id, "bash -c 'read line; exit'", "Enter")
    expect.eventually("the program in front is listed", 10, function()
        local w = listed(told("a program"))
        return w and not w.shell
    end)
    quiet()
    desktop:key(pane.pin, "Return", soon())
end)
