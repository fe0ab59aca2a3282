--- places - where the workers of an iteration (iteration.lua) have their windows: a display, a tmux server.
---
--- A place has flags of the run, env, and open(it, worker, manner), which answers a window with log(): what reached its
--- program, in order: {"paste", BYTES, HASH}, {"submit"}, {"stray …"}; and with stop().
local expect = require "expect"
local iteration = require "iteration"
local x11_display = require "x11_display"
local tmux_server = require "tmux_server"

local M = {}

--- A puppet's lines, an X11 window that asks for the clipboard on any key but Return.
local function puppet_log(said)
    local log = {}
    for line in said:gmatch("[^\n]+") do
        local bytes, sum = line:match("^text (%d+) (%d+)$")
        if bytes then
            log[#log + 1] = { "paste", tonumber(bytes), tonumber(sum) }
        elseif line:find("^key ff0d ") then
            log[#log + 1] = { "submit" }
        end
    end
    return log
end

--- The bytes that a program in a terminal read: pastes in brackets, and Return.
local function terminal_log(bytes)
    local log, at = {}, 1
    while at <= #bytes do
        local text, after = bytes:match("^\27%[200~(.-)\27%[201~()", at)
        if text then
            text = text:gsub("\r", "\n")
            log[#log + 1] = { "paste", #text, iteration.hash(text) }
        else
            log[#log + 1] = { bytes:sub(at, at) == "\r" and "submit" or "stray " .. bytes:sub(at) }
            after = at + 1
        end
        at = after
        if log[#log][1]:find("^stray") then
            break
        end
    end
    return log
end

--- Windows on a display (x11_display). Manners: what puppet.c calls so; "xterm": a terminal with a reader in it;
--- "dialog": an editor with a dialog before it.
---@return place
function M.x11(display)
    local place = { via = "x11", flags = { Via = "x11" }, env = display.env, display = display }
    function place.open(it, worker, manner)
        local title = it.at:title(worker)
        if manner == "xterm" then
            local path = display:xterm(title)
            return { log = function() return terminal_log(expect.read(path) or "") end }
        end
        if manner == "dialog" then
            local path = display:editor(title, "Trust this folder?")
            return { ready = function() x11_display.pin(display:open(), "Trust this folder?") end,
                log = function() return expect.read(path) == "" and {} or { { "stray text" } } end }
        end
        local puppet = display:puppet("window", title, manner or "read")
        return { puppet = puppet, log = function() return puppet_log(puppet:said()) end,
            stop = function() puppet:stop() end, ready = function() puppet:await("shown") end }
    end
    return place
end

--- Panes of a private tmux server (tmux_server). Manners: "reader"; "shell": nothing but a shell.
---@return place
function M.tmux(server)
    local place = { via = "tmux", flags = { Via = "tmux", TmuxSocket = server.socket }, env = {}, server = server }
    function place.open(it, worker, manner)
        local title = it.at:title(worker)
        if manner == "shell" then
            server:pane { run = ("printf '\\033]2;%s\\033\\\\'; exec sh -i"):format(title), title = title }
            return { log = function() return {} end }
        end
        local pane = server:reader { title = "starting" } -- a shell that is not yet the reader would get a pointer
        expect.eventually("the reader of " .. title, 20, function()
            return server:ask(pane.id, "#{pane_current_command}") == "cat"
        end)
        server:run("select-pane", "-t", pane.id, "-T", title)
        return { pane = pane, log = function() return terminal_log(pane:got() or "") end,
            stop = function() server:try("kill-pane", "-t", pane.id) end }
    end
    return place
end

--- One display, or one tmux server, for all tests of a spec.
local shared = {}
local function once(name, make)
    shared[name] = shared[name] or expect.shared(make)
    return shared[name]
end

---@param options? table       of x11_display.start
function M.shared_x11(options)
    return once("x11", function() return M.x11(x11_display.start(options)) end)
end

function M.shared_tmux()
    return once("tmux", function() return M.tmux(tmux_server.start()) end)
end

return M
