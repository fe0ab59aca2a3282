--- iteration - a whole run as an operator starts it: the built program in a process of its own, a throw-away project
--- with a zip and a factory of a few lines, and five workers in real windows or panes, whose markers the test writes.
--- Where the windows are is a place: `places` of tests/desktop and of tests/win32.
---
---     local it = iteration.new(places.x11(display))            -- or places.tmux(server); places.windows "ahk"
---     it:workers()                                             -- opens their windows
---     local run = it:run { WorkerDoneTimeout = 5 }             -- dispatch run_iter.lua, to its end
---     expect.equal(run.exit, 0)
---     expect.equal(it:pastes(), it:once())                     -- what each of them got
---
--- Each has a RUN_ID, and so titles, of its own: tests share a display. Every run that left a report also shows that
--- the report can be made again from its journal, byte for byte.
local clock = require "clock"
local expect = require "expect"
local project = require "project"
local cjson = require "cjson"
local file = require "file"
local lock = require "lock"
local process = require "process"
local wait = require "wait"
local journal = require "dispatch.journal"
local report = require "dispatch.report"
local settings = require "dispatch.settings"
local strikes = require "strikes"

local M = {}
M.WORKERS = project.WORKERS
M.SECONDS = 30 -- for whatever a test waits for; a loaded machine is slow

-- As project.FACTORY, and STAGE.does is sh, run by the stage ($PPID is dispatch). On Windows there is no sh.
local FACTORY = [[
cd "$(dirname "$0")" || exit 9
stage=$1; [ "$2" = open ] && stage=worktrees
printf '%s\n' "$stage" >> stages
[ -f "$stage.does" ] && . "./$stage.does"
pass='{"status": "PASS", "meaningful_gate": {"verdict": "PASS"}}'
if [ -f "$stage.says" ]; then cat "$stage.says"; else echo "$pass"; fi
[ -f "$stage.fails" ] && { echo "$stage: it broke" >&2; exit 1; }
exit 0
]]

--- What a window's log says of a text.
function M.hash(text)
    local h = 2166136261 -- FNV-1a, as the puppet of tests/desktop says it
    for i = 1, #text do
        h = (h ~ text:byte(i)) * 16777619 & 0xffffffff
    end
    return h
end

-- The project -------------------------------------------------------------------------------------------------------

local Iteration, Run = {}, {}
Iteration.__index, Run.__index = Iteration, Run
local made = 0

local function factory(it)
    if expect.windows then return project.factory(it.at) end
    it:write("factory/run", FACTORY)
    return ("sh '%s/factory/run'"):format(it.root)
end

--- A project with a good zip; no windows yet.
---@param place? place         none: no windows are needed
function M.new(place)
    made = made + 1
    place = place or { flags = {}, env = {} }
    local it = setmetatable({ place = place, opened = {}, idle = {} }, Iteration)
    it.at = project.new(("20261122_%d"):format(made), place.folder)
    it.id, it.root = it.at.run_id, it.at.root
    it.scratch = expect.folder() -- where the run may put throw-away files, and leave none
    it:pack(project.prompts(it.at))
    it.factory = factory(it)
    return it
end

--- Puts these prompts into the zip.
function Iteration:pack(prompts)
    os.remove(self.at:zip())
    project.zip(self.at, prompts)
    self.prompts = prompts
end

---@param path string          from the root on
function Iteration:write(path, text) expect.write(self.root .. "/" .. path, text) end
function Iteration:read(path) return expect.read(self.root .. "/" .. path) end

--- Opens the windows of these workers, default all, one after the other, and waits until they are there.
---@param list? string[]
---@param manner? string
function Iteration:workers(list, manner)
    local opened = {}
    for _, worker in ipairs(list or M.WORKERS) do
        opened[#opened + 1] = self.place.open(self, worker, manner)
        self.opened[worker] = opened[#opened]
    end
    for _, window in ipairs(opened) do
        if window.ready then window.ready() end
    end
end

--- One window more, of nobody.
function Iteration:open_title(title)
    local stranger = { at = { title = function() return title end } }
    local window = self.place.open(stranger, title)
    if window.ready then window.ready() end
    self.opened[title .. " (another one)"] = window
end

--- Everybody but this worker.
function M.but(worker)
    local rest = {}
    for _, name in ipairs(M.WORKERS) do
        if name ~= worker then rest[#rest + 1] = name end
    end
    return rest
end

local function count(it, what)
    local counts = {}
    for worker, window in pairs(it.opened) do
        local n = 0
        for _, entry in ipairs(window.log()) do
            if entry[1] == what then n = n + 1 end
        end
        if n > 0 then counts[worker] = n end
    end
    return counts
end

--- How many whole texts each worker got; nobody: {}.
function Iteration:pastes() return count(self, "paste") end
function Iteration:submits() return count(self, "submit") end

--- Each of these workers, default all, once.
function M.once(list)
    local counts = {}
    for _, worker in ipairs(list or M.WORKERS) do counts[worker] = 1 end
    return counts
end

--- What each worker should have read for one prompt: the text whole, and the key.
function Iteration:expect_whole(list)
    for _, worker in ipairs(list or M.WORKERS) do
        local text = self.prompts[self.at:prompt_name(worker)]:gsub("\r\n", "\n"):gsub("%s+$", "")
        expect.equal(self.opened[worker].log(), { { "paste", #text, M.hash(text) }, { "submit" } }, worker)
    end
end

--- Nobody got anything at all.
function Iteration:expect_untouched()
    for worker, window in pairs(self.opened) do expect.equal(window.log(), {}, worker) end
end

--- Nothing of a run is left on the disk but its logs.
---@param what string          what a test says about it first
function Iteration:expect_tidy(what)
    expect.equal(expect.tree(self.scratch), {}, what .. ": throw-away files")
    if file.stat(self.at:lock()) then expect.ok(lock.take(self.at:lock())):close() end
    for _, name in ipairs(file.list(self.at:logs()) or {}) do
        expect.falsy(name:find "^%." and name ~= ".lock", what .. ": " .. name .. " in logs/")
        expect.falsy(name:find "%.tmp$", what .. ": " .. name .. " in logs/")
    end
end

function Iteration:mark(worker, text)
    expect.write(self.at:marker(worker), text or self.at:token(worker) .. "\n")
end

--- Workers that were given their prompt finish, but those in `idle`.
function Iteration:work()
    for worker, window in pairs(self.opened) do
        local log = window.log()
        local last = log[#log]
        if last and last[1] == "submit" and not self.idle[worker] and not expect.read(self.at:marker(worker)) then
            self:mark(worker)
        end
    end
end

--- What the factory was asked for, in order.
function Iteration:stages()
    local list = {}
    for stage in (self:read "factory/stages" or ""):gmatch("[^\n]+") do list[#list + 1] = stage end
    return list
end

--- The words of a command line. flags: { WorkerDoneTimeout = 5, "-Resend" }; false leaves one out.
function Iteration:argv(flags)
    local all = { RunId = self.id, Root = self.root, Factory = self.factory,
        WindowReadyTimeout = M.SECONDS, WorkerDoneTimeout = M.SECONDS, BetweenWorkersDelayMs = 0, SettleMs = 0 }
    for name, value in pairs(self.place.flags) do all[name] = value end
    for name, value in pairs(flags or {}) do
        if type(name) == "string" then all[name] = value end
    end
    local names, argv = {}, { expect.binary(), "run_iter.lua" }
    for name, value in pairs(all) do names[#names + 1] = value ~= false and name or nil end
    table.sort(names)
    for _, name in ipairs(names) do table.move({ "-" .. name, tostring(all[name]) }, 1, 2, #argv + 1, argv) end
    return table.move(flags or {}, 1, #(flags or {}), #argv + 1, argv)
end

--- Children of ours inherit it: whoever is left over is known by it.
local MARK = "DISPATCH_TEST_ITERATION"

function Iteration:environment()
    local env = { [MARK] = self.root, TMPDIR = self.scratch }
    for name, value in pairs(self.place.env) do env[name] = value end
    return env
end

local function unset()
    return table.move({ "TMUX", "TMUX_PANE", "WINDOWID", "CI" }, 1, 4, 1, settings.names_to_unset())
end

-- A run -------------------------------------------------------------------------------------------------------------

--- Starts the program; wait for its end with :finish().
---@param flags? table
---@param through? string      sh: runs "$@"
function Iteration:start(flags, through)
    self.runs = (self.runs or 0) + 1
    local base = ("%s/run-%d"):format(self.root, self.runs)
    local run = setmetatable({ it = self, stdout = base .. ".out", stderr = base .. ".err" }, Run)
    local argv = self:argv(flags)
    if through then argv = { "sh", "-c", through, "sh", table.unpack(argv) } end
    run.child = expect.ok(process.spawn(argv, { cwd = self.root, env = self:environment(), unset = unset(),
        out = run.stdout, err = run.stderr }))
    expect.after(function()
        run.child:kill(clock.now() + 2)
        run.child:close()
    end)
    return run
end

--- Asks until the answer is neither nil nor false. Meanwhile workers work.
function Run:await(what, ask, seconds)
    return expect.eventually(what, seconds or M.SECONDS, function()
        self.it:work()
        return ask()
    end)
end

function Run:ended() return (wait.any({ self.child }, clock.now())) ~= nil end

--- The events in its journal so far; a torn last line is left out.
function Run:journal()
    local list = {}
    local bytes = expect.read(self.it.at:journal()) or ""
    for line in bytes:gmatch("([^\n]+)\n") do list[#list + 1] = cjson.decode(line) end
    local own = list[1] and list[1].pid == self:pid() -- else the journal of an earlier run
    return own and list or {}
end

--- Waits until the journal has an event with these fields.
---@param fields table         { ev = "send.begin", worker = "B_tooling" }
function Run:await_event(fields)
    return self:await(expect.show(fields), function()
        for _, event in ipairs(self:journal()) do
            local same = true
            for name, value in pairs(fields) do same = same and event[name] == value end
            if same then return event end
        end
        return self:ended() and error("it ended: " .. (expect.read(self.stderr) or ""), 0)
    end)
end

function Run:pid() return self.child:pid() end

---@param name string          "INT"
function Run:signal(name)
    expect.equal(expect.run({ "kill", "-" .. name, tostring(self:pid()) }).exit, 0)
end

--- The event of one name, of one worker; the last one.
function Run:event(name, worker)
    for i = #self.events, 1, -1 do
        local event = self.events[i]
        if event.ev == name and (not worker or event.worker == worker) then return event end
    end
end

--- The word of each worker's receipt.
function Run:receipts()
    local words = {}
    for _, event in ipairs(self.events) do
        if event.ev == "send.receipt" then words[event.worker] = event.receipt end
    end
    return words
end

--- Waits for its end. Fills exit, signal, out, err, events, verdict, page.
function Run:finish(seconds)
    self:await("the run ends", function() return self:ended() end, seconds)
    local status = self.child:status()
    self.exit, self.signal_number = status.exit, status.signal
    self.out, self.err = expect.read(self.stdout) or "", expect.read(self.stderr) or ""
    self.events, self.page = self:journal(), expect.read(self.it.at:report())
    self.verdict = self:event("run.verdict") or {}
    if self.page and self:event "run.end" then
        local sum = expect.ok(journal.read(self.it.at:journal()))
        expect.equal(report.render(sum), self.page, "the report, made again from the journal")
    end
    return self
end

--- The report down to its first table: verdict, reason, advice.
function Run:top() return expect.truthy(self.page, "a report"):match("^(.-)\n\n|") end
function Run:headline() return self:top():match("^# " .. self.it.id .. ": ([^\n]*)") end

--- Runs the program to its end.
---@param flags? table
function Iteration:run(flags) return self:start(flags):finish() end

function Iteration:passes(flags)
    local run = self:run(flags)
    expect.equal(run.exit, 0, ("%s %s\n%s"):format(tostring(run.verdict.step), tostring(run.verdict.message), run.err))
    expect.equal(run:headline(), "PASS")
    expect.equal(run:event "run.end".exit, 0)
    return run
end

--- Runs to a stop: exit 2, and a report that names step and reason and says what to do.
---@param texts string[]       each of them is in the reason
function Iteration:blocks(step, code, flags, texts)
    return self:start(flags):blocks(step, code, texts)
end

function Run:blocks(step, code, texts)
    self:finish()
    expect.equal({ self.exit, self.verdict.step, self.verdict.code }, { 2, step, code },
        tostring(self.verdict.message) .. "\n" .. self.err)
    for _, text in ipairs(texts) do expect.contains(self.verdict.message, text) end
    expect.equal(self:headline(), "BLOCKED at " .. step)
    local top = self:top()
    expect.contains(top, "(`" .. code .. "`)")
    expect.truthy(#self.verdict.advice > 0, "advice")
    expect.equal(self:event "run.end".exit, 2)
    expect.contains(top, "What to do next")
    return self
end

-- Strikes -----------------------------------------------------------------------------------------------------------

--- From now on the project has a flow of its own, the built-in one with something before it.
---@param prelude string?      Lua; nil: the built-in one again
function Iteration:flow(prelude)
    local path = self.root .. "/tools/codex/dispatch/run_iter.lua"
    if prelude then
        expect.write(path, prelude .. expect.truthy(expect.read(expect.root .. "/lua/run_iter.lua")))
    else
        os.remove(path)
    end
end

--- Something happens to the run at exactly this place: when it has told of the event, and did nothing since.
---@param list strike[]?       nil: nothing strikes any more
function Iteration:strike(list)
    self:flow(list and strikes.prelude(list))
end

--- The run stands still at this place while something happens; then it goes on.
---@param at table             fields of the event
---@param happen fun()
---@param flags? table
---@return table run           that goes on
function Iteration:meanwhile(at, happen, flags)
    local hold = self.root .. "/hold"
    self:strike { { at = at, hold = hold } }
    local run = self:start(flags)
    run:await("it holds", function() return expect.read(hold) end)
    happen()
    os.remove(hold)
    self:strike(nil)
    return run
end

M.MARK = MARK
return M
