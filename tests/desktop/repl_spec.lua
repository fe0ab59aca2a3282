--- The REPL as a person has it: in a terminal (a pane of a private tmux), typed keys in, the screen out.
local expect = require "expect"
local lfs = require "lfs"
local tmux_server = require "tmux_server"
local test = expect.test

local A = "HITECHOS_A_core_20261122_1"
local PROMPT = "\n>\n$"

local Session = {}
Session.__index = Session

---A REPL in a pane of its own, at its first prompt.
---@param server table
---@param o? {home?: string, shell?: string, term?: string, typed?: boolean} shell: what runs in the pane, %s is the
--- REPL's command line; typed: it is typed into the shell
local function start(server, o)
    o = o or {}
    local home = o.home or expect.folder()
    local command = ("env -u DISPLAY -u XDG_STATE_HOME HOME=%s TERM=%s %s repl"):format(tmux_server.quoted(home),
        o.term or "tmux-256color", tmux_server.quoted(expect.binary()))
    local run = o.typed and o.shell or (o.shell or "exec %s"):format(command)
    local pane = server:pane { run = run, name = "repl" }
    local session = setmetatable({ server = server, pane = pane, home = home, history = home
        .. "/.local/state/dispatch/history" }, Session)
    if o.typed then
        session:await "\n%$\n$"
        session:type(command, "Enter")
    end
    session:await(PROMPT)
    return session
end

---What is on the screen, without the blanks at the ends of lines.
function Session:screen()
    local text = self.server:run("capture-pane", "-p", "-t", self.pane.id)
    return "\n" .. text:gsub(" +\n", "\n"):gsub("%s+$", "") .. "\n"
end

---Waits until the screen matches a pattern; answers its captures.
function Session:await(pattern)
    local last
    pcall(expect.eventually, pattern, 20, function()
        last = self:screen()
        return last:find(pattern)
    end)
    return expect.matches(last, pattern)
end

---Types a text, then keys by their tmux names.
function Session:type(text, ...)
    if text ~= "" then self.server:run("send-keys", "-t", self.pane.id, "-l", text) end
    for _, key in ipairs { ... } do self.server:run("send-keys", "-t", self.pane.id, key) end
end

---Types a line and waits for what it prints and the next prompt.
function Session:line(text, pattern)
    self:type(text, "Enter")
    return self:await(pattern .. PROMPT)
end

---What `stty -g` wrote when the program had ended.
local function left(status)
    return expect.eventually("it ends", 20, function()
        local settings = expect.read(status .. ".after")
        return settings ~= "" and settings
    end)
end

test("it greets in two lines that fit, prints values, and leaves the terminal as it was", function()
    local server = tmux_server.start()
    local status = server.folder .. "/status"
    local session = start(server, { shell = "stty -g > " .. status .. ".before; %s; echo $? > " .. status
        .. "; stty -g > " .. status .. ".after; exec cat" })
    expect.matches(session:screen(), "^\ndispatch [%d.]+, Lua 5%.4%. [^\n]*\nTry [^\n]*help%(%)[^\n]*\n>\n$")
    session:line("1 + 1", "\n2")
    session:line("{ a = 'é名' }", '\n{ a = "é名" }')
    session:line("error 'x'", "\nrepl:1: x")
    session:line("_ = io.write 'no newline'", "\nno newline")
    session:line("local x = 1", "\na local is forgotten [^\n]*x stays")
    session:type("", "C-d")
    expect.equal(left(status), expect.read(status .. ".before"), "the terminal is as it was")
    expect.equal(expect.read(status), "0\n")
end)

test("Tab completes modules, methods and titles; several are listed below and the line stays", function()
    local server = tmux_server.start()
    server:reader { title = A }
    server:reader { title = "HITECHOS_B_tooling_20261122_1" }
    local session = start(server)
    session:type("window.has", "Tab")
    session:await "\n> window%.has_token\n$"
    session:line("('x', 'x')", "\ntrue")
    session:type("desktop:scre", "Tab")
    session:await "\n> desktop:screen\n$"
    session:type("", "Tab")
    session:await "\nscreen_text +screenshot\n> desktop:screen\n$"
    session:type("_t", "Tab")
    session:await "\n> desktop:screen_text\n$"
    session:type("", "C-u")
    session:type('explain "HIT', "Tab")
    session:await '\n> explain "HITECHOS_\n$'
    session:type("", "Tab")
    session:await("\n" .. A .. " +HITECHOS_B_tooling_20261122_1\n> explain \"HITECHOS_\n$")
    session:type("A", "Tab", "Enter")
    session:await('\n> explain "' .. A .. "\"\nmatches +tmux: '" .. A .. "' .*One window matches.*" .. PROMPT)
    session:type("x", "C-a", "Tab")
    session:await "\n>     x\n$"
end)

test("lines are kept for other days, readable by their owner alone, and found again", function()
    local server = tmux_server.start()
    local session = start(server)
    session:line("first = 'one'", "'one'")
    session:line("first", '\n"one"')
    session:type("for i = 1, 2 do", "Enter")
    session:await "\n%.%.\n$"
    session:type("print(i)", "Enter")
    session:line("end", "\n1\n2")
    session:type("", "C-d")
    expect.eventually("it ends", 20, function()
        local panes = server:run("list-panes", "-a", "-F", "#{pane_id}") .. "\n"
        return not panes:find(session.pane.id .. "\n", 1, true)
    end)
    expect.equal(lfs.attributes(session.history, "permissions"), "rw-------")
    expect.equal(expect.read(session.history), "first = 'one'\nfirst\nfor i = 1, 2 do\\nprint(i)\\nend\n")

    session = start(server, { home = session.home })
    session:type("", "Up")
    session:await "\n> for i = 1, 2 do\nprint%(i%)\nend\n$"
    session:type("", "Enter")
    session:await("end\n1\n2" .. PROMPT)
    session:type("", "Up", "Up")
    session:await "\n> first\n$"
    session:type("", "C-u", "C-r")
    session:type("'on")
    session:await "first = 'one'"
    session:type("", "Enter")
    session:await(PROMPT)
    expect.contains(expect.read(session.history), "end\nfirst = 'one'\n")
end)

test("what is not complete asks for more; Ctrl-C drops it, and drops a line", function()
    local server = tmux_server.start()
    local session = start(server)
    session:type("x = {", "Enter")
    session:await "\n%.%.\n$"
    session:type "1,"
    session:await "\n%.%. 1,\n$"                         -- what was not read yet, Ctrl-C would drop in the terminal
    session:type("", "C-c")
    session:await("\n%.%. 1,%^C" .. PROMPT)
    session:type "nosuch()"
    session:await "\n> nosuch%(%)\n$"
    session:type("", "C-c")
    session:await("\n> nosuch%(%)%^C" .. PROMPT)
    session:line("x", "\nnil")
    session:type("a = 1", "M-Enter")
    session:type("b = a + 1", "Enter")
    session:await("\n> a = 1\nb = a %+ 1" .. PROMPT)
    session:line("b", "\n2")
end)

test("Ctrl-C stops a wait, a loop, a loop that catches errors, a coroutine, and not the program", function()
    local server = tmux_server.start()
    local session = start(server)
    for what, answer in pairs {
        ["return wait.sleep(clock.now() + 60)"] = 'nil, "interrupted", "EINTR"',
        ["return process.run({ 'sleep', '60' }, { deadline = clock.now() + 60 })"] = "EINTR",
        ["while true do end"] = "interrupted",
        ["while true do pcall(function() while true do end end) end"] = "interrupted",
        ["coroutine.wrap(function() while true do end end)()"] = "interrupted",
        ["local co = coroutine.create(function() while true do end end) return coroutine.resume(co)"] = "interrupted",
        ["watch 'nosuch'"] = "%^C",
    } do
        session:type("", "C-l")
        session:await "^\n>\n$"
        session:type("print 'go' " .. what, "Enter")
        session:await "\ngo\n$"
        session:type("", "C-c")
        session:await(answer .. ".*" .. PROMPT)
        session:line("1 + 1", "\n2")
    end
end)

test("the line is whole after a resize, and goes on", function()
    local server = tmux_server.start()
    local session = start(server)
    local function resize(columns)
        server:run("resize-window", "-t", session.pane.id, "-x", tostring(columns), "-y", "24")
    end
    session:line("1", "\n1")
    session:type("x = '" .. ("0123456789"):rep(7) .. "'")
    session:await "9'\n$"
    resize(40)
    session:await "\n> x = '[%d\n]+9'\n$"
    session:type("", "Left")
    session:type("END")
    session:await "9\n?E\n?N\n?D\n?'\n$"
    resize(100)
    session:await("\n> x = '" .. ("0123456789"):rep(7) .. "END'\n$")
    session:line("", "END'")
    session:line("#x", "\n73")
    expect.lacks(session:screen():gsub("\n", ""):gsub("> x = '[%dEND]+'", "", 1), "x = '0", "nothing is left behind")
end)

test("a pasted text is one line, tabs and newlines included, and waits for Enter", function()
    local server = tmux_server.start()
    local session = start(server)
    local text = server.folder .. "/text"
    expect.write(text, "local function twice(x)\n\treturn 2 * x\nend\nprint(twice(21))\n")
    server:run("load-buffer", text)
    server:run("paste-buffer", "-p", "-t", session.pane.id)
    session:await "\n> local function twice%(x%)\n return 2 %* x\nend\nprint%(twice%(21%)%)\n$"
    session:line("", "\n42")
end)

test("watch tells of titles as they change; Enter ends it and is no line", function()
    local server = tmux_server.start()
    local reader = server:reader { title = "nothing", token = "nothing" }
    local session = start(server)
    session:type("watch '" .. A .. "'", "Enter")
    session:await "watch '[%w_]+'\n$"
    server:run("select-pane", "-t", reader.id, "-T", A:lower())
    session:await("\n%d%d:%d%d:%d%d %+ tmux: '" .. A:lower() .. "'.*other%s+case")
    server:run("select-pane", "-t", reader.id, "-T", A)
    session:await("\n%d%d:%d%d:%d%d ~ tmux: '" .. A .. "'.*: matches")
    server:run("select-pane", "-t", reader.id, "-T", "x")
    session:await("\n%d%d:%d%d:%d%d %- tmux: '")
    session:type("", "Enter")
    session:await(PROMPT)
    session:line("1 + 1", "\n2")
end)

test("the program serves while the prompt waits", function()
    local server = tmux_server.start()
    local session = start(server)
    local mark = server.folder .. "/mark"
    session:line(("d = window.fake { { at = 0, window = 'a', title = 'x' }, { at = 5, write = %q, text = 'served' } }")
        :format(mark), "}")
    expect.equal(expect.eventually("the rule happens", 20, function() return expect.read(mark) end), "served")
    session:line("1 + 1", "\n2")
end)

test("Ctrl-Z and fg leave the line as it was", function()
    local server = tmux_server.start()
    local bash = expect.need "bash"
    local session = start(server, { shell = "PS1='$ ' exec " .. bash .. " --norc -i", typed = true })
    session:type "x = 'begun"
    session:await "\n> x = 'begun\n$"
    session:type("", "C-z")
    session:await "Stopped.*\n%$\n?$"
    session:type("fg", "Enter")
    session:await "\n> x = 'begun\n$"
    session:line(" and ended'", "ended'")
    session:line("x", '\n"begun and ended"')
end)

test("SIGTERM ends it at the prompt, with 130 and the terminal as it was", function()
    local server = tmux_server.start()
    local status = server.folder .. "/status"
    local session = start(server, { shell = "stty -g > " .. status .. ".before; %s; echo $? > " .. status
        .. "; stty -g > " .. status .. ".after; exec cat" })
    local pid = session:line("host.machine().pid", "\n(%d+)")
    session:type "begun"
    session:await "\n> begun\n$"
    expect.run { "kill", pid }
    expect.equal(left(status), expect.read(status .. ".before"), "the terminal is as it was")
    expect.equal(expect.read(status), "130\n")
end)

test("a terminal that knows no escape sequences is enough", function()
    local server = tmux_server.start()
    local session = start(server, { term = "dumb" })
    session:line("1 + 1", "\n2")
    session:type("window.has", "Tab")
    session:await "window%.has_token\n$"
end)
