-- What the table knows of OpenAI Codex, on screens that were recorded from the program itself.
local expect = require "expect"
local recorded = require "agent_screens"
local screens = require "dispatch.screens"
local test = expect.test

local FOLDER = "codex-0.169.0"
local codex = recorded.agent "OpenAI Codex"

local function lines(from, to)
    local list = {}
    for i = from, to do
        list[#list + 1] = ("line %d of %d"):format(i, to)
    end
    return list
end

recorded.judge("OpenAI Codex", FOLDER, {
    idle = { composer = "" },
    ["plan-mode"] = { composer = "" },
    done = { composer = "" },
    draft = { composer = "look at the tests first" },
    ["draft-lines"] = { composer = "first line\n   second line, after a tab\n\n"
        .. "  fourth: 'single' \"double\" `ticks`, ünïcödé 漢字" },
    ["draft-full"] = { composer = table.concat(lines(27, 40), "\n  ") },
    ["long-paste"] = { composer = "[Pasted Content 2279 chars]" },
    ["long-paste-twice"] = { composer = "[Pasted Content 2279 chars][Pasted Content 2279 chars] #2" },
    ["command-list"] = { composer = "/mo" },
    ["file-list"] = { composer = "see @not", question = "enter/tab insert" },
    ["shell-mode"] = { question = "Shell mode" },
    busy = { composer = "", busy = true },
    ["busy-draft"] = { composer = "and one more thing", busy = true },
    ["busy-queue"] = { composer = "", busy = true },
    approval = { composer = false, question = "asks for an approval: 'Would you like to run the following command?'" },
    ["approval-no"] = { composer = false, question = "asks for an approval: 'Would you like to run" },
    trust = { composer = false, question = "shows a dialog: 'Trust this folder?" },
    update = { composer = false, question = "shows a dialog: 'Update available · 0.169.0 → 9.9.9'" },
    ["new-model"] = { composer = false, question = "shows a dialog: 'Meet GPT-6 Sol'" },
    permissions = { composer = false, question = "shows a dialog: 'enter select · esc back'" },
    browsing = { composer = "", question = "shows a dialog: 'Browsing" },
    ["command-center"] = {},
})

test("Codex is known by its program, also where node runs it", function()
    local tables = expect.ok(screens.load(nil))
    expect.equal(screens.recognise(tables, { app = "codex" }, nil), codex)
    expect.equal(screens.recognise(tables, { app = "node" }, recorded.screen(FOLDER, "idle")), screens.UNKNOWN)
end)

test("a prompt is seen in Codex' composer: short, of many lines, long", function()
    local function shows(name, text) return screens.shows(codex, recorded.screen(FOLDER, name), text) end
    expect.equal(shows("draft", "look at the tests first"), "text")
    expect.equal(shows("draft", "look at the tests first!"), nil)
    local text = "first line\n\tsecond line, after a tab\n\nfourth: 'single' \"double\" `ticks`, ünïcödé 漢字"
    expect.equal(shows("draft-lines", text), "text")
    expect.equal(shows("draft-full", table.concat(lines(1, 40), "\n")), "end")
    expect.equal(shows("draft-full", table.concat(lines(1, 40), "\n") .. "\n41"), nil)
    local long = ("A prompt of more than a thousand characters, ünïcödé 漢字.\n"):rep(40):gsub("\n$", "")
    expect.equal(shows("long-paste", long), "placeholder")
    expect.equal(shows("long-paste", long .. "."), nil)
    expect.equal(shows("long-paste-twice", long), nil, "two pastes are not one")
    expect.equal(shows("idle", "Ask Codex to do anything"), nil)
end)

test("what was said above Codex' composer is history, however it reads", function()
    local idle = recorded.screen(FOLDER, "idle")
    for _, name in ipairs { "approval", "trust", "update", "new-model", "browsing" } do
        local screen = recorded.screen(FOLDER, name) .. "\n\n\n" .. idle
        expect.equal(screens.question(codex, screen), nil, name)
        expect.equal(screens.composer(codex, screen), "", name)
    end
end)

test("a foot of one's own (tui.status_line) is no text", function()
    local foot = "\n\n  GPT-5.5 · Context 80% left · master\n  ← for agents · ? for shortcuts"
    expect.equal(screens.composer(codex, "› Ask Codex to do anything" .. foot), "")
    expect.equal(screens.composer(codex, "› Ask Codex to do anything\n\n  GPT-5.5"), "", "one that is not known")
    expect.equal(screens.composer(codex, "› one\n\n  two · three" .. foot), "one\n\n  two · three", "a draft's own")
end)
