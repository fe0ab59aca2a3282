local expect = require "expect"
local settings = require "dispatch.settings"
local test = expect.test

---@param argv string[]
---@param environment? table<string, string>
local function parse(argv, environment, options)
    options = options or {}
    options.getenv = function(name) return (environment or {})[name] end
    return settings.parse(argv, options)
end

local function value(field, argv, environment)
    return expect.ok(parse(argv, environment))[field]
end

-- The table of settings in the manual: flag, field, variable, flat form too, default, values that are taken (as
-- text = value), values that are not.
local TABLE = {
    { "SendMode", "send_mode", "SEND_MODE", true, "enter",
        { enter = "enter", ctrl_enter = "ctrl_enter", both = "both", Enter = "enter", [" both "] = "both" },
        { "", "ctrl-enter", "return", "enter both" } },
    { "WindowReadyTimeout", "window_ready_timeout", "WINDOW_READY_TIMEOUT", true, 120,
        { ["1"] = 1, ["86400"] = 86400, [" 30 "] = 30, ["007"] = 7 },
        { "0", "86401", "-1", "1.5", "1e3", "0x10", "ten", "1 0", "99999999999999999999" } },
    { "WorkerDoneTimeout", "worker_done_timeout", "WORKER_DONE_TIMEOUT", true, 3600,
        { ["1"] = 1, ["604800"] = 604800 }, { "0", "604801", "1h" } },
    { "BetweenWorkersDelayMs", "between_workers_delay_ms", "BETWEEN_WORKERS_DELAY_MS", true, 700,
        { ["0"] = 0, ["600000"] = 600000 }, { "-1", "600001", "700ms" } },
    { "WindowMatchRetries", "window_match_retries", "WINDOW_MATCH_RETRIES", true, 3, { ["0"] = 0 }, { "-1", "x" } },
    { "FocusRetries", "focus_retries", "FOCUS_RETRIES", true, 3, { ["0"] = 0 }, { "-1", "x" } },
    { "AhkExe", "ahk_exe", "AHK_EXE", true, nil, { [arg[0]] = arg[0] }, { "/no/such/AutoHotkey64.exe", "/" } },
    { "Via", "via", "VIA", false, "auto",
        { auto = "auto", ahk = "ahk", win32 = "win32", x11 = "x11", tmux = "tmux", exec = "exec", X11 = "x11",
            ["fake:a b.lua"] = "fake:a b.lua", ["FAKE:C:/X.lua"] = "fake:C:/X.lua" },
        { "wayland", "fake", "fake:", "fake:x.txt", "x11:0" } },
    { "PromptMode", "prompt_mode", "PROMPT_MODE", false, "auto",
        { auto = "auto", full = "full", pointer = "pointer" }, { "file" } },
    { "PasteKeys", "paste_keys", "PASTE_KEYS", false, nil,
        { ["ctrl+v"] = "ctrl+v", ["Control+Shift+v"] = "ctrl+shift+v", ["shift+Insert"] = "shift+Insert", F5 = "F5",
            f12 = "F12", ["ctrl+enter"] = "ctrl+Return", ["shift+ins"] = "shift+Insert" },
        { "Foobar", "F25", "ctrl+paste", "ctrl+", "+v", "hyper+v", "ctrl", "ctrl v", "ctrl+é" } },
    { "FocusKeys", "focus_keys", "FOCUS_KEYS", false, nil,
        { ['ctrl+shift+p, "Open Codex Sidebar", Return'] =
            { { chord = "ctrl+shift+p" }, { text = "Open Codex Sidebar" }, { chord = "Return" } },
            ["Escape 'i'"] = { { chord = "Escape" }, { text = "i" } }, none = {} },
        { '"no end', "Open Codex Sidebar+", ",", "Foobar", "ctrl+shift+p, Open" } },
    { "SettleMs", "settle_ms", "SETTLE_MS", false, "auto", { auto = "auto", ["0"] = 0, ["250"] = 250 },
        { "-1", "600001", "fast" } },
    { "TmuxSocket", "tmux_socket", "TMUX_SOCKET", false, nil, { ["/tmp/a b"] = "/tmp/a b" }, { "a\nb" } },
    { "StageTimeout", "stage_timeout", "STAGE_TIMEOUT", false, 900, { ["1"] = 1 }, { "0", "x" } },
    { "Workers", "workers", "WORKERS", false, nil,
        { A_core = { "A_core" }, ["A_core,Z_aggregator"] = { "A_core", "Z_aggregator" }, ["A, B"] = { "A", "B" } },
        { ",", "A;B", "A,A", "../A" } },
    { "Factory", "factory", "FACTORY", false, "auto",
        { auto = "auto", python = "python", builtin = "builtin", ["'my factory' {run_id}"] = "'my factory' {run_id}" },
        { "'x", "x {worker}", "x {nonsense}", "''" } },
    { "OpenCommand", "open_command", "OPEN_COMMAND", false, nil,
        { ["x {worktree} {prompt} {worker} {title} {run_dir}"] = "x {worktree} {prompt} {worker} {title} {run_dir}" },
        { '"x', "{x}" } },
    { "WorkerCommand", "worker_command", "WORKER_COMMAND", false, nil, { codex = "codex" }, { "'" } },
    { "Launcher", "launcher", "LAUNCHER", false, "auto", { xterm = "xterm", Code = "code" }, { "kitty" } },
    { "GateCommand", "gate_command", "GATE_COMMAND", false, nil, { ["make check"] = "make check" }, { "x {worker}" } },
    { "Jobs", "jobs", "JOBS", false, 5, { ["1"] = 1 }, { "0", "many" } },
    { "Report", "report", "REPORT", false, "md", { md = "md", html = "html" }, { "pdf" } },
    { "Events", "events", "EVENTS", false, "off", { json = "json", off = "off" }, { "xml" } },
}

local here = {}                                     -- those that this system has
for _, setting in ipairs(settings.TABLE) do here[setting.name] = settings.here(setting) end

local function judge(flag, field, variable, flat, default, good, bad)
    local long, short = "FACTORY_DISPATCH__" .. variable, "FACTORY_" .. variable

    test("-" .. flag .. ": its default, and each value that it takes", function()
        expect.equal(value(field, {}), default)
        for text, want in pairs(good) do
            expect.equal(value(field, { "-" .. flag, text }), want, text)
            expect.equal(value(field, {}, { [long] = text }), want, text)
        end
    end)

    test("-" .. flag .. ": a bad value names the flag or variable, the value and what it accepts", function()
        for _, text in ipairs(bad) do
            local message = expect.refused("EINVAL", "-" .. flag .. ": '", parse { "-" .. flag, text })
            expect.contains(message, "it accepts ")
            if text ~= "" then expect.refused("EINVAL", long .. ": '", parse({}, { [long] = text })) end
        end
    end)

    test("-" .. flag .. ": the flat variable " .. (flat and "counts" or "is not ours"), function()
        local text, want = next(good)
        if flat then
            expect.equal(value(field, {}, { [short] = text, [long] = "no valid value" }), want)
            expect.refused("EINVAL", short .. ": '", parse({}, { [short] = "no valid value", [long] = text }))
        else
            expect.equal(value(field, {}, { [short] = "no valid value" }), default)
        end
    end)
end

for _, row in ipairs(TABLE) do
    if here[row[1]] then judge(table.unpack(row, 1, 7)) end
end

test("a text among -FocusKeys whose quotes were forgotten is told so", function()
    local message = expect.refused("EINVAL", "-FocusKeys: 'ctrl+shift+p, Open'",
        parse { "-FocusKeys", "ctrl+shift+p, Open" })
    expect.contains(message, "has 'Open', which is not a chord: there is no key 'Open'")
    expect.contains(message, "; a text is quoted")
end)

test("the table here is the whole table", function()
    local known = { RunId = true, Resend = true, WhatIf = true, ShowConfig = true, Root = true, Help = true }
    for _, row in ipairs(TABLE) do known[row[1]] = true end
    for _, setting in ipairs(settings.TABLE) do
        expect.truthy(known[setting.name], setting.name)
        known[setting.name] = nil
    end
    expect.equal(next(known), nil)
end)

test("a folder on Windows has no quote in it: a backslash swallowed the closing one, and what stood behind", function()
    local folder = require("dispatch.values").folder
    local value_read, why = folder(true) [[Z:\x" -RunId 20261122_1]]
    expect.equal(value_read, nil)
    expect.contains(why, "leave that \\ out")
    expect.equal(folder(true) [[Z:\x\]], [[Z:\x\]])
    expect.equal(folder(false) [[/a "b"]], [[/a "b"]])
    if not expect.windows then return end
    expect.refused("EINVAL", "leave that \\ out", parse({ "-Root", [[Z:\x" -RunId 20261122_1]] }, {},
        { requires = { "RunId" } }))
end)

test("Windows has no tmux socket: it is not offered there, and refused when it is given", function()
    local was = settings.on_windows
    expect.after(function() settings.on_windows = was end)
    settings.on_windows = true
    expect.refused("EINVAL", "-TmuxSocket: not on Windows", parse { "-TmuxSocket", "x" })
    expect.refused("EINVAL", "_TMUX_SOCKET: not on Windows", parse({}, { FACTORY_DISPATCH__TMUX_SOCKET = "x" }))
    expect.lacks(settings.show(expect.ok(parse {})), "TmuxSocket")
    expect.refused("EINVAL", "accepts auto, wt, console or code", parse { "-Launcher", "kitty" })
    settings.on_windows = false
    expect.contains(settings.show(expect.ok(parse { "-TmuxSocket", "x" })), "TmuxSocket")
end)

test("a flag wins over both variables, the flat one over the other", function()
    local both = { FACTORY_SEND_MODE = "both", FACTORY_DISPATCH__SEND_MODE = "ctrl_enter" }
    expect.equal(value("send_mode", { "-SendMode", "enter" }, both), "enter")
    expect.equal(value("send_mode", {}, both), "both")
    expect.equal(value("send_mode", {}, { FACTORY_DISPATCH__SEND_MODE = "ctrl_enter" }), "ctrl_enter")
end)

test("an empty variable counts as unset, and so does one of blanks", function()
    expect.equal(value("send_mode", {}, { FACTORY_SEND_MODE = "", FACTORY_DISPATCH__SEND_MODE = "both" }), "both")
    expect.equal(value("send_mode", {}, { FACTORY_SEND_MODE = " \t" }), "enter")
end)

test("each setting knows where it came from", function()
    local cfg = expect.ok(parse({ "-Via", "x11" }, { FACTORY_SEND_MODE = "both", FACTORY_DISPATCH__JOBS = "2" }))
    expect.equal(cfg.origin.via, "-Via")
    expect.equal(cfg.origin.send_mode, "FACTORY_SEND_MODE")
    expect.equal(cfg.origin.jobs, "FACTORY_DISPATCH__JOBS")
    expect.equal(cfg.origin.focus_retries, "default")
end)

test("flags have any case, one dash or two, a colon, an equals sign or a blank", function()
    for _, argv in ipairs { { "-RunId", "20261122_1" }, { "-runid:20261122_1" }, { "-RUNID", "20261122_1" },
        { "--run-id", "20261122_1" }, { "--run-id=20261122_1" }, { "--RunId=20261122_1" },
        { "-RunId:", "20261122_1" } } do
        expect.equal(value("run_id", argv), "20261122_1", argv[1])
    end
end)

test("only the first colon or equals sign ends a flag", function()
    expect.equal(value("open_command", { "-OpenCommand:x --a=b:c" }), "x --a=b:c")
    expect.equal(value("root", { [[-Root:C:\a=b]] }), [[C:\a=b]])
end)

test("a switch is on by being there, or says so", function()
    for text, want in pairs { ["-Resend"] = true, ["-resend:$true"] = true, ["--resend=true"] = true,
        ["-Resend:$False"] = false, ["--resend=0"] = false } do
        expect.equal(value("resend", { text }), want, text)
    end
    expect.equal(value("resend", {}), false)
    expect.refused("EINVAL", "$true or $false", parse { "-Resend:maybe" })
end)

test("a switch does not swallow the argument behind it", function()
    local cfg = expect.ok(parse({ "-WhatIf", "title" }, nil, { positional = 1 }))
    expect.equal(cfg.what_if, true)
    expect.equal(cfg[1], "title")
end)

test("an unknown flag is an error that names the nearest known one", function()
    for given, want in pairs { ["-RunIdd"] = "-RunId", ["--send-mod"] = "-SendMode", ["-Worker"] = "-Workers",
        ["-focusretry"] = "-FocusRetries", ["-Window"] = "-WindowReadyTimeout" } do
        expect.refused("EINVAL", given .. ": no such flag; did you mean " .. want .. "?", parse { given })
    end
    expect.refused("EINVAL", "dispatch help settings", parse { "-Zzzzzzzz", "x" })
end)

test("a missing value is an error, also where the next flag stands", function()
    expect.refused("EINVAL", "-SendMode: its value is missing", parse { "-SendMode" })
    expect.refused("EINVAL", "-SendMode: its value is missing", parse { "-SendMode", "-RunId", "x" })
    expect.refused("EINVAL", "-RunId: '' is empty", parse { "-RunId", "" })
    expect.refused("EINVAL", "is out of range", parse { "-WindowReadyTimeout", "-5" })
end)

test("a flag given twice is an error", function()
    expect.refused("EINVAL", "--run-id: given twice", parse { "-RunId", "a", "--run-id", "b" })
end)

test("what is no flag is an error where none may stand", function()
    expect.refused("EINVAL", "B_tooling", parse { "-Workers", "A_core", "B_tooling" })
    local cfg = expect.ok(parse({ "a", "-Via", "x11", "--", "-b" }, nil, { positional = math.huge }))
    expect.equal({ cfg[1], cfg[2], cfg.via }, { "a", "-b", "x11" })
end)

test("a required flag is asked for", function()
    expect.refused("EINVAL", "-RunId is missing", parse({}, nil, { requires = { "RunId" } }))
end)

test("a RUN_ID of any form passes: step 1 judges it", function()
    expect.equal(value("run_id", { "-RunId", "../x y" }), "../x y")
end)

test("help is answered before anything else is looked at", function()
    for _, flag in ipairs { "--help", "-h", "-?", "-Help" } do
        expect.equal(settings.asks_help { "x", flag }, true)
        expect.equal(settings.asks_help { "--", flag }, false)
        expect.equal(value("help", { "-RunId", "x", flag }, { FACTORY_SEND_MODE = "nonsense" }), true, flag)
    end
end)

test("an unknown option of parse is the caller's mistake", function()
    expect.raises("unknown option 'flags'", settings.parse, {}, { flags = 1 })
end)

test("-Workers keeps the flow's order and names a stranger", function()
    local all = { "A_core", "B_tooling", "C_features" }
    expect.equal(settings.chosen_workers({}, all), all)
    expect.equal(settings.chosen_workers(expect.ok(parse { "-Workers", "C_features,A_core" }), all),
        { "A_core", "C_features" })
    local message = expect.refused("EINVAL", "-Workers: 'B_tool' is no worker",
        settings.chosen_workers(expect.ok(parse { "-Workers", "A_core,B_tool" }), all))
    expect.contains(message, "B_tooling")
end)

test("all variables of ours are taken from children, and no other", function()
    local names, seen = settings.names_to_unset(), {}
    for _, name in ipairs(names) do
        expect.matches(name, "^FACTORY_")
        expect.falsy(seen[name], name)
        seen[name] = true
    end
    for _, row in ipairs(TABLE) do
        expect.truthy(seen["FACTORY_DISPATCH__" .. row[3]], row[3])
        expect.equal(seen["FACTORY_" .. row[3]] == true, row[4], row[3])
    end
    expect.equal(#names, #TABLE + 7)
end)

test("-ShowConfig prints every setting that can be set, with its value and where it came from", function()
    local text = settings.show(expect.ok(parse({ "-RunId", "20261122_1" },
        { FACTORY_DISPATCH__FOCUS_KEYS = "ctrl+p 'é'" })))
    expect.matches(text, "\nSendMode +enter +default\n")
    expect.matches(text, "RunId +20261122_1 +%-RunId\n")
    expect.matches(text, '\nFocusKeys +ctrl%+p, "é" +FACTORY_DISPATCH__FOCUS_KEYS\n')
    expect.matches(text, "\nAhkExe +%(found%) +default\n")
    for _, setting in ipairs(settings.TABLE) do
        local shown = ("\n" .. text):find("\n" .. setting.name .. " ", 1, true) ~= nil
        expect.equal(shown, setting.name ~= "Help" and setting.later ~= true and here[setting.name], setting.name)
    end
end)

test("one flag can be read before the others are judged", function()
    expect.equal(settings.value_of({ "-SendMode", "nonsense", "--root=/r " }, "Root"), "/r")
    expect.equal(settings.value_of({ "-Nonsense" }, "Root"), nil)
end)

test("throw-away folders go where the system says", function()
    expect.equal(settings.temporary_folder(function(name) return name == "TMPDIR" and "/x/" or nil end), "/x")
    expect.equal(settings.temporary_folder(function() end), "/tmp")
end)
