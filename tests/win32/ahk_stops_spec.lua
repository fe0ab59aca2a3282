-- What stops a run with AutoHotkey: it is missing, too old, its script is wrong, it hangs, it is killed. Each ends in a
-- report that says of each worker what became of its prompt, and the run after it goes on there.
local expect = require "expect"
local iteration = require "iteration"
local leftovers = require "leftovers"
local places = require "places"
local stage = require "stage"
local find = require "dispatch.ahk.find"
local layout = require "dispatch.layout"
local runtime = require "dispatch.ahk.runtime"
local process = require "process"
local test = expect.test

local function new()
    local it = iteration.new(places.windows "ahk")
    it:workers()
    return it, leftovers.before(it)
end

--- The project's own template: the built-in one, changed; nil: the built-in one again.
local function template(it, pattern, replacement)
    local path = layout.ahk_template(it.root)
    if not pattern then return os.remove(path) end
    local text, changes = runtime.template():gsub(pattern, function() return replacement end)
    assert(changes == 1, pattern)
    expect.write(path, text)
end

-- Which ---------------------------------------------------------------------------------------------------------------

test("none is here, and no winget: the run stops before anybody is sent to, and says what to install", function()
    if find.find() then expect.elsewhere "this machine has an AutoHotkey of its own" end
    if process.which "winget" then expect.elsewhere "this machine has a winget, which would install one" end
    local it, left = new()
    local run = it:blocks("ensure_ahk", "ENOENT", { AhkExe = false }, { "not in the registry, on PATH or in the usual",
        "there is no winget", "install AutoHotkey v2", "-AhkExe", "-Via win32" })
    expect.contains(run:top(), "Where AutoHotkey is missing: install version 2")
    expect.equal(it:stages(), { "launch", "worktrees" })
    it:expect_untouched()
    left:check "none"
end)

test("only a version 1: a dry run says so; where all markers stand none is needed", function()
    local it, left = new()
    local too_old = places.AUTOHOTKEY:gsub("V2", "")
    local run = it:run { AhkExe = too_old, "-WhatIf" }
    expect.equal(run.exit, 2, run.err)
    expect.matches(run.out, "ensure_ahk +blocked[^\n]*AutoHotkey%.exe is AutoHotkey 1")
    for _, worker in ipairs(iteration.WORKERS) do it:mark(worker) end
    expect.equal(it:run({ AhkExe = too_old, "-WhatIf" }).exit, 0)
    it:passes { AhkExe = too_old }
    it:expect_untouched()
    left:check "not needed"
end)

test("winget cannot install one: its words are in the report", function()
    if find.find() then expect.elsewhere "this machine has an AutoHotkey of its own" end
    local it, left = new()
    local programs = it.root .. "/programs"
    expect.write(programs .. "/winget.exe", expect.read(expect.binary()))       -- which knows no command `install`
    it.place.env.PATH = programs .. ";" .. os.getenv "PATH"
    it:blocks("ensure_ahk", "EIO", { AhkExe = false }, { "winget could not install it (exit status 64: ", "install",
        "-Via win32" })
    it:expect_untouched()
    left:check "winget"
end)

test("a version 1 is refused by its name", function()
    local it, left = new()
    local run = it:blocks("ensure_ahk", "EUNSUPPORTED", { AhkExe = (places.AUTOHOTKEY:gsub("V2", "")) },
        { "AutoHotkey.exe is AutoHotkey 1.1", "version 2 is needed" })
    expect.contains(run:top(), "install version 2 beside it")
    it:expect_untouched()
    left:check "a version 1"
end)

-- Its script ----------------------------------------------------------------------------------------------------------

test("a template with a mistake: the line is named, and what the script is made of", function()
    local it, left = new()
    template(it, "\n    Send keys\n", "\n    Send keys (\n")
    local run = it:blocks("ensure_ahk", "EIO", {}, { "AutoHotkey ended", "DISPATCH_RUNTIME.ahk (100)", 'Missing ")"' })
    expect.contains(run:top(), "`tools/codex/dispatch/ahk_template.ahk`")
    it:expect_untouched()
    left:check "a mistake"
end)

-- Runs `body` in AutoHotkey in place of the nth key of the run. Each prompt takes two: its chord and the submit key.
local function at_key(it, n, body)
    template(it, "\n    Send keys\n",
        ("\n    static n := 0\n    if ++n = %d {\n%s\n    }\n    Send keys\n"):format(n, body))
end

local HANG = "        Critical\n        loop {\n        }"
local B_PASTE, B_KEY = 3, 4

local NOT = "%*%*not sent%*%*"

--- What the report says of each worker's receipt: patterns.
local function expect_table(run, ...)
    for i, word in ipairs { ... } do
        local worker = iteration.WORKERS[i]
        expect.matches(run.page, ("\n| %s |[^\n]*| %s[^|\n]*|[^|\n]*|\n"):format(worker, word), worker)
    end
end

--- The next run, with the built-in template: who got the prompt does not get it again, the others do.
local function goes_on(it)
    template(it, nil)
    it:passes()
    it:expect_whole()
end

test("it hangs at a paste: it is ended, the worker is named, and the next run goes on there", function()
    local it, left = new()
    at_key(it, B_PASTE, HANG)
    local run = it:blocks("dispatch", "ETIMEOUT", {}, { "B_tooling: AutoHotkey gave no sign of life for 5 s and was",
        "not sent: C_features, D_validation, Z_aggregator" })
    expect.contains(run:top(), "Where AutoHotkey hung")
    expect_table(run, "submitted", "%*%*not_submitted%*%*", NOT, NOT, NOT)
    expect.equal(it:pastes(), iteration.once { "A_core" })
    left:check "hung at a paste"
    goes_on(it)
    left:check "the next run"
end)

test("it hangs at the submit key: whether that went out is not known; the prompt is not sent again", function()
    local it, left = new()
    at_key(it, B_KEY, HANG)
    local run = it:blocks("dispatch", "EIO", {}, { "C_features: AutoHotkey", "was ended", "not sent: D_validation" })
    expect_table(run, "submitted", "%*%*unobservable%*%*", "%*%*not_submitted%*%*", NOT, NOT)
    expect.matches(run.page, "\n| B_tooling |[^\n]*paste=whole: whether the key went out is not known: AutoHotkey")
    expect.equal(it:pastes(), iteration.once { "A_core", "B_tooling" })
    expect.equal(it:submits(), iteration.once { "A_core" })
    left:check "hung at the key"
    it:mark "B_tooling"                          -- a person saw it there, and pressed Enter
    template(it, nil)
    it:passes()
    it:expect_whole(iteration.but "B_tooling")
    expect.equal(it:pastes(), iteration.once())
end)

test("it is killed between two workers: who has the prompt is said, and the next run goes on there", function()
    local it, left = new()
    local run = it:meanwhile({ ev = "send.receipt", worker = "B_tooling" }, function()
        local pid = expect.truthy(stage.processes(leftovers.AUTOHOTKEY)[1], "AutoHotkey")
        expect.equal(expect.run { "taskkill", "/F", "/PID", pid, seconds = stage.SECONDS }.exit, 0)
    end)
    run:blocks("dispatch", "EIO", { "C_features: AutoHotkey ended", "not sent: D_validation, Z_aggregator" })
    expect.contains(run:top(), "Where AutoHotkey ended")
    expect_table(run, "submitted", "submitted", "%*%*not_submitted%*%*", NOT, NOT)
    expect.equal(it:pastes(), iteration.once { "A_core", "B_tooling" })
    left:check "killed"
    goes_on(it)
    left:check "the next run"
end)
