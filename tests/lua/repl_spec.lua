-- The window tools of the REPL, as far as they are pure; and sessions through a pipe. A terminal: tests/desktop.
local expect = require "expect"
local explain = require "dispatch.repl.explain"
local watch = require "dispatch.repl.watch"
local test = expect.test

local A = "HITECHOS_A_core_20261122_1"

-- Window tools, as far as they are pure -------------------------------------------------------------------------------

local function win(id, title, more)
    local w = { id = id, pid = 7, title = title, app = "xterm", via = "x11" }
    for key, value in pairs(more or {}) do w[key] = value end
    return w
end

test("explain names the match, each near miss with its reason, and what a run would do", function()
    local text = table.concat(explain.lines({ win(1, A:lower()), win(2, A, { minimised = true }), win(3, "x") }, A, 80),
        "\n")
    expect.equal(text, "matches  x11: '" .. A .. "' (xterm, pid 7, id 2)\n           minimised\n"
        .. "near     x11: '" .. A:lower() .. "' (xterm, pid 7, id 1)\n           other case: '" .. A:lower() .. "'\n"
        .. "One window matches: a run would take it. 3 windows were looked at.")
    text = table.concat(explain.lines({ win(1, A), win(2, A) }, A, 80), "\n")
    expect.contains(text, "2 windows match; a run would refuse (EAMBIGUOUS)")
    text = table.concat(explain.lines({ win(1, A .. "0") }, A, 120), "\n")
    expect.contains(text, "No window matches: " .. A .. " must stand in a title as a whole. 1 window was looked at.")
    expect.contains(table.concat(explain.lines({}, A, 80), "\n"), "No window comes near " .. A)
end)

test("watch tells what came, changed and went", function()
    local before = watch.look({ win(1, A), win(2, "x") }, A)
    local after = watch.look({ win(1, A:lower()), win(2, A), win(3, "y") }, A)
    local lines = watch.difference(before, after)
    expect.equal(#lines, 2)
    expect.matches(lines[1], "^~ x11: '" .. A:lower() .. "' .*: near: other case")
    expect.matches(lines[2], "^%+ x11: '" .. A .. "' .*: matches")
    expect.matches(watch.difference(after, {})[1], "^%- x11: ")
    expect.equal(watch.difference(after, after), {})
end)

-- Sessions through a pipe -------------------------------------------------------------------------------------------

---Lines in, what it wrote, what it complained of and how it ended.
local function session(input, ...)
    local folder = expect.folder()
    local run = expect.dispatch { "repl", "-Via", "fake:desk.lua", cwd = folder, input = input,
        env = { HOME = folder, XDG_STATE_HOME = folder .. "/state" }, ... }
    return run, folder
end

local function desk_session(rules, input)
    local folder = expect.folder()
    expect.write(folder .. "/desk.lua", "return {" .. rules .. "}")
    return expect.dispatch { "repl", "-Via", "fake:desk.lua", cwd = folder, input = input, env = { HOME = folder } }
end

test("values are printed, statements are silent, _ is the last value", function()
    local run = session '=1+1\n_ * 21\nx = 5\nx\n\nprint "hello"\nnil\n{ 1, a = "b" }\n(function() end)()\n"é"'
    expect.equal(run.err, "")
    expect.equal(run.out, '2\n42\n5\nhello\nnil\n{ 1, a = "b" }\n"é"\n')
    expect.equal(run.exit, 0)
end)

test("several lines make one chunk", function()
    local run = session "for i = 1, 2 do\n  print(i)\nend\nfunction f(a)\n\n  return a\nend\nf(7)\r\n"
    expect.equal(run.out, "1\n2\n7\n")
end)

test("no error ends it, and the exit status tells that there was one", function()
    local run = session 'error "one"\n= = 1\nerror { code = 2 }\nerror()\nfor i=1,2 do nosuch() end\n"still here"\n'
    expect.equal(run.out, '"still here"\n')
    expect.contains(run.err, "repl:1: one\n")
    expect.contains(run.err, "unexpected symbol near '='")
    expect.contains(run.err, "error: { code = 2 }")
    expect.contains(run.err, "error: nil")
    expect.contains(run.err, "attempt to call a nil value (global 'nosuch')")
    expect.equal(run.exit, 1)
    expect.equal(session("for i = 1, 2 do").exit, 1)
end)

test("a traceback is shown where it says more than the message", function()
    local run = session 'function g() error "deep" end function f() g() end\nf()\nerror "flat"\n'
    expect.matches(run.err, "^repl:1: deep\nstack traceback:\n\t%[C%]: in function 'error'\n\trepl:1: in [^\n]* 'g'\n"
        .. "\trepl:1: in [^\n]*\nrepl:1: flat\n$")
    expect.lacks(run.err, "xpcall")
    expect.lacks(run.err, "dispatch/repl")
end)

test("modules are there on first touch, and a slip of the pen is told", function()
    local run = session "clock.now() > 0\nwindow.has_token('a', 'a')\nwindwo.open()\nwindow.list()\n"
    expect.equal(run.out, "true\ntrue\n")
    expect.contains(run.err, "did you mean window?")
    expect.contains(run.err, "(field 'list'); did you mean desktop:list, file.list, zip.list?")
end)

test("who overwrites Lua's own functions harms nothing but the next lines", function()
    local run = session("type = 1 next = 2 table = {} string = {} pairs = 3 print = 4 error = 5 _G = 6 tostring = 7\n"
        .. "{ 1 }\nhelp(window.has_token)\nnosuch()\nload 'x = 5'()\nx\n")
    expect.matches(run.out, "^{ 1 }\nwindow%.has_token%(.*\n5\n$")
    expect.contains(run.err, "attempt to call a nil value (global 'nosuch')")
end)

test("code that is loaded at the prompt has the prompt's globals", function()
    local folder = expect.folder()
    expect.write(folder .. "/mine.lua", "function f() return v end v = 5")
    local run = expect.dispatch { "repl", cwd = folder, env = { HOME = folder },
        input = "dofile 'mine.lua'\nf()\nload('return v')()\nloadfile('mine.lua', 't', {})()\n"
            .. "load('return v', 'x', 't', {})()\nv = 6\nf()\nhelp(coroutine.create)\nhelp(load)\n" }
    expect.matches(run.out, "^5\n5\nnil\n6\ncoroutine.create is Lua's own[^\n]*\nload is Lua's own")
    expect.equal(run.err, "")
end)

test("exit and quit end it unless they are variables", function()
    expect.equal(session("1\nexit\n2\n").out, "1\n")
    expect.equal(session("quit\n2\n").out, "")
    expect.equal(session("exit = 3\nexit\n2\n").out, "3\n2\n")
end)

test("a pipe leaves no history", function()
    local _, folder = session "1\n"
    expect.equal(expect.read(folder .. "/state/dispatch/history"), nil)
end)

test("wrong usage is exit 64", function()
    local run = expect.dispatch { "repl", "-Nonsense", input = "" }
    expect.equal(run.exit, 64)
    expect.contains(run.err, "dispatch repl: ")
end)

test("windows, explain, desktop, desktops and highlight on a desktop of rules", function()
    local run = desk_session(("{ at = 0, window = 'a', title = %q, app = 'xterm', pid = 7 }"):format(A:lower()),
        'windows()\n#windows "' .. A .. '"\nexplain "' .. A .. '"\nwindows()[1].title\ndesktop\n#desktops\n'
        .. 'desktops.fake == desktop\nhighlight(windows()[1])\nhighlight "nosuch"\nexplain()\nhelp(desktop)\n')
    expect.contains(run.out, "{ [1] = fake: '" .. A:lower() .. "' (xterm, pid 7, id 1) }\n1\n")
    expect.contains(run.out, "near     fake: ")
    expect.contains(run.out, "other case: '" .. A:lower() .. "'\nNo window matches")
    expect.contains(run.out, '"' .. A:lower() .. '"\nwindow.desktop (fake)\n1\ntrue\n')
    expect.contains(run.out, "EUNSUPPORTED")
    expect.contains(run.out, "ENOWINDOW")
    expect.contains(run.out, "window.desktop, to be closed")
    expect.matches("\n" .. run.err, '\nexplain "TOKEN": a title')  -- neither our own line before it nor a traceback
end)

test("watch shows titles as they change, until its time is up", function()
    local rules = ("{ at = 0, window = 'a', title = 'x', pid = 7 }, { at = 5, retitle = 'a', title = %q },"
        .. "{ at = 9, retitle = 'a', title = %q }, { at = 12, close = 'a' }, { at = 99, window = 'b', title = %q }")
        :format(A:lower(), A, A)
    local run = desk_session(rules, 'watch("' .. A .. '", 20)\n"over"\n')
    expect.equal(run.err, "")
    local lines = {}
    for line in run.out:gsub("\n +", " "):gmatch "[^\n]+" do lines[#lines + 1] = line:gsub("^%d%d:%d%d:%d%d ", "") end
    expect.matches(lines[1], "^%+ .*near: other case")
    expect.matches(lines[2], "^~ .*matches$")
    expect.matches(lines[3], "^%- .*matches$")
    expect.equal({ #lines, lines[4] }, { 4, '"over"' })
end)

test("where there is no desktop, the tools say so and the session goes on", function()
    local run = session('windows()\nexplain "x"\nwatch "x"\ndesktop\n"on"\n')
    expect.contains(run.out, "desk.lua")
    expect.contains(run.err, "desk.lua")
    expect.contains(run.out, '"on"\n')
end)

test("what was probably meant is hinted at", function()
    local environment, hints = require "dispatch.repl.environment", require "dispatch.repl.hints"
    local globals = environment.new()
    local hint = hints.new(globals)
    expect.contains(hint "explain", 'explain "HITECHOS_…" calls it')
    expect.contains(hint "windows", "windows() calls it")
    expect.contains(hint "= windwo", "did you mean window?")
    expect.equal({ hint "x", hint "clock", hint "nothing_like_it", hint "1 + 1", hint "print" }, {})
    expect.equal(hint "local a = 1; print(a)", nil)
    expect.contains(hint "local a = 1", "without `local`, a stays")
    expect.equal(hint "local b = 1", nil, "told once")
    expect.contains(hints.behind("attempt to call a nil value (global 'explian')", globals), "did you mean explain?")
    expect.equal(hints.behind("attempt to call a number value (global 'print')", globals), "")
end)
