-- One stream: what is written, folded, shown and documented is the same.
local expect = require "expect"
local host = require "host"
local cjson = require "cjson"
local events = require "dispatch.events"
local term = require "term"
local world = require "world"
local test = expect.test

test("the state is folded from what was written, not from what was given", function()
    local lines = {}
    local emit, state = events.stream { function(line) lines[#lines + 1] = line return true end }
    emit("warning", { message = "broken \xFF", code = "X" })
    expect.equal(state.warnings[1].message, "broken \u{FFFD}")
    expect.equal(state.warnings[1], cjson.decode(lines[1]))
end)

test("events are numbered, and stand in the order in which they were said", function()
    local r = world.new():passes()
    local last = 0
    for i, event in ipairs(r.events) do
        expect.equal(event.seq, i)
        expect.truthy(event.t >= last)
        last = event.t
    end
    expect.equal(r.events[1].ev, "run.start")
    expect.equal(r.events[#r.events].ev, "run.end")
end)

test("a sink that refuses makes emit refuse, and the others are asked all the same", function()
    local heard = 0
    local emit = events.stream {
        function() return nil, "full", "EIO" end, function() heard = heard + 1 return true end }
    expect.refused("EIO", "full", emit("warning", { message = "m" }))
    expect.equal(heard, 1)
end)

test("the intent to paste is on the disk before emit returns, and only that waits for the disk", function()
    local did = {}
    local sink = events.journal { line = function() did[#did + 1] = "line" return true end,
        sync = function() did[#did + 1] = "sync" return true end }
    sink("{}", { ev = "send.phase" })
    sink("{}", { ev = "send.begin" })
    expect.equal(did, { "line", "line", "sync" })
end)

test("a terminal that is slow to take a line is not one that went away", function()
    local write, is_tty = term.write, term.is_tty
    expect.after(function() term.write, term.is_tty = write, is_tty end)
    local shown = {}
    term.is_tty = function() return true end
    term.write = function(text)
        shown[#shown + 1] = text
        return nil, "interrupted", "EINTR"
    end
    local sink = events.output "off"
    sink("{}", { ev = "worker.lost", worker = "A", why = "closed" }, 0)
    sink("{}", { ev = "warning", message = "m" }, 0)
    expect.equal(#shown, 2)
    expect.truthy(shown[1]:find "\a\n$", "a person looks: it rings")
    expect.falsy(shown[2]:find "\a")
end)

test("every event that the program says stands in docs/events.md, and no other", function()
    local page = expect.truthy(expect.read(expect.root .. "/docs/events.md"))
    local documented, said = {}, {}
    for name in page:gmatch "\n| `(%l+%.?%l*)` |" do documented[name] = true end
    documented["ev"] = nil
    for _, path in ipairs(host.names()) do
        local source = path:find "%.lua$" and host.source(path) or ""
        for name in source:gmatch "emit%(\"([%l.]+)\"" do said[name] = true end
        for name in source:gmatch "emit \"([%l.]+)\"" do said[name] = true end
    end
    for name in pairs(said) do expect.truthy(documented[name], name .. " is not documented") end
    for name in pairs(documented) do expect.truthy(said[name], name .. " is said by nobody") end
end)
