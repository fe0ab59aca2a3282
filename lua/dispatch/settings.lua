-- settings.lua: every flag and variable that dispatch knows, and the only reader of both.
--
-- Precedence: flag > FACTORY_X (the settings that the contract names) > FACTORY_DISPATCH__X > default. Flags are
-- PowerShell's: one dash, any case, `-Flag value` or `-Flag:value`; `--flag-name value`, `--flag-name=value` as well.
-- A value that does not parse is an error (EINVAL) that names the flag or variable and what it accepts; commands end
-- with exit status 64 (wrong usage) on it. One exception: the form of a RUN_ID is the flow's, so step 1 judges it (2).

local term = require "term"
local characters = require "dispatch.characters"
local values = require "dispatch.values"

local M = {}

---Is this Windows?
M.on_windows = package.config:sub(1, 1) == "\\"

---@class setting
---@field name string                 the flag, without its dash
---@field field string                the key in cfg
---@field variable? string            FACTORY_DISPATCH__X
---@field flat? boolean               FACTORY_X too: the settings that the contract names
---@field default? any                nil: as `none` says
---@field none? string                what -ShowConfig says when there is no value
---@field accepts string|fun(): string   in words
---@field on_windows? string          what it accepts there, where that is something else
---@field posix? boolean              Windows has nothing that it could be for, and refuses it
---@field read fun(text: string): any, string?     value; nil, why
---@field switch? boolean             takes no value
---@field later? true|string          its room, or this value's, is there, and nothing in it: a run refuses it
---@field about string

local number, one_of, text, command = values.number, values.one_of, values.text, values.command
local RUN_LEVEL = { "run_dir", "run_id" }

---@type setting[]
M.TABLE = {
    { name = "RunId", field = "run_id", read = values.given, none = "(required)", accepts = "a RUN_ID, e.g. 20261122_1",
        about = "which iteration; its form is the flow's: a real date, and a number from 1 without leading zeros" },
    { name = "SendMode", field = "send_mode", variable = "SEND_MODE", flat = true, default = "enter",
        read = one_of "enter ctrl_enter both", accepts = "enter, ctrl_enter or both",
        about = "the key that submits; both: Enter, and Ctrl+Enter after it unless it was seen to be submitted" },
    { name = "WindowReadyTimeout", field = "window_ready_timeout", variable = "WINDOW_READY_TIMEOUT", flat = true,
        default = 120, read = number(1, 86400), accepts = "whole seconds, 1 to 86400",
        about = "for finding all windows, re-finds included, and for their agents to be ready" },
    { name = "WorkerDoneTimeout", field = "worker_done_timeout", variable = "WORKER_DONE_TIMEOUT", flat = true,
        default = 3600, read = number(1, 604800), accepts = "whole seconds, 1 to 604800",
        about = "one deadline for all workers, from the start of step 9" },
    { name = "BetweenWorkersDelayMs", field = "between_workers_delay_ms", variable = "BETWEEN_WORKERS_DELAY_MS",
        flat = true, default = 700, read = number(0, 600000), accepts = "whole milliseconds, 0 to 600000",
        about = "pause between two sends" },
    { name = "WindowMatchRetries", field = "window_match_retries", variable = "WINDOW_MATCH_RETRIES", flat = true,
        default = 3, read = number(0, 1000), accepts = "a whole number, 0 to 1000",
        about = "re-finds after a window vanished, within the timeout" },
    { name = "FocusRetries", field = "focus_retries", variable = "FOCUS_RETRIES", flat = true, default = 3,
        read = number(0, 1000), accepts = "a whole number, 0 to 1000", about = "focus attempts after the first" },
    { name = "AhkExe", field = "ahk_exe", variable = "AHK_EXE", flat = true, none = "(found)", read = values.program,
        accepts = "the path of an AutoHotkey v2 that is there", about = "which AutoHotkey; Windows alone needs one" },
    { name = "Via", field = "via", variable = "VIA", default = "auto", read = values.via,
        accepts = values.ways, on_windows = "auto, ahk, win32 or fake:FILE.lua",
        about = "how prompts travel; auto: by the desktop that has all windows, on Windows by AutoHotkey (ahk)" },
    { name = "PromptMode", field = "prompt_mode", variable = "PROMPT_MODE", default = "auto",
        read = one_of "auto full pointer", accepts = "auto, full or pointer",
        about = "full: the whole prompt is pasted; pointer: one line that names its file; auto: the pointer "
            .. "where several lines would not arrive as one text" },
    { name = "PasteKeys", field = "paste_keys", variable = "PASTE_KEYS", none = "(by target)", read = values.chord,
        accepts = "a chord such as ctrl+v, ctrl+shift+v or shift+Insert", about = "the chord that pastes" },
    { name = "FocusKeys", field = "focus_keys", variable = "FOCUS_KEYS", none = "(by target)",
        read = values.focus_keys, accepts = [[chords and quoted texts, e.g. ctrl+shift+p, "Open Codex Sidebar", Return]]
            .. "; or none", about = "what puts the cursor into the chat before the paste" },
    { name = "SettleMs", field = "settle_ms", variable = "SETTLE_MS", default = "auto",
        read = values.either("auto", number(0, 600000)), accepts = "auto, or whole milliseconds, 0 to 600000",
        about = "between a paste and its submit key" },
    { name = "TmuxSocket", field = "tmux_socket", variable = "TMUX_SOCKET", none = "(tmux's own)", read = text,
        posix = true, accepts = "the path of a tmux socket, or its name as tmux -L takes it",
        about = "which tmux server (3.2 or later); default: that of $TMUX, else tmux's own" },
    { name = "StageTimeout", field = "stage_timeout", variable = "STAGE_TIMEOUT", default = 900,
        read = number(1, 604800), accepts = "whole seconds, 1 to 604800", about = "for each command of the team" },
    { name = "Workers", field = "workers", variable = "WORKERS", none = "(all)", read = values.names,
        accepts = "names of workers, with commas between them",
        about = "narrows sending and waiting; without all markers the verdict is not PASS" },
    { name = "Factory", field = "factory", variable = "FACTORY", default = "auto",
        read = values.either("auto", "python", "builtin", command(RUN_LEVEL)),
        later = "builtin", accepts = "auto, python or a command",
        about = "what runs steps 5, 6, 10 and 11; auto: python where tools/codex/factory is there" },
    { name = "OpenCommand", field = "open_command", variable = "OPEN_COMMAND", none = "(none)", read = command(),
        accepts = "a command", about = "`dispatch open`: what opens one worker's window, in place of a launcher" },
    { name = "WorkerCommand", field = "worker_command", variable = "WORKER_COMMAND", none = "(your shell)",
        read = command(), accepts = "a command", about = "`dispatch open`: what runs in a worker's window" },
    { name = "Launcher", field = "launcher", variable = "LAUNCHER", default = "auto",
        read = one_of "auto tmux xterm wt console code", accepts = "auto, tmux, xterm or code",
        on_windows = "auto, wt, console or code",
        about = "`dispatch open`: the terminal or editor of a worker's window; code: VS Code, wt: Windows Terminal" },
    { name = "GateCommand", field = "gate_command", variable = "GATE_COMMAND", none = "(none)",
        read = command(RUN_LEVEL), later = true, accepts = "a command",
        about = "the meaningful gate of the built-in factory" },
    { name = "Jobs", field = "jobs", variable = "JOBS", default = 5, read = number(1, 1000),
        later = true, accepts = "a whole number, 1 to 1000", about = "with -Via exec: workers at a time" },
    { name = "Resend", field = "resend", switch = true, default = false,
        about = "paste again what an earlier attempt of this RUN_ID already pasted" },
    { name = "WhatIf", field = "what_if", switch = true, default = false,
        about = "say what would be done, touch nothing" },
    { name = "ShowConfig", field = "show_config", switch = true, default = false,
        about = "print every setting with its value and where it came from" },
    { name = "Report", field = "report", variable = "REPORT", default = "md", read = one_of "md html",
        accepts = "md or html",
        about = "html: a self-contained page beside the report, pictures inside" },
    { name = "Events", field = "events", variable = "EVENTS", default = "off", read = one_of "off json",
        accepts = "json or off", about = "one JSON object a line on stdout, in place of the progress view" },
    { name = "Root", field = "root", read = values.folder(M.on_windows), none = "(found)", accepts = "a folder",
        about = "the project; default: the nearest folder upwards that has tools/codex" },
    { name = "Help", field = "help", switch = true, default = false, about = "say how this is used" },
}

-- --------------------------------------------------------------------------------------------------------------- flags

local folded = values.folded

local by_flag = {}
for _, setting in ipairs(M.TABLE) do by_flag[folded(setting.name)] = setting end
by_flag.h, by_flag["?"] = by_flag.help, by_flag.help

---@return boolean                    is this setting one of the system that we run on?
function M.here(setting) return not (setting.posix and M.on_windows) end

---@return setting? setting, string? given     the flag as it was written, and what stands behind : or =
---@return string? value
local function flag_in(argument)
    local given, name, sign, value = argument:match "^(%-%-?([%a?][%w_-]*))([:=]?)(.*)$"
    if not given or (sign == "" and value ~= "") then return nil end
    return by_flag[folded(name)], given, sign ~= "" and value or nil
end

local function unknown(given)
    local names = {}
    for _, setting in ipairs(M.TABLE) do names[#names + 1] = M.here(setting) and "-" .. setting.name or nil end
    local near = values.nearest(given, names)
    return ("%s: no such flag; %s"):format(given, near and ("did you mean %s?"):format(near)
        or "`dispatch help settings` lists them")
end

---A word that stands where only flags do.
local function no_flag(word, found)
    if not found.run_id and values.like_run_id(word) then return ("%s: did you mean -RunId %s?"):format(word, word) end
    return word .. ": what is this? A flag begins with a dash, a list has commas and no blanks, a value with blanks is "
        .. "quoted"
end

local SWITCH = { ["$true"] = true, ["true"] = true, ["1"] = true, ["$false"] = false, ["false"] = false, ["0"] = false }

local function read_switch(given, value)
    local state = value == nil or SWITCH[values.trim(value):lower()]
    if state == nil then return nil, ("%s: '%s' is not $true or $false"):format(given, value) end
    return state
end

---One flag and its value from argv[at] on.
---@return table? source              {state} or {text}; from, given
---@return integer|string at          of the last argument that it took; or what is wrong
local function take(argv, at, setting, given, value)
    local source = { from = "-" .. setting.name, given = given }
    if setting.switch then
        local message
        source.state, message = read_switch(given, value)
        if source.state == nil then return nil, message end
        return source, at
    end
    if value == nil or value == "" and argv[at]:find ":$" then
        at = at + 1
        value = argv[at]
        if value == nil or flag_in(value) then
            return nil, ("%s: its value is missing; it accepts %s"):format(given, values.accepts(setting))
        end
    end
    source.text = value
    return source, at
end

---@return table? found               {field = source}, and what is no flag under [1], [2], …
---@return string? message
local function read_flags(argv)
    local found, at = {}, 1
    while argv[at] do
        local setting, given, value = flag_in(argv[at])
        if argv[at] == "--" then
            return table.move(argv, at + 1, #argv, #found + 1, found)
        elseif given and not setting then
            return nil, unknown(given)
        elseif not setting then
            found[#found + 1] = argv[at]
        elseif found[setting.field] then
            return nil, given .. ": given twice"
        else
            local source, last = take(argv, at, setting, given, value)
            if not source then return nil, last end
            found[setting.field], at = source, last
        end
        at = at + 1
    end
    return found
end

-- -------------------------------------------------------------------------------------------------------------- values

local function variables(setting)
    if not setting.variable then return {} end
    local long = "FACTORY_DISPATCH__" .. setting.variable
    return setting.flat and { "FACTORY_" .. setting.variable, long } or { long }
end

local function from_environment(setting, getenv)
    for _, name in ipairs(variables(setting)) do
        local value = getenv(name)
        if value and values.trim(value) ~= "" then return { text = value, from = name } end
    end
end

local function read_value(setting, source)
    if source.state ~= nil then return source.state end
    local value, why = setting.read(values.trim(source.text))
    if value == nil then
        return nil, ("%s: '%s' %s; it accepts %s"):format(source.given or source.from,
            characters.reveal(source.text), why or "is not one of its values", values.accepts(setting))
    end
    return value
end

---Reads flags and environment.
---@param argv string[]
---@param options? {getenv?: (fun(name: string): string?), positional?: integer, requires?: string[], only?: table}
---       positional: how many arguments that are no flags may stand there (default 0; math.huge: any number); they are
---       cfg[1], cfg[2], …   requires: flags that must be given, e.g. { "RunId" }   only: whose variables are read
---@return table? cfg                 {field = value, origin = {field = "-Flag" | "FACTORY_…" | "default"}}
---@return string? message, string? code     EINVAL: exit with 64
function M.parse(argv, options)
    options = options or {}
    for key in pairs(options) do
        if key ~= "getenv" and key ~= "positional" and key ~= "requires" and key ~= "only" then
            error(("settings.parse: unknown option '%s'; getenv, positional, requires, only"):format(key), 2)
        end
    end
    local found, message = read_flags(argv)
    if not found then return nil, message, "EINVAL" end
    local cfg = { origin = {}, table.unpack(found) }
    if found.help and found.help.state then
        cfg.help = true
        return cfg
    end
    if #found > (options.positional or 0) then
        return nil, no_flag(found[(options.positional or 0) + 1], found), "EINVAL"
    end
    for _, setting in ipairs(M.TABLE) do
        local read = not options.only or options.only[setting.field]
        local source = found[setting.field] or read and from_environment(setting, options.getenv or os.getenv)
        local value, why = setting.default
        if source then
            if not M.here(setting) then return nil, source.from .. ": not on Windows; leave it out", "EINVAL" end
            value, why = read_value(setting, source)
            if value == nil then return nil, why, "EINVAL" end
        end
        cfg[setting.field], cfg.origin[setting.field] = value, source and source.from or "default"
    end
    for _, name in ipairs(options.requires or {}) do
        local setting = by_flag[folded(name)]
        if cfg[setting.field] == nil then
            return nil, ("-%s is missing: give %s"):format(setting.name, values.accepts(setting)), "EINVAL"
        end
    end
    return cfg
end

---What was chosen and this build cannot do. A run that went on would report a choice that nobody followed.
---@param cfg table
---@return string? message
function M.not_yet(cfg)
    for _, setting in ipairs(M.TABLE) do
        local from = cfg.origin[setting.field]
        if setting.later == true and from ~= "default" then return from .. ": not in this build; leave it out" end
        if setting.later and setting.later == cfg[setting.field] then
            return ("%s %s: not in this build; leave it out"):format(from, setting.later)
        end
    end
end

---The value of one flag, before anything else is known (where to look for the flow: -Root). Never refuses.
---@return string?
function M.value_of(argv, name)
    local found = read_flags(argv) or {}
    local source = found[by_flag[folded(name)].field]
    return source and source.text and values.trim(source.text)
end

---Is one of the arguments --help, -h or -?
---@return boolean
function M.asks_help(argv)
    for _, argument in ipairs(argv) do
        if argument == "--" then return false end
        if flag_in(argument) == by_flag.help then return true end
    end
    return false
end

---Narrows the flow's workers by -Workers, in the flow's order.
---@param cfg table
---@param all string[]
---@return string[]? workers
---@return string? message, string? code     EINVAL: exit with 64
function M.chosen_workers(cfg, all)
    if not cfg.workers then return all end
    local wanted, chosen = {}, {}
    for _, name in ipairs(cfg.workers) do wanted[name] = true end
    for _, name in ipairs(all) do
        if wanted[name] then chosen[#chosen + 1], wanted[name] = name, nil end
    end
    local stranger = next(wanted)
    if not stranger then return chosen end
    for _, name in ipairs(cfg.workers) do stranger = wanted[name] and name or stranger end
    return nil, ("%s: '%s' is no worker of this flow; its workers are %s"):format(cfg.origin.workers, stranger,
        table.concat(all, ", ")), "EINVAL"
end

-- ------------------------------------------------------------------------------------------------------------ the rest

---Every variable of ours. They are taken out of the environment of every child: the Python factory reads flat FACTORY_*
---names as its own configuration and dies of ours.
---@return string[]
function M.names_to_unset()
    local names = {}
    for _, setting in ipairs(M.TABLE) do
        table.move(variables(setting), 1, 2, #names + 1, names)
    end
    return names
end

---Each setting as the report and -ShowConfig show it.
---@return {name: string, value: string, from: string}[]
function M.described(cfg)
    local rows = {}
    for _, setting in ipairs(M.TABLE) do
        local value, from = cfg[setting.field], cfg.origin[setting.field] or "default"
        if setting.name ~= "Help" and M.here(setting) and (setting.later ~= true or from ~= "default") then
            rows[#rows + 1] = { name = setting.name, from = from,
                value = value == nil and setting.none or values.show(value) }
        end
    end
    return rows
end

---@return string                     what -ShowConfig prints
function M.show(cfg)
    local rows, widths = M.described(cfg), { 0, 0 }
    for _, row in ipairs(rows) do
        widths[1] = math.max(widths[1], #row.name)
        widths[2] = math.max(widths[2], utf8.len(row.value) or #row.value)
    end
    local lines = {}
    for i, row in ipairs(rows) do
        lines[i] = ("%s%s  %s%s  %s\n"):format(row.name, (" "):rep(widths[1] - #row.name), row.value,
            (" "):rep(widths[2] - (utf8.len(row.value) or #row.value)), row.from)
    end
    return table.concat(lines)
end

---The variables that a setting is read from, for `dispatch help`.
---@return string[]
M.variables = variables

---Is there a person's terminal to draw on? TERM=dumb has no cursor to move; NO_COLOR is https://no-color.org.
---@return {colours: boolean}?        nil: plain lines
function M.live_view(getenv)
    getenv = getenv or os.getenv
    local kind = getenv "TERM" or M.on_windows and "console" or ""   -- it has no other kind
    if not term.is_tty "out" or kind == "" or kind == "dumb" then return nil end
    return { colours = (getenv "NO_COLOR" or "") == "" }
end

---@return string?                    the X11 display of this session
function M.display(getenv) return (getenv or os.getenv) "DISPLAY" end

---@return boolean                    is this a Wayland session?
function M.on_wayland(getenv) return ((getenv or os.getenv) "WAYLAND_DISPLAY" or "") ~= "" end

---@return string?                    where a program keeps what it remembers of its user (XDG base directories, or
---                                   LOCALAPPDATA); nil: there is no home
function M.state_folder(getenv)
    getenv = getenv or os.getenv
    local state, home, windows = getenv "XDG_STATE_HOME", getenv "HOME", getenv "LOCALAPPDATA"
    if M.on_windows and windows then return (windows:gsub("\\", "/")) .. "/dispatch" end
    if state and state:sub(1, 1) == "/" then return state .. "/dispatch" end
    return home and home ~= "" and home .. "/.local/state/dispatch" or nil
end

---@return string                     where throw-away folders go
function M.temporary_folder(getenv)
    getenv = getenv or os.getenv
    local folder = getenv "TMPDIR" or getenv "TEMP" or getenv "TMP"
    if M.on_windows and folder then folder = folder:gsub("\\", "/") end
    return folder and folder ~= "" and (folder:gsub("/+$", "")) or "/tmp"
end

return M
