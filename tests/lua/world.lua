--- world - a whole run in this process: a throw-away project, a factory of three lines, five good windows on the fake
--- desktop. What a spec does not say is as it should be.
---
---     local w = world.new { { on = "key", window = "A_core", answer = "swallow" } }    -- rules before the usual ones
---     local r = w:run()                                                                -- run_iter.lua, in no time
---     expect.equal(r.exit, 2)
---
--- Every run that left a report also shows that it can be made again from its journal, byte for byte.
local expect = require "expect"
local project = require "project"
local cjson = require "cjson"
local file = require "file"
local flow = require "dispatch.flow"
local journal = require "dispatch.journal"
local launch = require "dispatch.launch"
local layout = require "dispatch.layout"
local report = require "dispatch.report"
local term = require "term"
local window = require "window"

local M = {}
M.__index = M
M.WORKERS = project.WORKERS

---A flow without outside commands, for specs that run it hundreds of times.
M.WITHOUT_STAGES = [[
local flow, contract, crew, report = require "dispatch.flow", require "dispatch.contract", require "dispatch.crew",
    require "dispatch.report"
return flow { workers = { "A_core", "B_tooling", "C_features", "D_validation", "Z_aggregator" },
    run_id = contract.DATE_AND_NUMBER,
    { "extract", function(run)
        if contract.has_prompts(run) then return true end
        return contract.extract(run)
    end },
    { "prompts", function(run) return contract.check_prompts(run) end },
    { "prepare", function(run) run.crew = crew.new(run) return run.crew:prepare() end },
    { "dispatch", function(run) return run.crew:deliver(run.workers) end },
    { "wait", function(run) return run.crew:wait(run.workers) end },
    { "report", always = true, function(run) return report.write(run) end } }
]]

local function title(worker, id) return ("HITECHOS_%s_%s"):format(worker, id or project.ID) end
M.title = title

---The command line of the factory of three lines.
function M.factory(w) return project.factory(w.at) end

---Where a worker's marker belongs, from the root on.
function M.marker(worker) return ("tools/codex/runs/%s/%s/DONE.marker"):format(project.ID, worker) end
function M.token(worker) return ("DONE %s %s"):format(project.ID, worker) end

---A window of a worker that takes its prompt and writes its marker: two rules.
---@param o? {at?: number, work?: number}
function M.good(w, worker, i, o)
    o = o or {}
    local appears = { at = o.at or 0, window = worker, title = "● " .. title(worker) .. " - agent", app = "agent",
        screen = "sample worker " .. worker .. "\n> " }
    return appears, { on = "submit", window = worker, after = o.work or 10 * i,
        write = w.at.root .. "/" .. M.marker(worker), text = M.token(worker) .. "\n" }
end

---@param rules? table[]              before the windows'. without = {worker = true}: no window; late = 20: the nth
---       appears 20 n seconds late; work = 5: all write their markers 5 s after the submit
---@return table world                {at = layout, rules}
function M.new(rules)
    rules = rules or {}
    local w = setmetatable({ at = project.new() }, M)
    w.rules = table.move(rules, 1, #rules, 1, {})
    for i, worker in ipairs(M.WORKERS) do
        if not (rules.without or {})[worker] then
            local appears, works = M.good(w, worker, i, { at = (rules.late or 0) * i, work = rules.work })
            table.insert(w.rules, appears)
            table.insert(w.rules, works)
        end
    end
    for _, rule in ipairs(w.rules) do                          -- paths of a spec are from the root on
        for _, key in ipairs { "write", "remove" } do
            if rule[key] and not expect.is_absolute(rule[key]) then rule[key] = w.at.root .. "/" .. rule[key] end
        end
    end
    project.zip(w.at, project.prompts(w.at))
    w:write("rules.lua", "return require 'world'.now.rules")
    return w
end

---@param path string                 from the root on
function M:write(path, text) expect.write(self.at.root .. "/" .. path, text) end
function M:read(path) return expect.read(self.at.root .. "/" .. path) end

---What the factory was asked for, in order.
function M:stages()
    local list = {}
    for stage in (self:read "factory/stages" or ""):gmatch "[^\n]+" do list[#list + 1] = stage end
    return list
end

local function events_of(path)
    local list = {}
    for line in (expect.read(path) or ""):gmatch "[^\n]+" do list[#list + 1] = cjson.decode(line) end
    return list
end

local Result = {}
Result.__index = Result

---@return table[]                    the events of one name, of one worker
function Result:all(name, worker)
    local list = {}
    for _, event in ipairs(self.events) do
        if event.ev == name and (not worker or event.worker == worker) then list[#list + 1] = event end
    end
    return list
end

function Result:one(name, worker)
    local list = self:all(name, worker)
    expect.equal(#list, 1, "events " .. name .. " of " .. tostring(worker))
    return list[1]
end

---The word of each worker's receipt.
function Result:receipts()
    local words = {}
    for _, event in ipairs(self:all "send.receipt") do words[event.worker] = event.receipt end
    return words
end

---How often each worker got a paste; nothing anywhere: {}.
function Result:pastes()
    local counts = {}
    for worker, got in pairs(self.record) do
        if (got.pastes or 0) > 0 then counts[worker] = got.pastes end
    end
    return counts
end

local function same_report(w)
    local page = expect.read(w.at:report())
    local sum = page and journal.read(w.at:journal())
    if sum then expect.equal(report.render(sum), page, "the report, made again from the journal") end
    return page
end

---Catches what would go to the terminal, and the desktop that the run opens.
local function quietly(result, screen, body)
    local write, is_tty, fake, stderr = term.write, term.is_tty, window.fake, io.stderr
    local desktops = {}
    term.is_tty = function() return false end
    term.write = screen or function(text) result.out = result.out .. text; return true end
    window.fake = function(rules)
        local desktop, message, code = fake(rules)
        desktops[#desktops + 1] = desktop
        return desktop, message, code
    end
    io.stderr = { write = function(_, ...) result.err = result.err .. table.concat { ... } end }   -- luacheck: ignore
    local done, answer = xpcall(body, debug.traceback)
    term.write, term.is_tty, window.fake, io.stderr = write, is_tty, fake, stderr              -- luacheck: ignore
    if not done then error(answer, 0) end
    local desktop = desktops[#desktops]
    result.record = desktop and desktop:record() or {}
    result.history = desktop and desktop:history() or {}
    return answer
end

---Runs a flow.
---@param args? table                 more flags; id = RUN_ID; via = another -Via; flow = source of another flow than
---       the built-in one; factory = another -Factory; change = { pattern = replacement } on the built-in one; term =
---       what stands for term.write; torn_journal: lines will be missing in it
---@return table result               {exit, out, err, events, page, record, history}
function M:run(args)
    args = args or {}
    M.now = self
    local root = self.at.root
    local argv = { "-RunId", args.id or project.ID, "-Root", root, "-Via", args.via or "fake:" .. root .. "/rules.lua",
        "-Factory", args.factory or M.factory(self) }
    table.move(args, 1, #args, #argv + 1, argv)
    local source, from = launch.find("run_iter.lua", nil)
    for pattern, replacement in pairs(args.change or {}) do
        local changes
        source, changes = source:gsub(pattern, replacement)
        assert(changes > 0, "run_iter.lua has no " .. pattern)
    end
    if args.flow or args.change then
        source, from = args.flow or source, { path = root .. "/flow.lua", builtin = false, sha256 = ("0"):rep(64) }
    end
    local result = setmetatable({ out = "", err = "" }, Result)
    result.exit = quietly(result, args.term, function() return flow.main(launch.load(source, from), argv, from) end)
    result.events = events_of(self.at:journal())
    result.page = args.torn_journal and expect.read(self.at:report()) or same_report(self)
    return result
end

---Runs, and expects PASS.
function M:passes(args)
    local r = self:run(args)
    local verdict = r:all("run.verdict")[1] or {}
    expect.equal(r.exit, 0, ("%s %s %s"):format(tostring(verdict.verdict), tostring(verdict.step),
        tostring(verdict.message) .. r.err))
    return r
end

---Runs, and expects it to stop at a step with a code.
---@return table result, string message
function M:stops(step, code, args)
    local r = self:run(args)
    local verdict = r:one "run.verdict"
    expect.equal({ verdict.step, verdict.code }, { step, code }, tostring(verdict.message))
    expect.equal(r.exit, code == "EINTR" and 130 or 2)
    return r, verdict.message
end

---An earlier attempt as it would lie in logs/ if it had been killed there: the journal of `result` up to its nth event
---of a name.
function M:kill_after(name, n)
    local kept, left = {}, n or 1
    for line in expect.read(self.at:journal()):gmatch "[^\n]+" do
        kept[#kept + 1] = line
        if cjson.decode(line).ev == name then left = left - 1 end
        if left == 0 then break end
    end
    expect.write(self.at:journal(), table.concat(kept, "\n") .. "\n")
    os.remove(self.at:report())
end

---The markers go; what workers did is undone.
function M:unmark(worker)
    for _, name in ipairs(worker and { worker } or M.WORKERS) do os.remove(self.at:marker(name)) end
end

---Everything below tools/codex, to compare before and after.
function M:tree() return expect.tree(self.at.root .. "/tools/codex") end

M.stat = file.stat
M.zips = layout.zips

return M
