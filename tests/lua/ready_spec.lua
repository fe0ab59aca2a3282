-- An agent that is at work or still starting is waited for: a prompt that comes then is added to other work, or lost.
local expect = require "expect"
local world = require "world"
local test = expect.test

local IDLE, BUSY = "sample worker A_core\n> ", "sample worker A_core\nworking on 99999999\n> "
local STARTS = "sample worker A_core\nloading"

---The first worker's window shows other screens, each from a time on.
local function showing(...)
    local rules = { without = { A_core = true } }
    for i, shown in ipairs { ... } do
        rules[i] = { at = shown.at, window = "A_core", screen = shown.screen,
            title = i == 1 and world.title "A_core" or nil, app = i == 1 and "agent" or nil, brackets = shown.brackets }
    end
    local w = world.new(rules)
    table.insert(w.rules, (select(2, world.good(w, "A_core", 1))))
    return w
end

local function waits(r)
    local whys = {}
    for _, event in ipairs(r:all("target.waits", "A_core")) do whys[#whys + 1] = event.why end
    return whys
end

test("an agent at work is waited for before anything is sent to any", function()
    local r = showing({ at = 0, screen = BUSY }, { at = 40, screen = IDLE }):passes()
    expect.equal(waits(r), { "sample worker is at work: 'working on 99999999'" }, "said once")
    expect.truthy(r:one("send.begin", "B_tooling").t >= 40)
    expect.equal(#r:all("target.ready"), 1)
    expect.equal(r:one("send.receipt", "A_core").receipt, "submitted")
    expect.contains(r.out, "waits: sample worker is at work")
end)

test("an agent that starts is waited for until its composer is there", function()
    local r = showing({ at = 0, screen = STARTS }, { at = 7, screen = IDLE }):passes()
    expect.equal(waits(r), { "sample worker shows no composer" })
    expect.truthy(r:one("send.begin", "A_core").t >= 7)
end)

test("each reason is said as it comes", function()
    local r = showing({ at = 0, screen = STARTS }, { at = 5, screen = BUSY }, { at = 9, screen = IDLE }):passes()
    expect.equal(#waits(r), 2)
end)

test("an agent at work until the time for windows is over: refused, nothing sent to any", function()
    local r, message = showing({ at = 0, screen = BUSY }):stops("dispatch", "EREFUSED",
        { "-WindowReadyTimeout", "30" })
    expect.contains(message, "A_core: sample worker is at work: 'working on 99999999'; waited 30.0 s for it")
    expect.equal(r:pastes(), {})
    expect.contains(r.page, "SEND_A_core.txt")
end)

test("a question that comes while an agent is waited for is refused at once", function()
    local r, message = showing({ at = 0, screen = BUSY },
        { at = 5, screen = "sample worker A_core\nAllow? [y/n]\n> " }):stops("dispatch", "EREFUSED")
    expect.contains(message, "asks for an approval")
    expect.equal(r:pastes(), {})
end)

test("Ctrl-C while an agent is waited for ends the run, nothing sent", function()
    local w = showing({ at = 0, screen = BUSY })
    table.insert(w.rules, 1, { at = 12, interrupt = "INT" })
    expect.equal(w:stops("dispatch", "EINTR"):pastes(), {})
end)

test("an agent that sets to work between the look at all and its send is waited for no longer than 5 s", function()
    local w = world.new { { on = "submit", window = "A_core", nth = 1, of = "B_tooling",
        screen = "sample worker B_tooling\nworking on 99999999\n> " } }
    local r, message = w:stops("dispatch", "EREFUSED")
    expect.contains(message, "B_tooling")
    expect.equal(r:pastes(), { A_core = 1 })
    expect.equal(r:one("send.receipt", "B_tooling").receipt, "not_submitted")
end)
