-- How an agent's screen is read by the data of agents.lua. The second agent here has the shape that a full-screen agent
-- with a composer box needs: placeholder by characters, hints, a line below the composer, busy without a digest.
local expect = require "expect"
local screens = require "dispatch.screens"
local test = expect.test

local SAMPLE = {
    name = "sample worker", match = { screen = { "^sample worker %S" } }, bracketed = true,
    composer = { begins = "^> " },
    placeholder = { "^%[Pasted (%d+) lines%]$", counts = "lines" }, busy = { "^working on %x+$" },
    working = { "^working on (%x+)$" }, blocked = { "^Allow%? %[y/n%]" },
}
local BOX = {
    name = "box", match = { app = { "box" }, screen = { "Box v%d" } }, bracketed = true,
    composer = { begins = "^› ", ends = "^  %? for shortcuts", hints = { "^Ask Box to do anything$" } },
    placeholder = { "^%[Pasted Content (%d+) chars%]$", counts = "chars" }, busy = { "esc to interrupt" },
    working = { "esc to interrupt" }, blocked = { "Allow command%?" }, modal = { "Do you trust" },
}

local function box(inside) return "Box v1\n\n› " .. inside .. "\n\n  ? for shortcuts   100% left\n" end

test("the built-in table knows the demo's worker by its screen, and a script by its program", function()
    local tables = expect.ok(screens.load(nil))
    expect.equal(screens.recognise(tables, { app = "dispatch" }, "sample worker A_core\n> ").name, "sample worker")
    expect.equal(screens.recognise(tables, { app = "sh" }, "$ ").name, "shell script")
    expect.equal(screens.recognise(tables, { app = "Bash" }, nil).name, "shell script")
end)

test("what stands in a field for text is the composer, all of it, and no screen of an agent", function()
    local tables = expect.ok(screens.load(nil))
    local typed = "sample worker A_core\n> fix it\n\n"
    local agent = screens.recognise(tables, { app = "chat.exe" }, typed, true)
    expect.equal(agent.name, "text field")
    expect.equal(screens.composer(agent, typed), "sample worker A_core\n> fix it")
    expect.equal(screens.composer(agent, "\n"), "")
    expect.equal(screens.shows(agent, typed, "sample worker A_core\n> fix it"), "text")
    expect.equal(screens.recognise(tables, { app = "chat.exe" }, nil, true), screens.UNKNOWN, "it cannot be read")
end)

test("a Windows console takes line by line, whatever runs in it", function()
    local tables = expect.ok(screens.load(nil))
    expect.equal(screens.recognise(tables, { app = "conhost.exe" }, nil, true).bracketed, false)
    expect.equal(screens.recognise(tables, { app = "WindowsTerminal.exe" }, nil, true).bracketed, false)
end)

test("a project's own copy of the built-in table is accepted", function()
    local root = expect.folder()
    expect.write(root .. "/tools/codex/dispatch/agents.lua", require "host".source "dispatch/agents.lua")
    local tables = expect.ok(screens.load(root))
    expect.equal(#tables.agents, #require "dispatch.agents".agents)
end)

test("an unknown program is not guessed at", function()
    local tables = expect.ok(screens.load(nil))
    expect.equal(screens.recognise(tables, { app = "vim" }, "> text"), screens.UNKNOWN)
    expect.equal(screens.recognise(tables, { app = "XTerm" }, nil), screens.UNKNOWN)
    expect.equal(screens.composer(screens.UNKNOWN, "> text"), nil)
    expect.equal(screens.question(screens.UNKNOWN, "Allow? [y/n]"), nil)
end)

test("all of what a match names must hold", function()
    local tables = { agents = { BOX } }
    expect.equal(screens.recognise(tables, { app = "box" }, box ""), BOX)
    expect.equal(screens.recognise(tables, { app = "box" }, nil), screens.UNKNOWN)
    expect.equal(screens.recognise(tables, { app = "other" }, box ""), screens.UNKNOWN)
end)

test("the composer is what stands behind its prompt, to its end", function()
    expect.equal(screens.composer(SAMPLE, "sample worker A\n> hello"), "hello")
    expect.equal(screens.composer(SAMPLE, "sample worker A\n> "), "")
    expect.equal(screens.composer(SAMPLE, "sample worker A\n>\n\n\n"), "", "a screen without trailing blanks")
    expect.equal(screens.composer(SAMPLE, "sample worker A"), nil)
    expect.equal(screens.composer(BOX, box "fix it"), "fix it")
    expect.equal(screens.composer(BOX, box "Ask Box to do anything"), "", "the hint of an empty composer")
    expect.equal(screens.composer(BOX, box "Ask Box to do anything now"), "Ask Box to do anything now")
end)

test("a text is shown as itself, however it was broken, or by a word of its size", function()
    expect.equal(screens.shows(SAMPLE, "> one two", "one two"), "text")
    expect.equal(screens.shows(SAMPLE, "> one t\nwo", "one two"), "text")
    expect.equal(screens.shows(SAMPLE, "> [Pasted 3 lines]", "a\nb\nc"), "placeholder")
    expect.equal(screens.shows(SAMPLE, "> [Pasted 2 lines]", "a\nb\nc"), nil)
    expect.equal(screens.shows(BOX, box "[Pasted Content 4 chars]", "äöü!"), "placeholder", "characters, not bytes")
    expect.equal(screens.shows(SAMPLE, "> ", "one"), nil)
    expect.equal(screens.shows(SAMPLE, "> on", "one"), nil, "cut")
end)

test("questions are seen", function()
    expect.contains(screens.question(SAMPLE, "sample worker A\nAllow? [y/n]"), "asks for an approval: 'Allow? [y/n]'")
    expect.contains(screens.question(BOX, "Box v1\nDo you trust this folder?"), "shows a dialog")
    expect.equal(screens.question(SAMPLE, "sample worker A\n> "), nil)
end)

test("a sign of work counts for this text only", function()
    local sha256 = ("0123456789abcdef"):rep(4)
    expect.equal(screens.signs(SAMPLE, "working on 01234567\n> ", sha256), 1)
    expect.equal(screens.signs(SAMPLE, "working on 01234567\nworking on 01234567\n> ", sha256), 2)
    expect.equal(screens.signs(SAMPLE, "working on 99999999\n> ", sha256), 0, "of another text")
    expect.equal(screens.signs(SAMPLE, "working on 0123\n> ", sha256), 0, "too short to be this text's")
    expect.equal(screens.signs(SAMPLE, "working on abc\n> ", sha256), 0, "too short, and of another text")
    expect.equal(screens.signs(BOX, "Thinking (12s, esc to interrupt)", sha256), 1)
    expect.truthy(screens.busy(BOX, "Thinking (12s, esc to interrupt)"))
end)

test("keys go by class: xterm, other terminals, an editor", function()
    local tables = expect.ok(screens.load(nil))
    local function keys(which, app) return screens.keys(tables, which, screens.UNKNOWN, { app = app }) end
    expect.equal(keys("paste_keys", "XTerm"), "shift+Insert")
    expect.equal(keys("paste_keys", "Gnome-terminal"), "ctrl+shift+v")
    expect.equal(keys("paste_keys", "Firefox"), nil, "what the desktop says")
    expect.equal(keys("focus_keys", "Code")[2], { text = "Open Codex Sidebar" })
    expect.equal(keys("focus_keys", "XTerm"), nil)
end)

test("the project's own table stands in place of the built-in one", function()
    local root = expect.folder()
    local path = root .. "/tools/codex/dispatch/agents.lua"
    local source = 'return { agents = { { name = "mine", match = { app = { "mine" } } } } }'
    expect.write(path, "\u{FEFF}" .. source)     -- as editors of Windows save it
    expect.equal(expect.ok(screens.load(root)).agents[1].name, "mine")
    expect.write(path, "\xFF\xFEr\0")
    expect.refused("EINVAL", "agents.lua: is UTF-16; save it as UTF-8", screens.load(root))
    expect.write(path, source)
    local tables, from = screens.load(root)
    expect.equal(from, path)
    expect.equal(screens.recognise(tables, { app = "mine" }, nil).name, "mine")
    expect.equal(screens.recognise(tables, { app = "sh" }, nil), screens.UNKNOWN)
end)

test("a table with a mistake in it is refused, naming the file and the key", function()
    local root = expect.folder()
    local path = root .. "/tools/codex/dispatch/agents.lua"
    for source, wrong in pairs {
        ["return {"] = "agents.lua:1:",
        ["return { agents = 1 }"] = "list `agents`",
        ["error 'no'"] = "attempt to call",
        ["return { agents = { { name = 'x', match = {}, focus_keys = { { chord = 'Foobar' } } } } }"] =
            "'focus_keys': 'Foobar' is not a chord: there is no key 'Foobar'",
        ["return { agents = { { name = 'x', match = {}, focus_keys = { 'ctrl+p' } } } }"] = "needs { chord = ",
        ["return { agents = { { name = 'x', match = {}, paste_keys = 'ctlr+v' } } }"] = "'ctlr' is no modifier",
        ["return { agents = {}, focus_keys = { { app = { 'code' }, keys = { { chord = 'Open' } } } } }"] =
            "'focus_keys' 1: 'Open' is not a chord",
        ["return { agents = { { name = 'x', match = {}, composr = {} } } }"] = "'composr' is no key here",
        ["return { agents = { { name = 'x', match = {}, busy = 'y' } } }"] = "'busy' must be a table",
        ["return { agents = { { match = {} } } }"] = "needs a name",
        ["return { agents = { { name = 'x', match = {}, busy = { '[a' } } } }"] = "'[a'",
        ["return { agents = { { name = 'x', match = {}, composer = {} } } }"] = "needs 'begins'",
        ["return { agents = { { name = 'x', match = {}, placeholder = { '(%d+)' } } } }"] = "counts",
    } do
        expect.write(path, source)
        expect.contains(expect.refused("EINVAL", wrong, screens.load(root)), "agents.lua")
    end
end)
