-- doctor: everything that a run needs, found or missing, each with one line that mends it. Changes nothing.

local file = require "file"
local host = require "host"
local process = require "process"
local term = require "term"
local window = require "window"
local find = require "dispatch.ahk.find"
local carriers = require "dispatch.carriers"
local contract = require "dispatch.contract"
local factory = require "dispatch.factory"
local launch = require "dispatch.launch"
local layout = require "dispatch.layout"
local screens = require "dispatch.screens"
local settings = require "dispatch.settings"
local title = require "dispatch.title"
local wrap = require "dispatch.wrap"

local USAGE = ("dispatch doctor [-RunId ID] [-Root FOLDER] [-Via %s] [-AhkExe FILE] [-Factory …]")
    :format(carriers.alternatives())

---@class finding
---@field what string
---@field found boolean
---@field word? string                in place of "found" and "MISSING"
---@field needed boolean              a run cannot start without it
---@field said string                 what was found, or what is missing
---@field mend? string                one line

local Doctor = {}
Doctor.__index = Doctor

function Doctor:says(what, found, needed, said, mend)
    self.findings[#self.findings + 1] = { what = what, found = found and true or false, needed = needed, said = said,
        mend = not found and mend or nil }
    return found
end

---What was not looked for, and is worth knowing.
function Doctor:notes(what, said)
    self.findings[#self.findings + 1] = { what = what, found = true, word = "note", needed = false, said = said }
end

local function look_at_project(self)
    local root, message = layout.find_root(self.cfg.root)
    self.root = root
    if not self:says("root", root, true, root or message) then return end
    local fine, flow, from = pcall(launch.flow, root)            -- a script's own error is raised
    self.flow = fine and flow
    self:says("flow", self.flow, true, not fine and tostring(flow)
        or flow and ("%s, %d workers"):format(from.path, #flow.workers) or from,
        "correct that file, or take it away: the built-in flow then runs")
    local zips = file.list(layout.zips(root)) or {}
    self:says("prompt zips", #zips > 0, false, #zips > 0 and ("%d in %s"):format(#zips, layout.zips(root))
        or "none in " .. layout.zips(root), "put <RUN_ID>.zip there")
    local tables, path = screens.load(root)
    self:says("agents", tables, true, tables and ("%d known%s"):format(#tables.agents, path and ", by " .. path or "")
        or path)
end

---A path of what PATH has.
local function program(name)
    local path = process.which(name)
    return path and file.stat(path) and path or nil
end

local function look_at_factory(self)
    if not self.root then return end
    local id = self.cfg.run_id or "20000101_1"                   -- only to fill a command's {run_id}
    local argv, message = factory.program { cfg = self.cfg, root = self.root, id = id,
        layout = layout.new(self.root, id) }
    if not argv then
        self:says("factory", false, true, message)
        return
    end
    local names = argv[1] == "python" and { "python", "python3" } or { argv[1] }
    local path
    for _, name in ipairs(names) do path = path or program(name) end
    self:says("factory", path, true, path and table.concat(argv, " ") .. " (" .. path .. ")"
        or table.concat(names, " and ") .. ": not found on PATH", "install it, or give -Factory COMMAND")
    local git = program "git"
    self:says("git", git, false, git or "not found on PATH", "install git: worktrees need it")
end

---The places that -Via means, of those that this build has.
---@return string[] names
local function places_of(cfg)
    local names = {}
    for _, name in ipairs(window.backends()) do
        if name == cfg.via then return { name } end
        if name ~= "fake" then names[#names + 1] = name end
    end
    return names
end

local function look_at_rules(self, path)
    self.places = {}
    self:says("fake desktop", file.stat(path), true, file.stat(path) and path or path .. ": is not there",
        "name a file that is there; its path begins where you are")
end

---AutoHotkey presses the keys on Windows, unless another way is chosen.
local function look_at_ahk(self)
    if not settings.on_windows then
        return self:notes("AutoHotkey", "not needed: prompts travel by it on Windows alone")
    end
    if self.cfg.via ~= "auto" and self.cfg.via ~= "ahk" then
        return self:notes("AutoHotkey", "not needed: prompts travel by -Via " .. self.cfg.via)
    end
    local found, message = find.find(self.cfg.ahk_exe)
    local winget = not self.cfg.ahk_exe and process.which(find.WINGET[1])
    self:says("AutoHotkey", found, not winget, found and ("%s, %s"):format(found.version, found.path) or message,
        winget and "a run has winget install it" or find.ADVICE)
end

local function look_at_places(self)
    local rules = self.cfg.via:match "^fake:(.*)"
    if rules then return look_at_rules(self, rules) end
    self.places = {}
    for _, name in ipairs(places_of(self.cfg)) do
        local ok, message = window.probe(name, name == "tmux" and self.cfg.tmux_socket or nil)
        if ok then self.places[#self.places + 1] = name end
        self:says(name, ok, false, ok and "answers" or message)
    end
    if not self.places[1] then
        self:says("windows", false, true, "there is nowhere to send prompts to",
            "start the workers on a desktop" .. (settings.on_windows and "" or " (DISPLAY) or in tmux (-TmuxSocket)"))
    end
    if settings.on_wayland() then
        self:notes("Wayland", "only windows of XWayland can be seen and typed into")
    end
    look_at_ahk(self)
end

local function windows_of(self)
    local all = {}
    for _, name in ipairs(self.places) do
        local desktop <close> = window.open(name, name == "tmux" and self.cfg.tmux_socket or nil)
        for _, each in ipairs(desktop and desktop:list() or {}) do all[#all + 1] = each end
    end
    return all
end

local OPEN = "`dispatch open -RunId %s` opens it; `dispatch windows %s` says why near misses do not match"
local CLOSE = "close or rename all but one; `dispatch windows %s` says which they are"

local function look_at_run(self)
    if not (self.cfg.run_id and self.flow) then return end
    local run = { id = self.cfg.run_id, flow = self.flow, root = self.root, cfg = self.cfg }
    local ok, message = contract.check_run_id(run)
    if not self:says("RUN_ID", ok, true, ok and run.id or message, "correct it") then return end
    run.layout = layout.new(self.root, run.id)
    ok, message = contract.find_zip(run)
    self:says("zip", ok, true, ok and run.layout:zip() or message, "put it there")
    if self.cfg.via:find "^fake:" then return end                -- it has no window before it is opened
    local windows, jobs = windows_of(self), {}
    for i, worker in ipairs(self.flow.workers) do jobs[i] = { worker = worker, title = run.layout:title(worker) } end
    local hits = title.match_all(windows, jobs)
    for _, job in ipairs(jobs) do
        local count = #(hits[job.title] or {})
        local mend = count == 0 and OPEN:format(run.id, job.title) or CLOSE:format(job.title)
        self:says("window", count == 1, true, count == 1 and job.title or ("%d windows are titled %s"):format(count,
            job.title), mend)
    end
end

---On a terminal the text goes on below its own beginning.
local function write_beside(label, text)
    local lines = wrap.lines(text, (term.size() or math.huge) - #label)
    io.stdout:write(label, table.concat(lines, "\n" .. (" "):rep(#label)), "\n")
end

local function print_findings(self)
    local width, start = 0, true
    for _, f in ipairs(self.findings) do width = math.max(width, #f.what) end
    for _, f in ipairs(self.findings) do
        local word = f.word or f.found and "found" or f.needed and "MISSING" or "not here"
        write_beside(("%-9s %-" .. width .. "s  "):format(word, f.what), f.said)
        if f.mend then write_beside((" "):rep(width + 12) .. "-> ", f.mend) end
        start = start and (f.found or not f.needed)
    end
    return start
end

local function run(argv)
    local cfg, message = settings.parse(argv)
    message = message or settings.not_yet(cfg) or carriers.refuses(cfg)
    if message then
        io.stderr:write("dispatch doctor: ", message, "\n")
        return 64
    end
    local self = setmetatable({ cfg = cfg, findings = {} }, Doctor)
    self:says("dispatch", true, true, ("%s, %s"):format(host.version, host.executable()))
    look_at_project(self)
    look_at_factory(self)
    look_at_places(self)
    look_at_run(self)
    if self.root then
        self:notes("sandboxes", ("each agent's must allow writing below %s, outside its worktree")
            :format(layout.runs(self.root)))
    end
    local ready = print_findings(self)
    io.stdout:write(ready and "\na run can start\n" or "\na run cannot start: see MISSING\n")
    return ready and 0 or 2
end

return { usage = USAGE, summary = "what a run needs, found or missing, and what mends it", run = run }
