-- The module window, on the fake desktop: what C cannot see of it, its Lua side.
local clock = require "clock"
local expect = require "expect"
local file = require "file"
local wait = require "wait"
local window = require "window"
local test = expect.test

local A = { id = 1, pid = 1001, token = "T_a" }
local TWO = {
    { at = 0, window = "a", title = "● T_a - Code", app = "code" },
    { at = 2.5, window = "b", title = "T_b", pid = 7, relay = true, alias = "tab" },
}

local function soon(more)
    local options = { deadline = clock.now() + 10 }
    for key, value in pairs(more or {}) do
        options[key] = value
    end
    return options
end

local function with(rules, more)
    local all = {}
    for _, list in ipairs { rules, more or {} } do
        for _, rule in ipairs(list) do
            all[#all + 1] = rule
        end
    end
    return assert(window.fake(all))
end

test("back ends are named, and another name is refused with advice", function()
    local names = table.concat(window.backends(), " ")
    expect.contains(names, "fake")
    expect.refused("EUNSUPPORTED", "window.fake", window.probe "fake")
    expect.refused("EUNSUPPORTED", "window.fake", window.open "fake")
    expect.refused("EUNSUPPORTED", "window.backends()", window.open "wayland")
    expect.refused("EUNSUPPORTED", "window.backends()", window.probe("wayland", "where"))
end)

test("list gives all fields, and changes tells of a new window", function()
    local d <close> = with(TWO)
    expect.equal(d:list(), { { id = 1, pid = 1001, title = "● T_a - Code", app = "code", minimised = false,
        elsewhere = false, elevated = false, dead = false, relay = false, shell = false, self = false } })
    local changes = d:changes()
    expect.equal(rawequal(changes, d:changes()), true)
    expect.equal(rawequal(wait.any({ changes }, clock.now() + 60), changes), true)
    local found = d:list()
    expect.equal(#found, 2)
    expect.equal({ found[2].pid, found[2].relay, found[2].alias }, { 7, true, "tab" })
    expect.refused("ETIMEOUT", "", wait.any({ changes }, clock.now() + 3600))
end)

test("the changes keep their desktop alive, and end with it", function()
    local changes = with(TWO):changes()
    collectgarbage()
    collectgarbage()
    expect.equal(rawequal(wait.any({ changes }, clock.now() + 60), changes), true)
    local d = with(TWO)
    local other, set = d:changes(), wait.set()
    set:add(other)
    d:close()
    expect.refused("ETIMEOUT", "", set:next(clock.now() + 1))
    expect.raises("closed", wait.any, { other }, clock.now() + 1)
end)

test("a prompt is pasted, submitted and recorded", function()
    local d <close> = with(TWO)
    expect.equal(d:lock(clock.now() + 1), true)
    expect.equal(d:check(A), true)
    expect.equal(d:focus(A, soon()), true)
    expect.equal(d:paste(A, "one\ntwo\0three", soon { keys = "ctrl+v" }), "whole")
    expect.equal(d:screen_text(A), "> one\ntwo\0three")
    expect.equal(d:key(A, "Return", soon()), "unknown")
    expect.equal(d:type(A, "word", soon()), true)
    expect.equal(d:screen_text(A), "> word")
    d:unlock()
    expect.equal(d:record(), {
        a = { pasted = { "one\ntwo\0three" }, submitted = { "one\ntwo\0three" }, keys = { "Return" },
            typed = { "word" }, consented = {}, pastes = 1, focused = 1 },
        b = { pasted = {}, submitted = {}, keys = {}, typed = {}, consented = {}, pastes = 0, focused = 0 } })
    local words = {}
    for i, entry in ipairs(d:history()) do
        words[i] = entry.window .. ":" .. entry.what
    end
    expect.equal(table.concat(words, " "), ":lock a:focus a:paste a:arrive a:key a:submit a:type :unlock")
end)

test("a failed paste says what is known, then why", function()
    local d <close> = with(TWO, {
        { on = "paste", window = "a", nth = 1, answer = "served", code = "ETIMEOUT", message = "no end seen" },
        { on = "paste", window = "a", nth = 2, answer = "not" },
        { on = "paste", window = "a", nth = 3, answer = "EREFUSED" },
        { on = "paste", window = "a", nth = 4, answer = "cut", keep = 2, taken = "unknown" },
    })
    d:focus(A, soon())
    expect.equal({ d:paste(A, "1", soon()) }, { "served", "● T_a - Code: no end seen", "ETIMEOUT" })
    local word, message, code = d:paste(A, "2", soon())
    expect.equal({ word, type(message), code }, { "not", "string", "ETIMEOUT" })
    word, message, code = d:paste(A, "3", soon())
    expect.equal({ word, type(message), code }, { "not", "string", "EREFUSED" })
    expect.equal({ d:paste(A, "444", soon()) }, { "unknown" })
    expect.equal(d:record().a.pasted, { "1", "44" })
    expect.equal(d:record().a.pastes, 3)
end)

test("the hands of a paste may use the desktop, and not take it away", function()
    local d = with(TWO)
    expect.ok(d:focus(A, soon()))
    local function by(press) return d:paste(A, "text", soon { press = press }) end
    expect.equal(by(function() return d:check(A) end), "whole")
    for _, word in ipairs { "close", "unlock", "paste" } do
        local function away() d[word](d, A, "x", soon()) end
        expect.raises(word .. ": not while the function press runs", by, away)
        expect.raises(word .. ": not while the function press runs", d.key, d, A, "Return", soon { press = away })
    end
    expect.raises("of my own", by, function() error "of my own" end)
    expect.equal(by(function() return true end), "whole")
    expect.equal(d:record().a.pastes, 6)
    expect.equal(d:key(A, "Return", soon { press = function(chord) return chord == "Return" end }), "unknown")
    expect.refused("EREFUSED", "Return was not pressed", d:key(A, "Return", soon { press = function() end }))
    d:close()
end)

test("after close every method raises, but for the record", function()
    local d = with(TWO)
    d:focus(A, soon())
    d:close()
    d:close()
    for _, method in ipairs { "list", "changes", "check", "focus", "paste", "key", "type", "screen_text", "screenshot",
        "lock", "unlock" } do
        expect.raises("closed", function() d[method](d, A, "x", soon()) end)
    end
    expect.raises("closed", function() return d.name end)
    expect.equal(d:record().a.focused, 1)
    expect.equal(d:history()[1].what, "focus")
end)

test("what a desktop can do are its fields", function()
    local function fields(rules)
        local d <close> = with(rules)
        return { d.name, d.exclusive, d.reads_text, d.reads_field, d.same_queue, tostring(d.paste_keys), d.nonsense }
    end
    expect.equal(fields {}, { "fake", true, true, false, false, "ctrl+v" })
    expect.equal(fields { { desktop = "x11" } }, { "fake", true, false, false, true, "ctrl+v" })
    expect.equal(fields { { desktop = "tmux" } }, { "fake", false, true, false, true, "nil" })
    expect.equal(fields { { same_queue = true, reads_text = false } }, { "fake", true, false, false, true, "ctrl+v" })
    local tmux <close> = with({ { desktop = "tmux", same_queue = false } }, TWO)
    expect.equal(tmux:lock(clock.now()), true)
    tmux:unlock()
    expect.equal(tmux:paste(A, "x", soon()), "whole")
    expect.equal(tmux:key(A, "Return", soon()), "whole")
    expect.refused("EUNSUPPORTED", "", tmux:screenshot(A, "x.png"))
end)

test("a pin and its options are checked", function()
    local d <close> = with(TWO)
    expect.raises("token", d.check, d, { id = 1 })
    expect.raises("token", d.check, d, { id = 1, token = "" })
    expect.raises("id", d.check, d, { token = "T_a" })
    expect.raises("pid", d.check, d, { id = 1, pid = "x", token = "T_a" })
    expect.raises("name", d.check, d, { id = 1, token = "T_a", name = "a" })
    expect.raises("deadline", d.focus, d, A, {})
    expect.raises("speed", d.focus, d, A, soon { speed = 1 })
    expect.raises("table expected", d.focus, d, A)
    expect.raises("keys", d.paste, d, A, "x", soon { keys = 1 })
    expect.raises("number expected", d.lock, d)
    expect.raises("string expected", d.screenshot, d, A)
    expect.raises("string expected", d.screenshot, d, nil)
    expect.raises("path", d.screenshot, d, nil, "")
    expect.raises("NUL", d.type, d, A, "a\0b", soon())
    expect.equal(d:check { id = 1, token = "T_a" }, true)
    expect.refused("EGONE", "changed hands", d:check { id = 1, pid = 9, token = "T_a" })
    expect.refused("EGONE", "closed", d:check { id = 9, token = "T_a" })
    expect.refused("EINVAL", "chord", d:key(A, "hyper+x", soon()))
end)

test("a picture is a PNG file", function()
    local d <close> = with(TWO)
    local folder = expect.folder()
    expect.equal(d:screenshot(nil, folder .. "/all.png"), true)
    expect.equal(d:screenshot(A, folder .. "/a.png"), true)
    expect.equal(file.read(folder .. "/a.png"):sub(1, 8), "\137PNG\r\n\26\n")
    expect.refused("ENOENT", "", d:screenshot(A, folder .. "/none/a.png"))
end)

test("each field of a rule does what it says", function()
    local folder = expect.folder()
    local d <close> = with({
        { at = 0, window = "a", title = "T_a", id = 5, screen = "hello\n$ ", draft = "mine", busy = "* busy",
            working = true, minimised = true },
        { at = 1, retitle = "a", title = "T_a new" },
        { at = 2, window = "a", modal = "Sure?", working = false, draft = false },
        { at = 3, window = "a", modal = false },
        { at = 4, close = "a" },
        { at = 5, window = "a", title = "T_a again", blind = true },
        { at = 5, focus = "a" },
        { at = 6, write = folder .. "/runs/x", text = "a\0b" },
        { at = 7, remove = folder .. "/runs" },
        { on = "screen_text", nth = 4, answer = "EIO", message = "torn" },
    })
    local pin = { id = 5, token = "T_a" }
    local start = clock.now()
    local function at(seconds)
        expect.equal(wait.sleep(start + seconds), true)
    end
    expect.equal(d:screen_text(pin), "* busy\nhello\n$ mine")
    at(1)
    expect.equal(d:list()[1].title, "T_a new")
    expect.equal(d:list()[1].minimised, true)
    at(2)
    expect.equal(d:screen_text(pin), "Sure?")
    at(3)
    expect.equal(d:screen_text(pin), "hello\n$ ")
    expect.refused("EIO", "torn", d:screen_text(pin))
    at(4)
    expect.refused("EGONE", "closed", d:screen_text(pin))
    at(5)
    pin.id = d:list()[1].id
    expect.equal(d:key(pin, "Tab", soon()), "unknown")
    expect.refused("EUNSUPPORTED", "", d:screen_text(pin))
    at(6)
    expect.equal(file.read(folder .. "/runs/x"), "a\0b")
    at(7)
    expect.refused("ENOENT", "", file.stat(folder .. "/runs"))
end)

test("a marker appears while somebody waits for that file alone", function()
    local folder = expect.folder()
    local d <close> = with(TWO, {
        { on = "submit", window = "a", after = 3000, write = folder .. "/runs/a/DONE.marker", text = "DONE" } })
    local marker = wait.file(folder .. "/runs/a/DONE.marker")
    d:focus(A, soon())
    d:paste(A, "x", soon())
    d:key(A, "Return", soon())
    local start = clock.now()
    expect.equal(rawequal(wait.any({ marker }, start + 3600), marker), true)
    expect.equal(clock.now() - start >= 3000 and clock.now() - start < 3010, true)
    marker:close()
end)

test("an interrupt comes at its moment", function()
    local d <close> = with(TWO, { { at = 5, interrupt = "INT" } })
    local start = clock.now()
    expect.refused("EINTR", "", wait.sleep(start + 3600))
    expect.equal(clock.now() - start < 6, true)
    expect.equal(wait.interrupted(), "SIGINT")
    wait.resume()
    expect.equal(wait.sleep(start + 3600), true)
    expect.equal(#d:list(), 2)
end)

test("a rule kills dispatch in the middle of a paste", function()
    local run = expect.dispatch { "-e", [[
        local window, clock = require "window", require "clock"
        local d = window.fake { { at = 0, window = "a", title = "T_a" }, { on = "paste", interrupt = "KILL" } }
        local pin, options = { id = 1, token = "T_a" }, { deadline = clock.now() + 5 }
        assert(d:focus(pin, options))
        print "before"
        io.stdout:flush()
        d:paste(pin, "x", options)
        print "after"
    ]] }
    expect.equal({ run.exit == 0, run.out }, { false, "before\n" })
end)

test("a display that goes takes everything with it", function()
    local d <close> = with(TWO, { { at = 3, display = "gone" } })
    d:list()
    local changes = d:changes()
    expect.equal(rawequal(wait.any({ changes }, clock.now() + 60), changes), true)
    d:list()
    expect.refused("ENODISPLAY", "", wait.any({ changes }, clock.now() + 60))
    expect.refused("ENODISPLAY", "", d:list())
    expect.equal(select(3, d:paste(A, "x", soon())), "ENODISPLAY")
end)

test("a wrong rule is named by its number", function()
    local function wrong(what, rule)
        local ok, message = pcall(window.fake, { TWO[1], rule })
        expect.equal(ok, false)
        expect.contains(message, "rule 2")
        expect.contains(message, what)
    end
    wrong("table", 1)
    wrong("'wat'", { at = 0, wat = 1 })
    wrong("'1'", { at = 0, "a" })
    wrong("at must be seconds", { at = "0" })
    wrong("at must be seconds", { at = -1 })
    wrong("at must be seconds", { at = 0 / 0 })
    wrong("at must be seconds", { at = math.huge })
    wrong("either", { window = "a" })
    wrong("either", { at = 0, on = "key" })
    wrong("either", { at = 0, desktop = "x11" })
    wrong("on must be", { on = "click" })
    wrong("answer must be", { on = "paste", answer = "loose" })
    wrong("taken must be", { on = "paste", taken = "most" })
    wrong("nth must be", { on = "paste", nth = 0 })
    wrong("nth must be", { on = "paste", nth = 1.5 })
    wrong("pid must be", { at = 0, window = "a", pid = "1" })
    wrong("title must be", { at = 0, window = "a", title = 1 })
    wrong("title must be", { at = 0, window = "a", title = "a\0b" })
    wrong("dead must be", { at = 0, window = "a", dead = 1 })
    wrong("blind must be", { at = 0, window = "a", blind = "no" })
    wrong("modal must be", { at = 0, window = "a", modal = true })
    wrong("interrupt must be", { at = 0, interrupt = "STOP" })
    wrong("display must be", { at = 0, display = "off" })
    wrong("desktop must be", { desktop = "wayland" })
    wrong("close must be", { at = 0, close = 1 })
    wrong("text must be", { at = 0, write = "x", text = 1 })
    expect.raises("table expected", window.fake)
    expect.refused("EINVAL", "rule 2", window.fake { TWO[1], { at = 1, close = "nobody" } })
    expect.refused("EINVAL", "rule 2", window.fake { TWO[1], { on = "key", answer = "lose" } })
end)
