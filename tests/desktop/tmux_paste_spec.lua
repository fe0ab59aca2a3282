-- The back end tmux on private servers: texts and keys arrive as they were sent, and what is said of them is true.
-- DISPATCH_SENDS: how many prompts the long test sends (100; 1,000 by ctest in the release build).
local busy = require "busy"
local expect = require "expect"
local tmux_server = require "tmux_server"
local clock, wait = require "clock", require "wait"
local test, soon = expect.test, tmux_server.soon

local TITLE = "HITECHOS_A_core_20261122_1"
local BEGIN, END = "\27[200~", "\27[201~"

local PIECES = {
    "plain words", "ünï 漢字 🚀", "\"quoted\"", "it's", "`ls`", "$HOME $(date)", "\ttab", "a\\nb", "#{pane_id} #S", "{x}",
    "%begin 1 2 1\n%end 1 2 1", "\n%exit", "trailing;", "\n;\n", "-t %0", " ", "\n\n", "\n%window-add @1", "~/x", "C-c",
    "\\",
}

--- A text of about so many bytes, of what could mean something to tmux, a shell or a terminal.
local function nasty(bytes, seed)
    local n, parts = 0, {}
    local state = seed or 1
    while n < bytes do
        state = (state * 1103515245 + 12345) % 0x80000000
        local piece = PIECES[state // 65536 % #PIECES + 1]
        parts[#parts + 1] = piece
        n = n + #piece
    end
    return "%end of " .. (seed or 1) .. "\n" .. table.concat(parts) .. ";"
end

--- Pastes, and answers the word; a refusal fails the test.
local function paste(desktop, pane, text, seconds)
    local word, message, code = desktop:paste(pane.pin, text, soon(seconds))
    expect.equal({ message, code }, {})
    return word
end

test("texts of any size arrive byte for byte, in brackets where they were asked for", function()
    local server = tmux_server.start()
    local desktop = server:desktop()
    for _, mode in ipairs { "bracketed", "raw" } do
        local pane = server:reader { title = TITLE .. " " .. mode, mode = mode, token = TITLE }
        local got = ""
        for i, size in ipairs { 1, 4096, 61440, 1048576 } do
            local text = nasty(size, i)
            expect.equal(paste(desktop, pane, text), "whole")
            got = got .. (mode == "raw" and text or BEGIN .. text .. END)
            pane:expect(got)
        end
    end
    expect.equal(server:run("list-buffers"), "")
end)

test("bytes that are no text arrive, too", function()
    local server = tmux_server.start()
    local pane = server:reader { title = TITLE, mode = "raw" }
    local all = {}
    for i = 0, 255 do
        all[#all + 1] = string.char(i)
    end
    local text = table.concat(all):rep(20)
    expect.equal(paste(server:desktop(), pane, text), "whole")
    pane:expect(text)
end)

test("eight MiB arrive", function()
    local server = tmux_server.start()
    local pane = server:reader { title = TITLE }
    local text = nasty(8 * 1024 * 1024 - 4096)
    expect.equal(paste(server:desktop(), pane, text, 60), "whole")
    pane:expect(BEGIN .. text .. END)
end)

test("an empty text is refused", function()
    local server = tmux_server.start()
    local pane = server:reader { title = TITLE }
    local word, _, code = server:desktop():paste(pane.pin, "", soon())
    expect.equal({ word, code }, { "not", "EINVAL" })
    expect.equal(pane:got(), "")
end)

test("a program that reads lines took whole lines, and the rest with the key", function()
    local server = tmux_server.start()
    local desktop = server:desktop()
    local pane = server:reader { title = TITLE, mode = "lines" }
    expect.equal(paste(desktop, pane, "one\ntwo\n"), "whole")
    expect.equal(paste(desktop, pane, "three\nfour"), "served")
    expect.equal(expect.ok(desktop:key(pane.pin, "a", soon())), "unknown")
    expect.equal(expect.ok(desktop:key(pane.pin, "Return", soon())), "whole")
    pane:expect("one\ntwo\nthree\nfoura\n")
end)

test("many lines arrive in a program that reads lines; one that is too long is refused", function()
    local server = tmux_server.start()
    local desktop = server:desktop()
    local pane = server:reader { title = TITLE, mode = "lines" }
    local text = (("x"):rep(4083) .. "\n"):rep(30)
    expect.equal(paste(desktop, pane, text), "whole")
    pane:expect(text)
    local word, message, code = desktop:paste(pane.pin, "short\n" .. ("x"):rep(4084), soon())
    expect.equal({ word, code }, { "not", "EREFUSED" })
    expect.contains(message, "4083 bytes at most")
    pane:expect(text)
end)

test("whoever reads slowly is waited for", function()
    local server = tmux_server.start()
    local desktop = server:desktop()
    local pane = server:reader { title = TITLE,
        read = "while dd bs=1500 count=1 2>/dev/null && sleep 0.02; do :; done" }
    local text = nasty(61440)
    expect.equal(paste(desktop, pane, text), "whole")
    pane:expect(BEGIN .. text .. END)
end)

test("whoever stops reading before the end did not take the whole", function()
    local server = tmux_server.start()
    local desktop = server:desktop()
    for _, size in ipairs { 10, 4000, 4095, 5000, 16384, 20000, 61440, 200000, 1000000 } do
        for _, left in ipairs { 1, 1000 } do
            local text = nasty(size, size)
            local takes = #BEGIN + #text + #END - left
            if takes > 0 then
                local pane = server:reader { title = TITLE, read = ("head -c %d; exec sleep 1000"):format(takes) }
                expect.equal(paste(desktop, pane, text, 0.5), "served", ("%d but %d bytes"):format(size, left))
                pane:expect((BEGIN .. text .. END):sub(1, takes))
                server:run("kill-pane", "-t", pane.id)
            end
        end
    end
end)

test("nor did whoever stops near the end of a long text, however the kernel's buffers fall", function()
    local server = tmux_server.start()
    local desktop = server:desktop()
    for i = 1, (tonumber(os.getenv "DISPATCH_SENDS") or 100) // 5 do
        local text = nasty(100000 + i * 7919 % 300000, i)
        local left = i * 131 % 3000 + 1
        local takes = #BEGIN + #text + #END - left
        local pane = server:reader { title = TITLE, read = ("head -c %d; exec sleep 1000"):format(takes) }
        expect.equal(paste(desktop, pane, text, 0.3), "served", ("%d but %d bytes"):format(#text, left))
        server:run("kill-pane", "-t", pane.id)
    end
end)

test("a program that does not read gets no prompt behind what it left", function()
    local server = tmux_server.start()
    local desktop = server:desktop()
    local pane = server:reader { title = TITLE, read = "exec sleep 1000" }
    expect.equal(paste(desktop, pane, "first", 0.2), "served")
    local word, message, code = desktop:paste(pane.pin, "second", soon(0.2))
    expect.equal({ word, code }, { "not", "EREFUSED" })
    expect.contains(message, "17 bytes of input unread")
    expect.equal(expect.ok(desktop:key(pane.pin, "Return", soon(0.2))), "served")
end)

test("what an earlier reader left in tmux is counted before a key is said to be taken", function()
    local server = tmux_server.start()
    local desktop = server:desktop()
    local go = server.folder .. "/go"
    local pane = server:reader { title = TITLE,
        read = ("until [ -e %s ]; do sleep 0.05; done; exec cat"):format(tmux_server.quoted(go)) }
    local text = nasty(300000)
    expect.equal(paste(desktop, pane, text, 0.2), "served")
    expect.write(go, "")
    expect.equal(expect.ok(desktop:key(pane.pin, "Return", soon())), "whole")
    pane:expect(BEGIN .. text .. END .. "\r")
end)

test("a pane that closes while it reads is gone, and the text is not to be sent again", function()
    local server = tmux_server.start()
    local desktop = server:desktop()
    for _, ending in ipairs { "kill-pane", "respawn-pane" } do
        local pane = server:reader { title = TITLE, read = "head -c 5000; "
            .. (ending == "kill-pane" and "exit" or "exec sleep 1000") }
        if ending == "respawn-pane" then
            server:run("run-shell", "-b", ("sleep 0.3; tmux -S '%s' respawn-pane -k -t %s 'exec sleep 1000'"):format(
                server.socket, pane.id))
        end
        local word, message, code = desktop:paste(pane.pin, nasty(61440), soon())
        expect.equal({ word, code }, { "served", "EGONE" }, message)
        expect.equal(server:run("list-buffers"), "")
    end
end)

test("panes that die of what they read do not take the server with them", function()
    local server = tmux_server.start()
    server:run("set-option", "-g", "remain-on-exit", "on")
    local desktop = server:desktop()
    local said = {}
    for i = 1, 40 do
        local pane = server:reader { title = TITLE, read = ("head -c %d"):format(i * 3) }
        local word, _, code = desktop:paste(pane.pin, nasty(i % 2 == 0 and 100 or 30000, i), soon())
        said[word .. " " .. tostring(code)] = true
        word, _, code = desktop:paste(pane.pin, "and more", soon())
        said[word .. " " .. tostring(code)] = true
        local done, _, why = desktop:key(pane.pin, "Return", soon())
        said["key " .. tostring(done) .. " " .. tostring(why)] = true
        server:run("kill-pane", "-t", pane.id)
    end
    said["whole nil"], said["served EREFUSED"], said["served EGONE"], said["served nil"] = nil, nil, nil, nil
    said["not EREFUSED"], said["not EGONE"], said["key nil EREFUSED"], said["key nil EGONE"] = nil, nil, nil, nil
    said["key unknown nil"], said["key whole nil"] = nil, nil
    expect.equal(said, {})
    expect.equal(#expect.ok(desktop:list()), 1)
    expect.equal(server:run("list-buffers"), "")
end)

test("Ctrl-C while a reader is waited for leaves what is known", function()
    local server = tmux_server.start()
    local self = expect.read("/proc/self/stat"):match("^%d+")
    local pane = server:reader { title = TITLE, read = ("head -c 10; kill -INT %s; exec sleep 1000"):format(self) }
    local desktop = server:desktop()
    expect.after(function()
        wait.resume()
    end)
    local word, _, code = desktop:paste(pane.pin, nasty(100000), soon())
    expect.equal({ word, code }, { "served", "EINTR" })
    expect.equal(wait.interrupted(), "SIGINT")
    wait.resume()
    expect.ok(desktop:list())
end)

test("a key whose answer did not come in time, or before Ctrl-C, may have gone out, and that is said", function()
    local server = tmux_server.start()
    local pane = server:reader { title = TITLE, mode = "raw" }
    local code = [[
        local clock, host = require "clock", require "host"
        local desktop = assert(require "window".open("tmux", os.getenv "SOCKET"))
        local strike = os.getenv "STRIKE":gsub("PID", host.machine().pid)
        os.execute(("tmux -S '%s' set-hook -g after-send-keys %q"):format(os.getenv "SOCKET", strike))
        local word, _, why = desktop:key({ id = ID, token = "TITLE" }, "Return", { deadline = clock.now() + SECONDS })
        require "wait".resume()
        print(word, why)
    ]]
    code = code:gsub("ID,", pane.pin.id .. ",", 1):gsub("TITLE", TITLE)
    local function said(strike, seconds)
        return expect.dispatch({ "-e", (code:gsub("SECONDS", seconds)), unset = { "TMUX" },
            env = { SOCKET = server.socket, STRIKE = strike } }).out
    end
    expect.equal(said("run-shell 'sleep 2'", "0.5"), "unknown\tETIMEOUT\n")
    expect.equal(said("run-shell 'kill -INT PID; sleep 2'", "20"), "unknown\tEINTR\n")
    server:run("set-hook", "-gu", "after-send-keys")
    pane:expect("\r\r")
    server:run("kill-pane", "-t", pane.id)
    expect.refused("EGONE", nil, server:desktop():key(pane.pin, "Return", soon())) -- this one surely did not
end)

test("keys are what a terminal sends", function()
    local server = tmux_server.start()
    local desktop = server:desktop()
    local pane = server:reader { title = TITLE, mode = "raw" }
    local keys = {
        { "Return", "\r" }, { "ctrl+Return", "\r" }, { "alt+Return", "\27\r" }, { "Escape", "\27" }, { "Tab", "\t" },
        { "shift+Tab", "\27[Z" }, { "BackSpace", "\127" }, { "ctrl+c", "\3" }, { "a", "a" }, { "shift+a", "A" },
        { ";", ";" }, { "€", "€" }, { "alt+x", "\27x" }, { "space", " " }, { "ctrl+space", "\0" }, { "Up", "\27[A" },
        { "ctrl+Right", "\27[1;5C" }, { "Page_Down", "\27[6~" }, { "Home", "\27[1~" }, { "F5", "\27[15~" },
    }
    local want = ""
    for _, key in ipairs(keys) do
        expect.equal(expect.ok(desktop:key(pane.pin, key[1], soon())), "whole", key[1])
        want = want .. key[2]
        pane:expect(want)
    end
    expect.refused("EINVAL", "hyper+x", desktop:key(pane.pin, "hyper+x", soon()))
    expect.refused("EUNSUPPORTED", "shift+Return", desktop:key(pane.pin, "shift+Return", soon()))
    pane:expect(want)
end)

test("ctrl+Return is a key of its own where the program asked for extended keys", function()
    local server = tmux_server.start()
    server:run("set-option", "-s", "extended-keys", "on")
    local desktop = server:desktop()
    local asks = "printf '\\033[>4;1m\\033[>4;2m' >/dev/tty; exec cat"
    local pane = server:reader { title = TITLE, mode = "raw", read = asks }
    expect.eventually("the keys are extended", 10, function()
        expect.equal(expect.ok(desktop:key(pane.pin, "ctrl+Return", soon())), "unknown")
        local got = pane:got()
        return got:find("\27[13;5u", 1, true) or got:find("\27[27;5;13~", 1, true) -- extended-keys-format (tmux 3.5)
    end)
    expect.equal(expect.ok(desktop:key(pane.pin, "Return", soon())), "whole")
end)

test("words are typed, not pasted", function()
    local server = tmux_server.start()
    local desktop = server:desktop()
    local pane = server:reader { title = TITLE }
    expect.ok(desktop:type(pane.pin, "Open Codex; ünï -l $HOME 'x'", soon()))
    expect.ok(desktop:type(pane.pin, "", soon()))
    pane:expect("Open Codex; ünï -l $HOME 'x'")
end)

test("modes are left before a key, and a paste reaches the program in any", function()
    local server = tmux_server.start()
    local desktop = server:desktop()
    local pane = server:reader { title = TITLE }
    local want = ""
    for _, mode in ipairs { "copy-mode", "clock-mode", "choose-tree", "choose-buffer" } do
        if mode == "choose-buffer" then
            server:run("set-buffer", "-b", "mine", "of the user")
        end
        server:run(mode, "-t", pane.id)
        expect.equal(server:ask(pane.id, "#{pane_in_mode}"), "1", mode)
        expect.equal(paste(desktop, pane, mode), "whole")
        expect.equal(expect.ok(desktop:key(pane.pin, "Return", soon())), "whole")
        want = want .. BEGIN .. mode .. END .. "\r"
        pane:expect(want)
        expect.equal(server:ask(pane.id, "#{pane_in_mode}"), "0", mode)
    end
    expect.equal(server:run("list-buffers", "-F", "#{buffer_name}"), "mine")
end)

test("no file of a prompt stays behind", function()
    local server = tmux_server.start()
    local pane = server:reader { title = TITLE }
    local folder = server.folder .. "/tmp with ' and #{x}"
    expect.mkdir(folder)
    local code = [[
        local desktop = assert(require "window".open("tmux", os.getenv "SOCKET"))
        local word, message = desktop:paste({ id = ID, token = "TITLE" }, "text", { deadline = math.huge })
        assert(not message, message)
        desktop:close()
    ]]
    code = code:gsub("ID", pane.pin.id, 1):gsub("TITLE", TITLE)
    local run = expect.dispatch { "-e", code, env = { SOCKET = server.socket, TMPDIR = folder } }
    expect.equal(run.exit, 0, run.err)
    pane:expect(BEGIN .. "text" .. END)
    expect.equal(expect.tree(folder), {})
    run = expect.dispatch { "-e", code, env = { SOCKET = server.socket, TMPDIR = "/nonexistent" } }
    expect.equal(run.exit, 1)
    expect.contains(run.err, "/nonexistent/dispatch-")
end)

local function many_sends(sends)
    local server = tmux_server.start()
    local desktop = server:desktop()
    local panes, want = {}, {}
    for i = 1, 5 do
        panes[i], want[i] = server:reader { title = TITLE .. " " .. i, token = TITLE .. " " .. i }, {}
    end
    local spent, slowest = 0, 0
    for send = 1, sends do
        local i = (send - 1) % 5 + 1
        local text = nasty(4096, send)
        local started = clock.now()
        local word = paste(desktop, panes[i], text)
        local key = expect.ok(desktop:key(panes[i].pin, "Return", soon()))
        local ms = (clock.now() - started) * 1000
        spent, slowest = spent + ms, math.max(slowest, ms)
        expect.equal({ word, key }, { "whole", "whole" }, "send " .. send)
        table.insert(want[i], BEGIN .. text .. END .. "\r")
    end
    for i, pane in ipairs(panes) do
        pane:expect(table.concat(want[i]))
    end
    print(("        %d sends of 4 KB and a key: %.2f ms each, %.1f ms at most"):format(sends, spent / sends, slowest))
    expect.equal(server:run("list-buffers"), "")
end

test("many prompts into five panes: none lost, none doubled, none changed", function()
    many_sends(tonumber(os.getenv "DISPATCH_SENDS") or 100)
end)

test("nor of 200 while every core is busy", function()
    busy()
    many_sends(200)
end)
