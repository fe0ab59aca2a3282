-- The real opencode, in one tmux pane.
local expect = require "expect"
local labs = require "lab"
local recorded = require "agent_screens"
local screens = require "dispatch.screens"
local x11 = require "x11_display"
local test = expect.test

local TITLE = "HITECHOS_A_core_20261122_1"

local function send(lab, text, ...)
    expect.write(lab.folder .. "/prompt.txt", text)
    return expect.dispatch { "send", TITLE, lab.folder .. "/prompt.txt", "-Via", "tmux", "-TmuxSocket",
        lab:tmux().socket, "-Root", lab.project, unset = { "TMUX", "TMUX_PANE" }, ... }
end

test("opencode is waited for until it is there, and takes 4 KB byte for byte; a draft and a question are refused",
    function()
        local lab = labs.start()
        local text = x11.text(4096)
        local pane = lab:pane(TITLE, lab:opencode())
        lab:await(pane, "%S")                                  -- its launcher is gone; for the composer dispatch waits
        local result = send(lab, text)
        expect.contains(result.out, TITLE .. "  submitted", result.out .. result.err .. lab:screen(pane))
        local got = expect.eventually("the prompt", labs.SECONDS, function()
            return lab:turns()[1]
        end)
        expect.equal(got:gsub("%s+$", ""), text)               -- it puts a blank behind what is pasted
        lab:await(pane, "project +%d+ +ctrl")                  -- the foot of one that is idle

        lab:paste(pane, "fix the tests first", "tests first")
        result = send(lab, "A prompt.")
        expect.contains(result.err, "text is in its composer already: 'fix the tests first'")
        lab:keys(pane, "C-c")
        expect.eventually("an empty composer", labs.SECONDS, function()
            return screens.composer(recorded.agent "opencode", lab:screen(pane)) == ""
        end)

        result = send(lab, "stand-in: run cat " .. lab.folder .. "/prompt.txt")
        expect.contains(result.out, TITLE .. "  submitted", result.out .. result.err)
        lab:await(pane, "Permission required")
        result = send(lab, "A prompt.")
        expect.contains(result.err, "asks for an approval")
        expect.equal(#lab:turns(), 2)
    end)
