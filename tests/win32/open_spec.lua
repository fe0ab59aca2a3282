-- dispatch open on Windows: plain consoles, each in its worktree and with its title; they outlive it.
local clock = require "clock"
local expect = require "expect"
local process = require "process"
local project = require "project"
local stage = require "stage"
local window = require "window"
local test = expect.test

local WORKERS = { "A_core", "B_tooling" }

local function new_project()
    local at = project.new()
    for _, worker in ipairs(WORKERS) do expect.mkdir(at:worktree(worker)) end
    return at
end

---The command as a shell starts it, so that what it opens stays: what expect.dispatch runs ends with all that it made.
local function open(at, ...)
    local out = stage.folder() .. "/open.txt"
    local child <close> = expect.ok(process.spawn({ expect.binary(), "open", "-RunId", at.run_id, "-Root", at.root,
        "-Workers", table.concat(WORKERS, ","), "-WindowReadyTimeout", "60", ... }, { out = out, err = out,
        outlives = true }))
    expect.ok(require "wait".any({ child }, clock.now() + 90))
    return child:status().exit, (expect.read(out):gsub("\r\n", "\n"))
end

---Ends the programs of these windows after the test.
local function end_later(at)
    expect.after(function()
        local desktop <close> = expect.ok(window.open "win32")
        for _, each in ipairs(expect.ok(desktop:list())) do
            if each.title:find(at.run_id, 1, true) then
                process.run({ "taskkill", "/F", "/PID", tostring(each.pid) }, { deadline = clock.now() + 20 })
            end
        end
    end)
end

test("a console for each worker, titled, in its worktree; a second open finds them", function()
    local at = new_project()
    end_later(at)
    local exit, said = open(at, "-Launcher", "console", "-WorkerCommand", "cmd.exe /k cd>where.txt")
    expect.equal(exit, 0, said)
    for _, worker in ipairs(WORKERS) do
        expect.matches(said, "opened +" .. worker .. " +" .. at:title(worker) .. " %(conhost.exe, pid %d+%)")
        local where = expect.eventually("it says where it is", 30, function()
            return (expect.read(at:worktree(worker) .. "/where.txt") or ""):match "^([^\r\n]+)\r?\n"
        end)
        expect.equal(where:gsub("\\", "/"):lower():match "tools/codex/.*", "tools/codex/worktrees/" .. worker:lower())
    end
    exit, said = open(at)
    expect.equal(exit, 0, said)
    expect.matches(said, "^there +A_core [^\n]*\nthere +B_tooling [^\n]*\n$")
end)
