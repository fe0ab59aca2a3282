--- The REPL as a person has it on Windows: keys typed into a console, its screen out.
local console = require "console"
local expect = require "expect"
local stage = require "stage"
local test = expect.test

local A = "HITECHOS_A_core_20261122_1"
local PROMPT = "\n>\n$"

---A REPL at its first prompt.
---@param home? string                where it keeps earlier lines
local function start(home)
    local rules = stage.folder() .. "/desktop.lua"
    expect.write(rules, ([[return {
        { at = 0, window = "a", title = "%s", app = "code", pid = 1 },
        { at = 0, window = "b", title = "HITECHOS_B_tooling_20261122_1", app = "code", pid = 2 },
    }]]):format(A))
    local shown = console.start { expect.binary(), "repl", "-Via", "fake:" .. rules,
        env = { LOCALAPPDATA = home or stage.folder() } }
    shown:await(PROMPT)
    return shown
end

---Types a line and waits for what it prints and the next prompt.
local function line(shown, text, pattern)
    shown:type(text, "Return")
    return shown:await(pattern .. PROMPT)
end

test("lines are edited, values printed, and the console is left as it was", function()
    local shown = start()
    line(shown, "'hä€ 漢 🎉'", "\n> 'hä€ 漢 🎉'\n\"hä€ 漢 🎉\"")
    shown:type("2 + 3", "Left", "BackSpace", "BackSpace", "BackSpace", "Home", "Delete")
    shown:type("'ä🎉", "End", "BackSpace")
    line(shown, "x'", "\n> 'ä🎉x'\n\"ä🎉x\"")
    line(shown, "('x'):rep(100) == '" .. ("x"):rep(100) .. "'", "\ntrue")         -- longer than the row
    shown:type("forget this", "Escape")
    line(shown, "_ = io.write 'no newline'", "\n> _ = io%.write 'no newline'\nno newline")
    shown:type("", "Ctrl+Z", "Return")
    local status, after = shown:ended()
    expect.equal(status, 0)
    expect.equal(after, shown:before())
end)

test("earlier lines come back, those of other days too", function()
    local home = stage.folder() .. "/home"
    local shown = start(home)
    line(shown, "first = 'ö'", "\n> first = 'ö'")
    line(shown, "first .. 2", '\n"ö2"')
    shown:type("draft", "Up", "Up")
    shown:await "\n> first = 'ö'\n$"
    shown:type("", "Down", "Down")
    shown:await "\n> draft\n$"
    shown:type("", "Escape")
    shown:type("for i = 1, 2 do", "Return")
    shown:await "\n%.%.\n$"
    shown:type("print(i)", "Return")
    line(shown, "end", "\n1\n2")
    shown:type("exit", "Return")
    expect.equal((shown:ended()), 0)
    expect.equal(expect.read(home .. "/dispatch/history"),
        "first = 'ö'\nfirst .. 2\nfor i = 1, 2 do\\nprint(i)\\nend\n")

    shown = start(home)
    shown:type("", "Up")
    shown:await "\n> for i = 1, 2 do¶print%(i%)¶end\n$"
    line(shown, "", "end\n1\n2")
    shown:type("", "Up", "Up", "Up", "Up", "Return")
    shown:await("\n> first = 'ö'" .. PROMPT)
end)

test("Tab completes names and titles; several are listed below and the line stays", function()
    local shown = start()
    shown:type("window.has", "Tab")
    shown:await "\n> window%.has_token\n$"
    shown:type("", "Escape")
    shown:type('explain "HIT', "Tab", "Tab")
    shown:await("\n" .. A .. " +HITECHOS_B_tooling_20261122_1\n> explain \"HITECHOS_\n$")
    shown:type("A", "Tab", "Return")
    shown:await('\n> explain "' .. A .. "\"\nmatches +fake: '" .. A .. "' .*One window matches.*" .. PROMPT)
end)

test("Ctrl-C drops a line, and stops what runs; Enter ends a watch, and the next line is whole", function()
    local shown = start()
    shown:type "nosuch()"
    shown:await "\n> nosuch%(%)\n$"
    shown:type("", "Ctrl+C")
    shown:await("\n> nosuch%(%)^C" .. PROMPT)
    shown:type("print 'at work' while true do end", "Return")
    shown:await "\nat work\n$"
    shown:type("", "Ctrl+C")
    shown:await("interrupted[^\n]*" .. PROMPT)
    shown:type('watch "' .. A .. '"', "Return")
    shown:await("matches[^\n]*\n$")
    shown:type("", "Return")
    shown:await(PROMPT)
    line(shown, 'watch("' .. A .. '", 0.1)', "\n[^\n]*matches[^\n]*")
    line(shown, "1 + 1", "\n> 1 %+ 1\n2")
end)
