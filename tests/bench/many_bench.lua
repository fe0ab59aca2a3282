-- Many workers: does each cost the same, whether there are fifty or five hundred? On the fake desktop a whole delivery
-- and its waiting in simulated time; in tmux finding, pasting and submitting for real.
local clock = require "clock"
local expect = require "expect"
local measure = require "measure"
local tmux_server = require "tmux_server"
local window = require "window"

local function fake_delivery(count)
    local rules = {}
    for i = 1, count do
        rules[i] = { at = 0, window = "w" .. i, title = ("HITECHOS_w%d_20261122_1"):format(i), pid = i, app = "agent",
            screen = "> " }
    end
    local began = clock.now()
    local desktop <close> = expect.ok(window.fake(rules))
    local windows = expect.ok(desktop:list())
    for _, w in ipairs(windows) do
        local pin = { id = w.id, pid = w.pid, token = w.title }
        assert(desktop:focus(pin, { deadline = clock.now() + 10 }))
        assert(desktop:paste(pin, "text", { deadline = clock.now() + 10 }))
        assert(desktop:key(pin, "Return", { deadline = clock.now() + 10 }))
    end
    return clock.now() - began
end

local function tmux_delivery(server, panes)
    local desktop <close> = expect.ok(window.open("tmux", server.socket))
    local began = clock.now()
    expect.ok(desktop:list())
    for _, pane in ipairs(panes) do
        assert(desktop:paste(pane.pin, "a prompt", tmux_server.soon()) == "whole")
        assert(desktop:key(pane.pin, "Return", tmux_server.soon()))
    end
    return clock.now() - began
end

local function row(what, few, many, per_few, per_many)
    local ratio = per_many / per_few
    return { what = what, ours = ("%.2f ms each"):format(per_many * 1000), theirs = ("%.2f ms each of %d")
        :format(per_few * 1000, few), figure = ("%.2f × for %d × as many"):format(ratio, many // few),
        promise = "linear: at most 2 × each", kept = ratio <= 2 }
end

return function()
    local fake = measure.in_turn(5, { function() return fake_delivery(50) / 50 end,
        function() return fake_delivery(500) / 500 end })
    local server = tmux_server.start()
    local panes = {}
    for i = 1, 200 do
        panes[i] = server:reader { title = ("HITECHOS_w%d_20261122_1"):format(i), read = "exec cat >/dev/null" }
    end
    local first = table.move(panes, 1, 20, 1, {})
    local tmux = measure.in_turn(3, { function() return tmux_delivery(server, first) / 20 end,
        function() return tmux_delivery(server, panes) / 200 end })
    return { row("500 windows of the fake desktop: paste and key", 50, 500, fake[1], fake[2]),
        row("200 tmux panes: list, paste, key, each read proven", 20, 200, tmux[1], tmux[2]) }
end
