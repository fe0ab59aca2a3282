local expect = require "expect"
local text = require "dispatch.text"
local test = expect.test

test("a line has the time, who, and what", function()
    local line = text.line({ ev = "send.receipt", worker = "A_core", receipt = "submitted",
        why = "the text left the composer", ms = { focus = 1.2, paste = 21.4 } }, 0)
    expect.matches(line, "^%d%d:%d%d:%d%d  A_core           submitted: the text left the composer %(23 ms%)$")
end)

test("an unobservable send says how far the proof reached", function()
    local event = { ev = "send.receipt", worker = "A", receipt = "unobservable", seen = { taken = "whole" } }
    expect.contains(text.line(event, 0), "unobservable, paste=whole")
end)

test("events that a reader does not need have no line", function()
    expect.equal(text.line({ ev = "send.phase", worker = "A", phase = "focus" }, 0), nil)
    expect.equal(text.line({ ev = "nobody knows it" }, 0), nil)
end)

test("a traceback keeps its indent", function()
    local line = text.line({ ev = "worker.lost", worker = "A", why = "one\n\tmy.lua:1: in it" }, 0)
    expect.equal(line:match "\n(.*)$", (" "):rep(31) .. "my.lua:1: in it")
end)

test("more lines stand below each other, and nothing in a message moves the cursor", function()
    local line = text.line({ ev = "worker.lost", worker = "A", why = "one\ntwo\27[2J" }, 0)
    local first, second = line:match "^(.*)\n(.*)$"
    expect.contains(first, "LOST: one")
    expect.equal(second, (" "):rep(27) .. "two?[2J")
end)

test("durations are read at a glance", function()
    for ms, want in pairs { [0] = "0 ms", [23.4] = "23 ms", [999.4] = "999 ms", [999.6] = "1.0 s", [4210] = "4.2 s",
        [59940] = "59.9 s", [59960] = "1 min 0 s", [65000] = "1 min 5 s", [7380000] = "2 h 3 min" } do
        expect.equal(text.duration(ms), want)
    end
    expect.equal(text.duration(nil), "")
end)

test("a sum does not depend on the order of a table", function()
    expect.equal(text.total { check = 1, focus = 1e16, paste = 1, settle = 1, submit = 1 }, 1e16 + 4)
end)

test("a command line can be read back", function()
    expect.equal(text.command { "python", "-m", "a b", "", "it's" }, [[python -m 'a b' '' 'it'\''s']])
end)
