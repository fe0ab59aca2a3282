-- dispatch send TITLE FILE …: files into windows, a receipt a line.
local expect = require "expect"
local host = require "host"
local window = require "window"
local test = expect.test

local OUT = {}

---Runs the command in this process. rules: of the fake desktop.
local function send(rules, ...)
    local folder = expect.folder()
    OUT = { out = "", err = "" }
    local argv = { "-Via", "fake:" .. folder .. "/rules.lua", "-WindowReadyTimeout", "5", ... }
    for i, word in ipairs(argv) do argv[i] = word:gsub("^@", folder .. "/") end
    expect.write(folder .. "/rules.lua", "return {}")
    expect.write(folder .. "/a.txt", "first\nprompt\r\n\n")
    expect.write(folder .. "/b.txt", "second prompt")
    expect.write(folder .. "/blank.txt", " \n")
    expect.write(folder .. "/escape.txt", "x\27[201~y")
    expect.write(folder .. "/broken.txt", "\xFF\xFE")
    local fake, stdout, stderr = window.fake, io.stdout, io.stderr
    local desktop
    window.fake = function()
        local message, code
        desktop, message, code = fake(rules)
        return desktop, message, code
    end
    io.stdout = { write = function(_, ...) OUT.out = OUT.out .. table.concat { ... } end }     -- luacheck: ignore
    io.stderr = { write = function(_, ...) OUT.err = OUT.err .. table.concat { ... } end }     -- luacheck: ignore
    local command = load(host.source "commands/send.lua", "@lua/commands/send.lua")()
    local done, exit = xpcall(command.run, debug.traceback, argv)
    window.fake, io.stdout, io.stderr = fake, stdout, stderr                                   -- luacheck: ignore
    if not done then error(exit, 0) end
    OUT.record = desktop and desktop:record() or {}
    return exit
end

local function at(name, title) return { at = 0, window = name, title = title, screen = "sample worker x\n> " } end

test("each file goes into the window with its title, and prints its receipt", function()
    expect.equal(send({ at("a", "one - editor"), at("b", "two") }, "one", "@a.txt", "two", "@b.txt"), 0)
    expect.equal(OUT.record.a.submitted, { "first\nprompt" })
    expect.equal(OUT.record.b.submitted, { "second prompt" })
    expect.equal(OUT.out, "one  submitted: the text left the composer\ntwo  submitted: the text left the composer\n")
end)

test("unobservable counts as sent, and says how far the proof reached", function()
    expect.equal(send({ { desktop = "x11" }, at("a", "one") }, "one", "@a.txt"), 0)
    expect.contains(OUT.out, "one  unobservable, paste=whole: ")
end)

test("not submitted: 2, and what was not sent is listed", function()
    local rules = { at("a", "one"), at("b", "two"), { on = "paste", window = "a", answer = "lose" } }
    expect.equal(send(rules, "one", "@a.txt", "two", "@b.txt"), 2)
    expect.contains(OUT.out, "one  not_submitted: ")
    expect.contains(OUT.out, "two  not sent\n")
    expect.equal(OUT.record.b.pastes or 0, 0)
end)

test("a text that stays in the composer is told with the setting that may help; no other failure is", function()
    local keys = { { on = "key", window = "a", answer = "swallow" }, at("a", "one") }
    expect.equal(send(keys, "one", "@a.txt"), 2)
    expect.matches(OUT.out, "one  not_submitted: [^\n]* still in the composer after %d keys?\n  %-> [^\n]+SendMode ")
    expect.equal(send({ at("a", "one"), { on = "paste", window = "a", answer = "lose" } }, "one", "@a.txt"), 2)
    expect.lacks(OUT.out, "-SendMode")
end)

test("a title that no window has: 2, nothing is sent to the others", function()
    expect.equal(send({ at("a", "one") }, "one", "@a.txt", "two", "@b.txt"), 2)
    expect.contains(OUT.err, "no window has 'two' in its title")
    expect.equal(OUT.record.a.pastes or 0, 0)
end)

test("interrupted: 130", function()
    expect.equal(send({ at("a", "one"), { at = 1, interrupt = "INT" } }, "one", "@a.txt", "two", "@b.txt"), 130)
end)

for name, words in pairs { ["no words"] = {}, ["a title without a file"] = { "one" }, ["a title twice"] =
    { "one", "@a.txt", "one", "@b.txt" }, ["a file that is not there"] = { "one", "@nothing.txt" },
    ["a blank file"] = { "one", "@blank.txt" }, ["a file with a control character"] = { "one", "@escape.txt" },
    ["a file that is no UTF-8"] = { "one", "@broken.txt" }, ["an unknown flag"] = { "-Nope", "one", "@a.txt" },
    ["a root that is not there"] = { "-Root", "@nowhere", "one", "@a.txt" } } do
    test("wrong usage, 64: " .. name, function()
        expect.equal(send({ at("a", "one") }, table.unpack(words)), 64)
        expect.contains(OUT.err, "dispatch send: ")
        expect.equal(OUT.record, {})
    end)
end
