-- launchers.lua: what makes a worker's window: a terminal or an editor. Each one is a command for one window; what is
-- in it stays an argument to the last, whatever shell or server passes it on.
--
--   tmux      a window of the server that we are in, or of a session named `dispatch`
--   xterm     with a title that its program cannot change
--   wt        Windows Terminal, likewise
--   console   Windows' plain console
--   code      VS Code, on a workspace file that says folder and title

local clock = require "clock"
local file = require "file"
local process = require "process"
local session = require "dispatch.session"
local settings = require "dispatch.settings"
local json = require "dispatch.json"

local M = {}

local SESSION = "dispatch"
local SECONDS = 20                    -- for a server to answer

---@class worker_window               what a launcher is asked for
---@field worker string
---@field title string
---@field worktree string             its working directory
---@field first boolean               of those that are opened now: a later one finds what the first one made
---@field workspace string            where VS Code's file goes
---@field command? string[]           what runs in it; nil: the user's shell

---@class launcher
---@field windows boolean             is it one of Windows?
---@field program fun(cfg: table): string?, string?     where it is; nil, what is missing
---@field argv fun(window: worker_window, cfg: table, program: string): string[]
---@field prepare? fun(window: worker_window): true?, string?     what must be there before
---@field quick? boolean              the command ends at once, and the next one needs what it did
---@field runs_nothing? boolean       it has no room for -WorkerCommand
---@field named? fun(cfg: table, program: string): named_window[]     which windows can get another title
---@field rename? fun(cfg: table, program: string, id: string, title: string): true?, string?
---@field is_window? boolean          the command lives as long as its window
---@field console? boolean            it is started in a console of its own, with the window's title

local function append(argv, ...)
    for _, words in ipairs { ... } do table.move(words, 1, #words, #argv + 1, argv) end
    return argv
end

local function on_path(name, advice)
    return function()
        local path = session.find(name)
        if path then return path end
        return nil, ("%s is not on PATH: %s"):format(name, advice)
    end
end

-- tmux would expand what stands behind -c, and give a command of one word to a shell.
local GO = 'cd "$1" || exit; shift; exec "$@"'

---The server that is meant, as tmux's options.
local function server_of(cfg)
    local where = cfg.tmux_socket
    return where and { where:find "/" and "-S" or "-L", where } or {}
end

---@type table<string, launcher>
local ALL = {}

---Is our session there?
local function has_session(argv)
    local result = process.run(append({}, argv, { "has-session", "-t", "=" .. SESSION }),
        { deadline = clock.now() + SECONDS })
    return result ~= nil and result.exit == 0
end

ALL.tmux = {
    windows = false, quick = true,
    program = on_path("tmux", "install it, or choose another -Launcher"),
    argv = function(window, cfg, program)
        local argv = append({ program }, server_of(cfg))
        if session.in_tmux() and not cfg.tmux_socket then
            append(argv, { "new-window", "-d" })
        elseif not window.first or has_session(argv) then
            append(argv, { "new-window", "-d", "-t", ("=%s:"):format(SESSION) })
        else
            append(argv, { "new-session", "-d", "-s", SESSION, "-x", "160", "-y", "50" })
        end
        return append(argv, { "-n", window.title, "sh", "-c", GO, "sh", window.worktree },
            window.command or { session.shell() })
    end,
}

ALL.xterm = {
    windows = false, is_window = true,
    program = function()
        if not settings.display() then return nil, "xterm needs a display: DISPLAY is not set" end
        return on_path("xterm", "install it, or choose another -Launcher")()
    end,
    argv = function(window, _, program)
        local argv = { program, "-u8", "-xrm", "*allowTitleOps: false", "-T", window.title, "-n", window.title }
        return window.command and append(argv, { "-e" }, window.command) or argv
    end,
}

---@class named_window               a window that could get another title
---@field id string
---@field name string
---@field folder string               its program's working directory

---Windows with one pane: only in these the name of the window counts.
---@return named_window[]
function ALL.tmux.named(cfg, program)
    local argv = append({ program }, server_of(cfg),
        { "list-panes", "-a", "-F", "#{window_panes} #{window_id} #{window_name} #{pane_current_path}" })
    local result = process.run(argv, { deadline = clock.now() + SECONDS })
    local list = {}
    for id, name, folder in (result and result.out or ""):gmatch "%f[^\n\0]1 (@%d+) (HITECHOS_[%w_-]+) ([^\n]+)" do
        list[#list + 1] = { id = id, name = name, folder = folder }
    end
    return list
end

---@return true? renamed, string? message
function ALL.tmux.rename(cfg, program, id, title)
    local result, message = process.run(append({ program }, server_of(cfg), { "rename-window", "-t", id, title }),
        { deadline = clock.now() + SECONDS })
    if not result or result.exit ~= 0 then return nil, message or result.err end
    return true
end

---Windows Terminal ends a command at each ; of its own command line.
local function literal(words)
    local out = {}
    for i, word in ipairs(words) do out[i] = word:gsub(";", "\\;") end
    return out
end

ALL.wt = {
    windows = true,
    program = on_path("wt.exe", "install Windows Terminal, or choose -Launcher console"),
    argv = function(window, _, program)
        return append({ program, "-w", "-1", "new-tab", "--suppressApplicationTitle" },
            literal { "--title", window.title, "-d", window.worktree }, literal(window.command or {}))
    end,
}

ALL.console = {
    windows = true, is_window = true, console = true,
    program = function() return "console" end,
    argv = function(window) return window.command or { session.shell() } end,
}

ALL.code = {
    runs_nothing = true,
    program = function()
        local path = session.find_editor()
        if path then return path end
        return nil, "VS Code is not where it installs itself, and not on PATH; -OpenCommand can name another editor"
    end,
    prepare = function(window)
        local folder = window.workspace:match "^(.*)/"
        local ok, message = file.mkdir(folder)
        if not ok then return nil, message end
        return file.write(window.workspace, json.encode({
            folders = { { path = window.worktree } }, settings = { ["window.title"] = window.title } }) .. "\n")
    end,
    argv = function(window, _, program) return { program, "--new-window", window.workspace } end,
}

---By what is there: the first that answers.
local AUTO = { "tmux", "xterm", "wt", "console" }

local function here(launcher) return launcher.windows == nil or launcher.windows == settings.on_windows end

---In a place that -Via leaves out no run would look for its windows.
local function order(cfg)
    if cfg.via == "tmux" then return { "tmux" } end
    if cfg.via == "x11" then return { "xterm" } end
    if session.in_tmux() or cfg.tmux_socket then return AUTO end
    return { "xterm", "tmux", "wt", "console" }
end

---What -Launcher auto does.
local function choose(cfg)
    local whys = {}
    for _, name in ipairs(order(cfg)) do
        local path, why
        if here(ALL[name]) then path, why = ALL[name].program(cfg) end
        if path then return name, path end
        whys[#whys + 1] = why
    end
    return nil, table.concat(whys, "; ")
end

---The launcher of this name, also where it is not at home.
---@param name string
---@return launcher
function M.named(name) return ALL[name] end

---The launcher that -Launcher means.
---@param cfg table
---@return launcher? launcher, string name_or_message
---@return string? program            where it is
function M.of(cfg)
    local name = cfg.launcher
    if name == "auto" then
        local chosen, path = choose(cfg)
        if not chosen then return nil, path end
        return ALL[chosen], chosen, path
    end
    if not here(ALL[name]) then
        return nil, ("-Launcher %s: that is for %s"):format(name, ALL[name].windows and "Windows" or "X11 and tmux")
    end
    local path, message = ALL[name].program(cfg)
    if not path then return nil, message end
    return ALL[name], name, path
end

return M
