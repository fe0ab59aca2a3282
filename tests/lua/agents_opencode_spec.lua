-- What the table knows of opencode, on screens that were recorded from the program itself.
local expect = require "expect"
local recorded = require "agent_screens"
local screens = require "dispatch.screens"
local test = expect.test

local FOLDER = "opencode-1.18.33"
local opencode = recorded.agent "opencode"

recorded.judge("opencode", FOLDER, {
    start = { composer = "" },
    done = { composer = "" },
    draft = { composer = "look at the tests first" },
    ["draft-lines"] = { composer = "two lines\nof text" },
    ["long-paste"] = { composer = "[Pasted ~40 lines]" },
    ["long-paste-twice"] = { composer = "[Pasted ~40 lines] [Pasted ~40 lines]" },
    ["command-list"] = { composer = false },
    ["shell-mode"] = { composer = false, question = "exit shell mode" },
    palette = {},
    busy = { composer = "", busy = true },
    ["busy-draft"] = { composer = "and one more thing", busy = true },
    approval = { question = "asks for an approval: '┃    ← Access external directory /tmp'" },
    ["approval-reject"] = { question = "asks for an approval" },
})

test("a prompt is seen in opencode's composer: short, long", function()
    local function shows(name, text) return screens.shows(opencode, recorded.screen(FOLDER, name), text) end
    expect.equal(shows("draft", "look at the tests first"), "text")
    expect.equal(shows("draft-lines", "two lines\nof text"), "text")
    expect.equal(shows("long-paste", ("x\n"):rep(39) .. "x"), "placeholder")
    expect.equal(shows("long-paste", ("x\n"):rep(40) .. "x"), nil)
    expect.equal(shows("long-paste-twice", ("x\n"):rep(39) .. "x"), nil, "two pastes are not one")
    expect.equal(shows("start", "Ask anything"), nil)
end)

test("a list of commands over opencode's composer is a draft", function()
    expect.contains(screens.composer(opencode, recorded.screen(FOLDER, "command-list")), "/mo")
end)

test("what was said above opencode's composer is history", function()
    local done = recorded.screen(FOLDER, "done")
    local screen = recorded.screen(FOLDER, "approval") .. "\n\n" .. done
    expect.equal(screens.question(opencode, screen), nil)
    expect.equal(screens.composer(opencode, screen), "")
end)
