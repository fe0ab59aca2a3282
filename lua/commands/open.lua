-- open: a window for each worker that has none, in its worktree and with the title that a run looks for.

local command_line = require "dispatch.command_line"
local launch = require "dispatch.launch"
local opener = require "dispatch.opener"
local session = require "dispatch.session"
local settings = require "dispatch.settings"
local title = require "dispatch.title"

local USAGE = ("dispatch open -RunId ID [-Workers NAME,…] [-Launcher auto|%s|code] [-WorkerCommand "
    .. "COMMAND] [-OpenCommand COMMAND] [-WhatIf]"):format(settings.on_windows and "wt|console" or "tmux|xterm")

local function say(word, worker, text) io.stdout:write(("%-9s%-18s%s\n"):format(word, worker, text)) end

local function tell(word, worker, name, listed)
    say(word, worker, ("%s (%s, pid %d)"):format(name, listed.app ~= "" and listed.app or "?", listed.pid))
end

---What would be done. A console gets title and folder from us, and not by its command.
local function preview(opening)
    local run = "run " .. command_line.show(opening.argv)
    if not (opening.launcher and opening.launcher.console) then return run end
    return ("%s in a console titled %s, in %s"):format(run, opening.title, opening.window.worktree)
end

---A run refuses what would run its prompt as commands: better said now.
local function warn_of_shell(openings)
    local opening = openings[1]                  -- the command is the same for all
    if not opening.launcher or opening.launcher.runs_nothing then return end
    local shell = session.is_shell(opening.window.command)
    if not shell then return end
    io.stdout:write(("Each window opened here is at a shell (%s), and a run refuses it: start the agent in "
        .. "each, or have it started by -WorkerCommand\n"):format(shell))
end

local WRONG_USAGE = { EINVAL = true, EUNSUPPORTED = true }

local function complain(message, code)
    io.stdout:flush()
    io.stderr:write("dispatch open: ", message, "\n")
    return code == "EINTR" and 130 or WRONG_USAGE[code] and 64 or 2
end

---Those without a window.
---@return string[]? workers, string? message, string? code
local function lacking(run)
    local there, message, code = opener.there(run, run.workers)
    if not there then return nil, message, code end
    local lack = {}
    for _, worker in ipairs(run.workers) do
        local found = there[worker]
        if #found > 1 then return nil, title.several(found, run.layout:title(worker)), "EAMBIGUOUS" end
        if found[1] then tell("there", worker, run.layout:title(worker), found[1]) else lack[#lack + 1] = worker end
    end
    return lack
end

local function run(argv)
    local context, exit = launch.follow("open", argv)
    if not context then return exit end
    local workers, message, code = lacking(context)
    if not workers then return complain(message, code) end
    workers = opener.retitle(context, workers, function(worker, from, to)
        say(context.cfg.what_if and "would" or "titled", worker, ("%s, it was %s"):format(to, from))
    end)
    if not workers[1] then return 0 end
    local openings
    openings, message, code = opener.plan(context, workers)
    if not openings then return complain(message, code) end
    if context.cfg.what_if then
        for _, opening in ipairs(openings) do
            say("would", opening.worker, preview(opening))
        end
        warn_of_shell(openings)
        return 0
    end
    local ok
    ok, message, code = opener.open(context, openings, tell)
    if not ok then return complain(message, code) end
    warn_of_shell(openings)
    return 0
end

return { usage = USAGE, run = run, summary = "opens a window for each worker that has none, titled as runs want it" }
