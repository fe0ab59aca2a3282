-- The clipboard is the user's: what others do with it while we use it, and that it comes back.
local clock = require "clock"
local expect = require "expect"
local process = require "process"
local x11 = require "x11_display"
local test = expect.test

local within = x11.within
local TITLE = "HITECHOS_A_core_20261122_1"

--- A window of a puppet, focused, with us as the one who sends.
local function target(display, manner)
    local window = display:puppet("window", TITLE, manner)
    local desktop = display:open()
    local pin = x11.pin(desktop, TITLE)
    expect.ok(desktop:lock(clock.now() + 1))
    expect.ok(desktop:focus(pin, within()))
    return desktop, pin, window
end

local function fnv(text)
    local hash = 2166136261
    for i = 1, #text do
        hash = ((hash ~ text:byte(i)) * 16777619) & 0xffffffff
    end
    return hash
end

local function shown(text)
    return ("text %d %d"):format(#text, fnv(text))
end

test("what the user copied comes back in every form, and the selection too", function()
    local display = x11.start()
    display:puppet("own", "CLIPBOARD", "copied"):await "owned"
    display:puppet("own", "PRIMARY", "selected"):await "owned"
    local desktop, pin = target(display, "read")
    expect.equal(desktop:paste(pin, "the prompt", within()), "whole")
    expect.equal(desktop:unsaved(), nil)
    desktop:unlock()
    expect.equal(display:clipboard("CLIPBOARD"), "copied")
    expect.equal(display:clipboard("PRIMARY"), "selected")
    expect.equal(display:clipboard("CLIPBOARD", "application/x-puppet"), "\0strange")
    desktop:close()
    expect.equal(display:clipboard("CLIPBOARD"), "copied", "after we ended")
end)

test("a large clipboard that comes by pieces goes back by pieces", function()
    local display = x11.start()
    display:puppet("own", "CLIPBOARD", "0123456789abcdef", "100000"):await "owned"
    local desktop, pin = target(display, "read")
    expect.equal(desktop:paste(pin, "the prompt", within()), "whole")
    desktop:unlock()
    local back = expect.truthy(display:clipboard())
    expect.equal(#back, 1600000)
    expect.truthy(back == ("0123456789abcdef"):rep(100000))
end)

test("an owner that tells no list of forms is asked for text", function()
    local display = x11.start()
    display:puppet("own", "CLIPBOARD", "copied", "0"):await "owned"
    local desktop, pin = target(display, "read")
    expect.equal(desktop:paste(pin, "the prompt", within()), "whole")
    desktop:unlock()
    expect.equal(display:clipboard(), "copied")
end)

test("several forms at once: what there is, and no for what there is not", function()
    local display = x11.start()
    display:puppet("own", "CLIPBOARD", "copied"):await "owned"
    local desktop, pin = target(display, "read")
    expect.equal(desktop:paste(pin, "the prompt", within()), "whole")
    local asked = display:puppet("pairs", "CLIPBOARD") -- of us, while we wait
    expect.eventually("an answer", x11.SECONDS, function()
        desktop:list()
        return asked:count "time given 4" == 1
    end)
    expect.equal(asked:said(), "text given -1\nbogus refused 0\ntime given 4\n")
    desktop:unlock()
    expect.equal(display:order("pairs", "CLIPBOARD"), "text given 6\nbogus refused 0\ntime given 4\n", "the keeper")
end)

test("where nothing was copied nothing is left", function()
    local display = x11.start()
    local desktop, pin = target(display, "read")
    expect.equal(desktop:paste(pin, "the prompt", within()), "whole")
    desktop:unlock()
    expect.equal(display:clipboard(), nil)
end)

test("what is copied while we send is not written over", function()
    local display = x11.start()
    display:puppet("own", "CLIPBOARD", "old"):await "owned"
    local desktop, pin = target(display, "read")
    expect.equal(desktop:paste(pin, "the prompt", within()), "whole")
    display:puppet("own", "CLIPBOARD", "new"):await "owned"
    desktop:unlock()
    expect.equal(display:clipboard(), "new")
end)

test("what is copied between two prompts comes back after the second", function()
    local display = x11.start()
    display:puppet("own", "CLIPBOARD", "old"):await "owned"
    local desktop, pin = target(display, "read")
    expect.equal(desktop:paste(pin, "first", within()), "whole")
    display:puppet("own", "CLIPBOARD", "new"):await "owned"
    expect.equal(desktop:paste(pin, "second", within()), "whole")
    desktop:unlock()
    expect.equal(display:clipboard(), "new")
end)

test("an owner that does not answer costs a second, not the prompt, and that is told once", function()
    local display = x11.start()
    local hung = display:puppet("own", "CLIPBOARD", "unreachable")
    hung:await "owned"
    expect.run { "kill", "-STOP", tostring(hung.child:pid()) }
    expect.after(function()
        expect.run { "kill", "-CONT", tostring(hung.child:pid()) }
    end)
    local desktop, pin = target(display, "read")
    local before = clock.now()
    expect.equal(desktop:paste(pin, "the prompt", within()), "whole")
    expect.truthy(clock.now() - before < 5)
    local why = expect.truthy(desktop:unsaved())
    expect.contains(why, "what is in the clipboard could not be saved and will not come back")
    expect.contains(why, "owner did not answer")
    expect.equal(desktop:unsaved(), nil)
    expect.equal(desktop:paste(pin, "another one", within()), "whole")
    expect.equal(desktop:unsaved(), nil)
end)

test("a clipboard of more than 64 MiB is told, and gets not among the selection, which comes back", function()
    local display = x11.start()
    display:puppet("own", "CLIPBOARD", ("0123456789abcdef"):rep(1000), "4300"):await "owned"
    display:puppet("own", "PRIMARY", "selected"):await "owned"
    local desktop, pin = target(display, "read")
    expect.equal(desktop:paste(pin, "the prompt", within()), "whole")
    expect.contains(desktop:unsaved(), "what is in the clipboard could not be saved and will not come back: it has")
    desktop:unlock()
    expect.equal(display:clipboard "PRIMARY", "selected")
end)

test("a clipboard manager that reads first is no delivery", function()
    local display = x11.start()
    local manager = display:puppet "manager"
    manager:await "watching"
    local desktop, pin = target(display, "deaf")
    local word, message, code = desktop:paste(pin, "the prompt", within(1))
    manager:await(shown "the prompt")
    expect.equal({ word, code }, { "not", "ETIMEOUT" })
    expect.contains(message, "did not ask for the text")
end)

test("a clipboard manager beside a target that reads disturbs nothing", function()
    local display = x11.start()
    local manager = display:puppet "manager"
    manager:await "watching"
    local desktop, pin, window = target(display, "read")
    local text = x11.text(4096)
    expect.equal(desktop:paste(pin, text, within()), "whole")
    window:await(shown(text))
    manager:await(shown(text))
end)

test("an offer that nobody took is taken back: a late paste gets nothing", function()
    local display = x11.start()
    local desktop, pin = target(display, "deaf")
    expect.equal((desktop:paste(pin, "the prompt", within(0.5))), "not")
    expect.equal(display:clipboard(), nil)
end)

test("who takes the clipboard each time is named, and nothing is pasted", function()
    local display = x11.start()
    display:puppet("thief"):await "watching"
    local desktop, pin, window = target(display, "log")
    local word, message, code = desktop:paste(pin, "the prompt", within(3))
    expect.equal(word, "not", message)
    expect.equal(code, "EREFUSED")
    expect.contains(message, "clipboard")
    desktop:unlock()
    expect.lacks(window:said(), "text")
end)

test("a program that read the text and took the clipboard makes it unknown", function()
    local display = x11.start()
    local copier = display:puppet "copier"
    copier:await "watching"
    local desktop, pin = target(display, "deaf")
    local word = desktop:paste(pin, "the prompt", within(1))
    copier:await "took"
    expect.equal(word, "unknown")
end)

test("a target that asks for the list and twice for the text has it whole, each time", function()
    local display = x11.start()
    local desktop, pin, window = target(display, "twice")
    local text = x11.text(4096)
    expect.equal(desktop:paste(pin, text, within()), "whole")
    expect.ok(desktop:key(pin, "Return", within())) -- we serve while we wait
    expect.eventually("the text twice", x11.SECONDS, function()
        desktop:list()
        return window:count(shown(text)) == 2
    end)
end)

test("a target that reads through another connection of its process is still the target", function()
    local display = x11.start()
    local desktop, pin, window = target(display, "aside")
    expect.equal(desktop:paste(pin, "the prompt", within()), "whole")
    window:await(shown "the prompt")
end)

test("a target that stops reading was served: no second paste is safe", function()
    local display = x11.start()
    local desktop, pin = target(display, "stall")
    local word, message, code = desktop:paste(pin, "the prompt", within(0.5))
    expect.equal({ word, code }, { "served", "ETIMEOUT" })
    expect.contains(message, "did not come to its end")
end)

for manner, word in pairs { die = "not", half = "served" } do
    test("a window that closes while it is given the text: " .. word, function()
        local display = x11.start()
        local desktop, pin, window = target(display, manner)
        local taken, message, code = desktop:paste(pin, x11.text(900 * 1024), within())
        window:await "died"
        expect.equal({ taken, code }, { word, "EGONE" }, message)
    end)
end

--- A process that pastes and is then killed or ends; answers it.
local SENDER = [[
local window, clock = require "window", require "clock"
local desktop = assert(window.open("x11"))
local pin
for _, w in ipairs(desktop:list()) do
    if w.title == arg[1] then pin = { id = w.id, pid = w.pid, token = w.title } end
end
assert(desktop:lock(clock.now() + 1))
assert(desktop:focus(pin, { deadline = clock.now() + 5 }))
assert(desktop:paste(pin, "the prompt", { deadline = clock.now() + 5 }) == "whole")
if arg[2] == "killed" then
    print "sent"
    io.stdout:flush()
    require("wait").sleep(clock.now() + 60)
end
]]

test("the keeper of the clipboard outlives us, and holds none of our descriptors", function()
    local display = x11.start()
    display:puppet("own", "CLIPBOARD", "copied"):await "owned"
    display:puppet("window", TITLE, "read"):await "shown"
    local script = display.folder .. "/sender.lua"
    expect.write(script, SENDER)
    -- "capture" waits for the end of the pipe: a keeper that held it would be waited for
    local before = clock.now()
    local run = expect.run { expect.binary(), script, TITLE, env = display.env, seconds = 20 }
    expect.equal({ run.exit, run.err }, { 0, "" })
    expect.truthy(clock.now() - before < 10)
    expect.equal(display:clipboard(), "copied")
    local last = display:puppet("own", "CLIPBOARD", "newer")
    last:await "owned"
    expect.equal(display:clipboard(), "newer")
end)

test("killed in the middle, we leave no lock and no clipboard of ours behind", function()
    local display = x11.start()
    display:puppet("window", TITLE, "read"):await "shown"
    local script = display.folder .. "/sender.lua"
    expect.write(script, SENDER)
    local sender = display:spawn { expect.binary(), script, TITLE, "killed" }
    expect.eventually("it sent", x11.SECONDS, function()
        return (expect.read(sender.out) or ""):find "sent"
    end)
    local desktop = display:open()
    expect.refused("ELOCKED", "process " .. sender.child:pid(), desktop:lock(clock.now() + 0.1))
    expect.ok(process.run({ "kill", "-KILL", tostring(sender.child:pid()) }, within()))
    expect.ok(desktop:lock(clock.now() + 5))
    expect.equal(display:clipboard(), nil)
end)
