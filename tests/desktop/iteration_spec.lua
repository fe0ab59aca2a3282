-- Whole runs from the command line on real windows: every stop condition of the contract, Ctrl-C, kill -9 and the same
-- command again. The workers are those of `dispatch demo`: raw terminals, bracketed paste, a composer.
local expect = require "expect"
local project = require "project"
local tmux_server = require "tmux_server"
local x11_display = require "x11_display"
local digest = require "digest"
local lock = require "lock"
local clock = require "clock"
local process = require "process"
local test = expect.test

local SECONDS = 60
local FACTORY = [[
cd "$(dirname "$0")" || exit 9
[ -f "$1.says" ] && cat "$1.says"
[ -f "$1.hangs" ] && { echo $$ > "$1.pid"; sleep 600; }
[ -f "$1.fails" ] && { echo "$1: it broke" >&2; exit 1; }
exit 0
]]

local Run = {}
Run.__index = Run

local function new()
    local at = project.new()
    project.zip(at, project.prompts(at))
    expect.write(at.root .. "/factory/stub.sh", FACTORY)
    return setmetatable({ at = at }, Run)
end

---@return string[] argv              a worker that takes its prompt and writes its marker
function Run:worker(worker)
    local sha256 = digest.sha256((project.prompt(self.at, worker):gsub("%s+$", "")))
    return { expect.binary(), "demo", "--worker", worker, "--title", self.at:title(worker), "--sha256", sha256,
        "--folder", self.at.root }
end

local function words(argv)
    local quoted = {}
    for i, word in ipairs(argv) do quoted[i] = tmux_server.quoted(word) end
    return table.concat(quoted, " ")
end

---A worker in a pane. silent: reads all, says nothing, writes no marker.
function Run:pane(worker, silent)
    if silent then return self.server:reader { title = self.at:title(worker) } end
    return self.server:pane { title = self.at:title(worker),
        run = "cd " .. tmux_server.quoted(self.at.root) .. " && exec " .. words(self:worker(worker)) }
end

---Panes for all workers but those in `other` (worker = "silent" | false).
function Run:panes(other)
    self.server, self.pane_of = tmux_server.start(), {}
    for _, worker in ipairs(project.WORKERS) do
        local manner = (other or {})[worker]
        if manner ~= false then self.pane_of[worker] = self:pane(worker, manner == "silent") end
    end
    self.where = { "-Via", "tmux", "-TmuxSocket", self.server.socket }
end

function Run:argv(...)
    local argv = { expect.binary(), "run_iter.lua", "-RunId", self.at.run_id, "-Root", self.at.root, "-Factory",
        ("sh '%s/factory/stub.sh'"):format(self.at.root), "-BetweenWorkersDelayMs", "0" }
    table.move(self.where, 1, #self.where, #argv + 1, argv)
    return table.move({ ... }, 1, select("#", ...), #argv + 1, argv)
end

---Runs to its end.
function Run:go(...)
    local argv = self:argv(...)
    argv.env, argv.unset, argv.seconds = self.env, self.env and {} or { "DISPLAY", "TMUX" }, SECONDS
    self.got = expect.run(argv)
    self.page = expect.read(self.at:report()) or ""
    return self.got
end

---Runs, and expects that it stops at a step with a code.
function Run:stops(step, code, ...)
    local got = self:go(...)
    expect.contains(self.page, "BLOCKED at " .. step, got.out .. got.err)
    expect.contains(self.page, "(`" .. code .. "`)")
    expect.equal(got.exit, 2)
end

function Run:screen(worker) return self.server:run("capture-pane", "-p", "-t", self.pane_of[worker].id) end

function Run:untouched(...)
    for _, worker in ipairs { ... } do
        expect.matches(self:screen(worker), "^sample worker " .. worker .. "\n>%s*$")
    end
end

---How often the worker took its prompt.
function Run:taken(worker)
    local screen = self:screen(worker)
    local _, working = screen:gsub("working on %x+", "")
    local _, did = screen:gsub("did %x+:", "")
    return working + did
end

test("five panes: PASS, five times submitted", function()
    local r = new()
    r:panes()
    local got = r:go()
    expect.equal(got.exit, 0, got.out .. got.err)
    expect.matches(r.page, "^# 20261122_1: PASS\n")
    for _, worker in ipairs(project.WORKERS) do
        expect.equal(r:taken(worker), 1)
        expect.contains(got.out, worker)
    end
    expect.contains(r.page, "5 submitted")
end)

test("no window: named with what comes near it; nothing is sent to the others", function()
    local r = new()
    r:panes { Z_aggregator = false }
    r.server:reader { title = "HITECHOS_Z_aggregator_20261122_10" }
    r:stops("dispatch", "ENOWINDOW", "-WindowReadyTimeout", "1")
    expect.contains(r.page, "HITECHOS_Z_aggregator_20261122_10")
    r:untouched("A_core", "B_tooling", "C_features", "D_validation")
end)

test("two windows with one title: refused, nothing is sent", function()
    local r = new()
    r:panes()
    r:pane("C_features", true)
    r:stops("dispatch", "EAMBIGUOUS")
    r:untouched(table.unpack(project.WORKERS))
end)

test("a pane at a shell: refused, nothing is sent", function()
    local r = new()
    r:panes { D_validation = false }
    local shell = r.server:pane { name = r.at:title "D_validation", token = r.at:title "D_validation",
        run = "exec sh -i" }
    expect.eventually("a prompt", 10, function()
        return r.server:run("capture-pane", "-p", "-t", shell.id):find "[#$]"
    end)
    r:stops("dispatch", "EREFUSED", "-WindowReadyTimeout", "2")
    r:untouched("A_core", "B_tooling", "C_features", "Z_aggregator")
end)

test("marker time-out: the worker is named", function()
    local r = new()
    r:panes { B_tooling = "silent" }
    r:stops("wait_done", "ETIMEOUT", "-WorkerDoneTimeout", "2")
    expect.contains(r.page, "B_tooling: nothing at")
    expect.lacks(r.page, "A_core: nothing at")
end)

test("a wrong marker: what stands in it is said", function()
    local r = new()
    r:panes { B_tooling = "silent" }
    expect.write(r.at:marker "B_tooling", "DONE 20261122_1 A_core\n")
    r:stops("wait_done", "ETIMEOUT", "-WorkerDoneTimeout", "2")
    expect.contains(r.page, "another worker's")
end)

for stage, step in pairs { launch = "launch", ["bundle-validate"] = "bundle_validate", integrate = "integrate" } do
    test("a failing " .. stage .. " stops the run", function()
        local r = new()
        r:panes()
        expect.write(r.at.root .. "/factory/" .. stage .. ".fails", "")
        r:stops(step, "ESTAGE")
        expect.contains(r.page, "it broke")
        if stage == "launch" then r:untouched(table.unpack(project.WORKERS)) end
    end)
end

test("a failing gate stops the run", function()
    local r = new()
    r:panes()
    expect.write(r.at.root .. "/factory/integrate.says", '{"status":"PASS","meaningful_gate":{"verdict":"BLOCKED"}}')
    r:stops("integrate", "EGATE")
    expect.contains(r.page, "gate: BLOCKED")
end)

---Starts a run and waits until its journal has this text.
function Run:begin(text, ...)
    local child = expect.ok(process.spawn(self:argv(...), { unset = { "DISPLAY", "TMUX" },
        out = self.at.root .. "/out", err = self.at.root .. "/err" }))
    expect.after(function() child:close() end)
    expect.eventually(text, SECONDS, function() return (expect.read(self.at:journal()) or ""):find(text, 1, true) end)
    return child
end

local function signal(child, name)
    expect.equal(expect.run { "kill", "-" .. name, tostring(child:pid()) }.exit, 0)
    expect.ok(require "wait".any({ child }, clock.now() + SECONDS))
    return child:status()
end

for _, name in ipairs { "INT", "TERM", "HUP" } do
    test("SIG" .. name .. " while it waits: a report, exit 130; the same command sends nothing twice", function()
        local r = new()
        r:panes { B_tooling = "silent" }
        local status = signal(r:begin '"step.start","step":"wait_done"', name)
        expect.equal(status.exit, 130)
        expect.contains(expect.read(r.at:report()), "INTERRUPTED at wait_done")
        expect.ok(lock.take(r.at:lock())):close()
        expect.write(r.at:marker "B_tooling", "DONE 20261122_1 B_tooling\n")
        expect.equal(r:go().exit, 0, r.got.out)
        for _, worker in ipairs { "A_core", "C_features", "D_validation", "Z_aggregator" } do
            expect.equal(r:taken(worker), 1)
        end
    end)
end

test("SIGINT while a stage hangs: the stage ends with us", function()
    local r = new()
    r:panes()
    expect.write(r.at.root .. "/factory/launch.hangs", "")
    local child = r:begin '"ev":"stage.start"'
    local pid = expect.eventually("the stage", SECONDS, function()
        return (expect.read(r.at.root .. "/factory/launch.pid") or ""):match "%d+"
    end)
    expect.equal(signal(child, "INT").exit, 130)
    expect.contains(expect.read(r.at:report()), "INTERRUPTED at launch")
    expect.equal(expect.run({ "kill", "-0", pid }).exit, 1)
    r:untouched(table.unpack(project.WORKERS))
end)

test("kill -9 while it waits: the lock is free, the same command sends nothing twice", function()
    local r = new()
    r:panes { B_tooling = "silent" }
    local status = signal(r:begin '"ev":"send.receipt","worker":"Z_aggregator"', "KILL")
    expect.equal(status.signal, 9)
    expect.write(r.at:marker "B_tooling", "DONE 20261122_1 B_tooling\n")
    expect.equal(r:go().exit, 0, r.got.out)
    for _, worker in ipairs { "A_core", "C_features", "D_validation", "Z_aggregator" } do
        expect.equal(r:taken(worker), 1)
    end
    expect.contains(expect.read(r.at:attempt(1) .. "/DISPATCH_REPORT.md"), "ENDED WITHOUT A VERDICT")
end)

-- On X11 --------------------------------------------------------------------------------------------------------------

---Xterms for all workers but those in `without`.
function Run:xterms(without)
    self.display = x11_display.start()
    for _, worker in ipairs(project.WORKERS) do
        if not (without or {})[worker] then
            local argv = { "xterm", "-u8", "-geometry", "78x8", "-T", self.at:title(worker), "-e" }
            for _, word in ipairs(self:worker(worker)) do argv[#argv + 1] = word end
            local xterm = expect.ok(process.spawn(argv, { env = self.display.env, cwd = self.at.root }))
            expect.after(function()
                xterm:kill(clock.now() + 2)
                xterm:close()
            end)
        end
    end
    self.where = { "-Via", "x11" }
    self.env = self.display.env
end

test("five xterms: PASS, and what the markers prove is said", function()
    local r = new()
    r:xterms()
    local got = r:go()
    expect.equal(got.exit, 0, got.out .. got.err)
    expect.contains(r.page, "5 unobservable and arrived")
end)

test("a focus that cannot be had: after the retries the run stops, with a picture", function()
    local r = new()
    r:xterms()
    r.display:puppet("window", "another one", "stubborn"):await "shown"
    r:stops("dispatch", "EFOCUS", "-FocusRetries", "1")
    expect.contains(r.page, "![SEND")
    expect.contains(r.page, "**not_submitted**")
end)

test("two windows with one title on X11: refused", function()
    local r = new()
    r:xterms()
    r.display:puppet("window", r.at:title "A_core", "log"):await "shown"
    local desktop = r.display:open()
    expect.eventually("the window manager lists both", 20, function()
        local count = 0
        for _, w in ipairs(desktop:list()) do
            count = count + (w.title:find(r.at:title "A_core", 1, true) and 1 or 0)
        end
        return count == 2
    end)
    desktop:close()
    r:stops("dispatch", "EAMBIGUOUS")
end)

-- -Via auto -----------------------------------------------------------------------------------------------------------

test("auto takes tmux where all titles are panes", function()
    local r = new()
    r:panes()
    r.where = { "-TmuxSocket", r.server.socket }
    local got = r:go()
    expect.equal(got.exit, 0, got.out .. got.err)
    expect.contains(r.page, "tmux")
end)

test("auto refuses a mix, and says what is where", function()
    local r = new()
    r:xterms { A_core = true }
    r.server, r.pane_of = tmux_server.start(), {}
    r:pane "A_core"
    r.where = { "-TmuxSocket", r.server.socket }
    expect.eventually("four xterms", SECONDS, function()
        return #expect.ok(r.display:open():list()) >= 4
    end)
    r:stops("dispatch", "EAMBIGUOUS")
    expect.contains(r.page, "not all of one kind")
end)

test("auto with neither display nor tmux server says what is missing", function()
    local r = new()
    r.where = { "-TmuxSocket", r.at.root .. "/no-socket" }
    r:stops("ensure_ahk", "ENODISPLAY")
    expect.contains(r.page, "nowhere to send to")
end)
