-- Five panes, 4 KB and Enter each: over the one control-mode connection, beside a tmux process for each thing that has
-- to be done to a pane: to find it, to load the text, to paste it, to press Enter, and to look whether it arrived.
local clock = require "clock"
local expect = require "expect"
local measure = require "measure"
local tmux_server = require "tmux_server"

local TEXT = ("a line of a prompt, with `ticks` and 'quotes' and ünïcödé\n"):rep(70)

local function readers(server, count)
    local panes = {}
    for i = 1, count do
        panes[i] = server:reader { title = ("HITECHOS_w%d_20261122_1"):format(i), read = "exec cat >/dev/null" }
    end
    return panes
end

---Seconds for finding the panes, and a paste and its key into each, in a program that is connected already.
local function connected(server, panes)
    local desktop = server:desktop()
    return function()
        local began = clock.now()
        assert(#expect.ok(desktop:list()) > #panes)
        for _, pane in ipairs(panes) do
            assert(desktop:paste(pane.pin, TEXT, tmux_server.soon()) == "whole")
            assert(desktop:key(pane.pin, "Return", tmux_server.soon()))
        end
        return clock.now() - began
    end
end

local function processes(server, panes)
    local prompt = server.folder .. "/prompt.txt"
    expect.write(prompt, TEXT)
    return function()
        local began = clock.now()
        for _, pane in ipairs(panes) do
            local id = server:run("list-panes", "-a", "-f", "#{==:#{pane_title}," .. pane.title .. "}", "-F",
                "#{pane_id}")
            server:run("load-buffer", prompt)
            server:run("paste-buffer", "-p", "-t", id)
            server:run("send-keys", "-t", id, "Enter")
            server:run("capture-pane", "-p", "-t", id)
        end
        return clock.now() - began
    end
end

return function()
    local server = tmux_server.start()
    local panes = readers(server, 5)
    local ours, theirs = table.unpack(measure.in_turn(15, { connected(server, panes), processes(server, panes) }))
    return { { what = "five tmux panes, 4 KB and Enter each, found and each read proven; beside a process per command",
        ours = measure.shown(ours), theirs = measure.shown(theirs), figure = ("%.0f × faster"):format(theirs / ours),
        promise = "at least 10 ×", kept = theirs / ours >= 10 } }
end
