-- opener.lua: opens the windows that workers lack, by a launcher or by the team's -OpenCommand, and sees that they
-- came. What is open already, whoever opened it, is left alone.

local clock = require "clock"
local file = require "file"
local host = require "host"
local lock = require "lock"
local process = require "process"
local wait = require "wait"
local carriers = require "dispatch.carriers"
local command_line = require "dispatch.command_line"
local launchers = require "dispatch.launchers"
local layout = require "dispatch.layout"
local session = require "dispatch.session"
local settings = require "dispatch.settings"
local title = require "dispatch.title"

local M = {}

local LOOK_SECONDS = 0.5              -- a tmux server that was just started, say, tells nobody that it is there
local QUICK_SECONDS = 30              -- for a command that only passes an order on

-- ------------------------------------------------------------------------------------------------------- what is to be

---@class opening                     one worker's window
---@field worker string
---@field title string
---@field window worker_window
---@field argv string[]
---@field launcher? launcher          nil: -OpenCommand
---@field child? process.child
---@field said? string                the file with the command's last words

local function values_of(run, worker)
    local at = run.layout
    return { worker = worker, worktree = at:worktree(worker), run_dir = at:run_dir(), run_id = run.id,
        title = at:title(worker), prompt = at:prompt(worker) }
end

---Windows in folders that are not there would be windows somewhere else.
local function check_worktrees(run, workers)
    local missing = {}
    for _, worker in ipairs(workers) do
        local path = run.layout:worktree(worker)
        if not file.stat(path) then missing[#missing + 1] = run.layout:show(path) end
    end
    if not missing[1] then return true end
    return nil, ("%s: not there. The factory makes them: `dispatch run_iter.lua` runs its launch and then waits "
        .. "for the windows (-WindowReadyTimeout), or make them with `git worktree add`"):format(
        table.concat(missing, ", ")), "ENOENT"
end

---The words of a command whose program is there.
---@param name "worker_command"|"open_command"
---@return string[]? words            nil and no message: it is not set
---@return string? message, string? code     EINVAL; ENOENT: its program is not there; EUNSUPPORTED: it is a batch file
local function command_of(cfg, name, values)
    if not cfg[name] then return nil end
    local words, message, code = command_line.fill(cfg[name], values)
    if words and not session.find(words[1]) then
        local _, why, reason = process.which(words[1])
        return nil, cfg.origin[name] .. ": " .. (reason == "EUNSUPPORTED" and why
            or words[1] .. " is not on PATH"), reason or "ENOENT"
    end
    return words, message, code
end

---What opens a worker's window.
---@param run run
---@param worker string
---@return opening? opening
---@return string? message, string? code     EINVAL: settings that do not go together; ENOENT: a program is not there
local function opening_of(run, worker, launcher, program, first)
    local cfg, values = run.cfg, values_of(run, worker)
    local opening = { worker = worker, title = values.title, launcher = launcher }
    local message, code
    if not launcher then
        opening.argv, message, code = command_of(cfg, "open_command", values)
        return opening.argv and opening, message, code
    end
    local command
    command, message, code = command_of(cfg, "worker_command", values)
    if message then return nil, message, code end
    opening.window = { worker = worker, title = values.title, worktree = values.worktree, command = command,
        first = first, workspace = run.layout:workspace(worker) }
    opening.argv = launcher.argv(opening.window, cfg, program)
    return opening
end

---Which launcher, and do the settings go together?
---@return launcher? launcher         nil and no message: -OpenCommand
---@return string? program_or_message, string? code
local function launcher_of(cfg)
    local command, choice = cfg.origin.worker_command, cfg.origin.launcher
    if cfg.open_command then
        local both = cfg.worker_command and command or cfg.launcher ~= "auto" and choice
        if both then return nil, ("%s and %s: the command alone says what is opened"):format(both,
            cfg.origin.open_command), "EINVAL" end
        return nil
    end
    local launcher, name, program = launchers.of(cfg)
    if not launcher then return nil, name, "EUNSUPPORTED" end
    if launcher.runs_nothing and cfg.worker_command then
        return nil, ("%s: a window of -Launcher %s runs no command; leave it out"):format(command, name), "EINVAL"
    end
    return launcher, program
end

---What is to be done for these workers, and nothing of it done.
---@param run run
---@param workers string[]
---@return opening[]? openings
---@return string? message, string? code     EINVAL EUNSUPPORTED ENOENT
function M.plan(run, workers)
    local launcher, program, code = launcher_of(run.cfg)
    if code then return nil, program, code end
    local ok, message
    ok, message, code = check_worktrees(run, workers)
    if not ok then return nil, message, code end
    local openings = {}
    for i, worker in ipairs(workers) do
        openings[i], message, code = opening_of(run, worker, launcher, program, i == 1)
        if not openings[i] then return nil, message, code end
    end
    return openings
end

-- ------------------------------------------------------------------------------------------------------------- looking

---Whatever can be seen now; no desktop at all is nothing to be seen.
---@return table? carrier
---@return string? message, string? code
local function eyes(run)
    local carrier, message, code = carriers.open { cfg = run.cfg, root = run.root, layout = run.layout, id = run.id,
        emit = function() return true end }
    if not carrier and code ~= "ENODISPLAY" then return nil, message, code end
    return carrier
end

---@param carrier? table
---@return table<string, table[]>? windows    by title
---@return string? message, string? code
local function look(carrier, jobs)
    local windows = {}
    for _, job in ipairs(jobs) do windows[job.title] = {} end
    for _, place in ipairs(carrier and carrier.places or {}) do
        local all, message, code = place.desktop:list()
        if not all then return nil, message, code end
        for name, found in pairs((title.match_all(all, jobs))) do
            table.move(found, 1, #found, #windows[name] + 1, windows[name])
        end
    end
    return windows
end

---The windows that are there already.
---@param run run
---@param workers string[]
---@return table<string, table[]>? windows    by worker
---@return string? message, string? code
function M.there(run, workers)
    local jobs = {}
    for i, worker in ipairs(workers) do jobs[i] = { worker = worker, title = run.layout:title(worker) } end
    local carrier, message, code = eyes(run)
    if message then return nil, message, code end
    local windows
    windows, message, code = look(carrier, jobs)
    if carrier then carrier:close() end
    if not windows then return nil, message, code end
    local by_worker = {}
    for _, job in ipairs(jobs) do by_worker[job.worker] = windows[job.title] end
    return by_worker
end

-- ------------------------------------------------------------------------------------------------------------- titling

---Is nobody at work on that run?
local function is_over(run, id)
    local path = layout.new(run.root, id):lock()
    if not file.stat(path) then return true end
    local held <close> = lock.take(path)
    return held ~= nil
end

---The worker's window of an earlier run.
---@param windows named_window[]
---@return named_window? window       nil: there is none, or more than one
local function earlier_window(run, worker, windows)
    local prefix, found = run.layout:title(worker):sub(1, -#run.id - 1), {}
    for _, each in ipairs(windows) do
        local id = each.name:sub(1, #prefix) == prefix and each.name:sub(#prefix + 1):match "^%d[%w_-]*$"
        if id and file.real(each.folder) == file.real(run.layout:worktree(worker)) and is_over(run, id) then
            found[#found + 1] = each
        end
    end
    return #found == 1 and found[1] or nil
end

---Gives windows of earlier runs the title of this one, where the launcher can (tmux): those that stand in the worker's
---worktree, and whose own run is not at work.
---@param run run
---@param workers string[]            without a window
---@param tell fun(worker: string, from: string, to: string)     hears of each before it is done
---@return string[] workers           still without one
function M.retitle(run, workers, tell)
    local launcher, program = launcher_of(run.cfg)     -- what is wrong with it is told by plan()
    local windows, left = launcher and launcher.named and launcher.named(run.cfg, program) or {}, {}
    for _, worker in ipairs(workers) do
        local window, to = earlier_window(run, worker, windows), run.layout:title(worker)
        if window then tell(worker, window.name, to) end
        local done = window and (run.cfg.what_if or launcher.rename(run.cfg, program, window.id, to))
        if not done then left[#left + 1] = worker end
    end
    return left
end

-- ------------------------------------------------------------------------------------------------------------- opening

local function last_words(opening)
    local text = opening.said and file.read(opening.said) or ""
    return text:find "%S" and ", which said: " .. text:gsub("%s+", " "):sub(1, 500) or ""
end

---Did its command fail? One that passes an order on may end well; one that is the window may not.
---@return string? problem
local function failed(opening)
    local status = opening.child:status()
    if not status.exited then return nil end
    local stays = opening.launcher and opening.launcher.is_window
    if status.exit == 0 and not stays then return nil end
    local how = status.exit and ("exit status %d"):format(status.exit) or ("signal %d"):format(status.signal)
    return ("%s: ended with %s before its window was seen: %s%s"):format(opening.worker, how,
        command_line.show(opening.argv), last_words(opening))
end

---@return true? started, string? message, string? code
local function start(run, opening, i)
    local launcher, ok, message, code = opening.launcher, true, nil, nil
    if launcher and launcher.prepare then ok, message, code = launcher.prepare(opening.window) end
    if not ok then return nil, message, code end
    local options = { cwd = run.layout:worktree(opening.worker), unset = settings.names_to_unset(), outlives = true }
    if launcher and launcher.console then
        options.console = opening.title
    else
        opening.said = ("%s/dispatch-open-%d-%d.log"):format(settings.temporary_folder(), host.machine().pid, i)
        ok, message, code = file.write(opening.said, "")     -- in place of what somebody else may have put there
        if not ok then return nil, message, code end
        options.out, options.err = opening.said, opening.said
    end
    opening.child, message, code = process.spawn(opening.argv, options)
    if not opening.child then return nil, message, code end
    if not (launcher and launcher.quick) then return true end
    ok, message, code = wait.any({ opening.child }, clock.now() + QUICK_SECONDS)
    if not ok then return nil, ("%s: %s"):format(command_line.show(opening.argv), message), code end
    message = failed(opening)
    return not message or nil, message, "ESTAGE"
end

---What may change something: desktops, and commands that still run.
local function sources_of(carrier, openings)
    local sources, of_desktops = {}, {}
    for _, place in ipairs(carrier and carrier.places or {}) do
        sources[#sources + 1] = place.desktop:changes()
        of_desktops[sources[#sources]] = true
    end
    for _, opening in ipairs(openings) do
        if not opening.child:status().exited then sources[#sources + 1] = opening.child end
    end
    return sources, of_desktops
end

---One look: who has come?
---@return opening[]? missing, string? message, string? code
local function still_missing(carrier, openings, tell)
    local windows, message, code = look(carrier, openings)
    if not windows then return nil, message, code end
    local missing = {}
    for _, opening in ipairs(openings) do
        local found = windows[opening.title]
        if #found > 1 then return nil, title.several(found, opening.title), "EAMBIGUOUS" end
        local problem = not found[1] and failed(opening)
        if problem then return nil, problem, "ESTAGE" end
        if found[1] then tell("opened", opening.worker, opening.title, found[1]) end
        if not found[1] then missing[#missing + 1] = opening end
    end
    return missing
end

---@return true? seen, string? message, string? code
local function await(run, openings, tell)
    local deadline, fresh = clock.now() + run.cfg.window_ready_timeout, true
    local carrier, message, code
    while true do
        if fresh then
            if carrier then carrier:close() end
            carrier, message, code = eyes(run)
            if message then return nil, message, code end
        end
        local late = clock.now() >= deadline
        openings, message, code = still_missing(carrier, openings, tell)
        if not openings or not openings[1] or late then break end
        local sources, of_desktops = sources_of(carrier, openings)
        local source, why, what = wait.any(sources, math.min(deadline, clock.now() + LOOK_SECONDS))
        fresh = not of_desktops[source]
        if what == "EINTR" then
            openings, message, code = nil, why, what
            break
        end
    end
    if carrier then carrier:close() end
    if not openings then return nil, message, code end
    if not openings[1] then return true end
    local titles = {}
    for i, opening in ipairs(openings) do titles[i] = opening.title end
    return nil, ("not seen within %d s (-WindowReadyTimeout): %s; `dispatch windows TITLE` says more"):format(
        run.cfg.window_ready_timeout, table.concat(titles, ", ")), "ETIMEOUT"
end

---Opens them, and waits until each can be seen.
---@param run run
---@param openings opening[]          of plan()
---@param tell fun(word: string, worker: string, title: string, listed: table)    hears of each one that came
---@return true? seen                 all of them
---@return string? message, string? code     ESTAGE: a command failed; ETIMEOUT EAMBIGUOUS ENOENT EACCES EINTR
function M.open(run, openings, tell)
    local ok, message, code = true, nil, nil
    for i, opening in ipairs(openings) do
        ok, message, code = start(run, opening, i)
        if not ok then break end
    end
    if ok then ok, message, code = await(run, openings, tell) end
    for _, opening in ipairs(openings) do
        if opening.child then opening.child:close() end
        if opening.said then file.remove_tree(opening.said) end
    end
    return ok, message, code
end

return M
