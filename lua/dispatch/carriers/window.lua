-- Prompts travel through windows that we find, focus and paste into: x11, win32, tmux, fake.

local clock = require "clock"
local digest = require "digest"
local file = require "file"
local title = require "dispatch.title"
local window = require "window"
local characters = require "dispatch.characters"
local find = require "dispatch.find"
local screens = require "dispatch.screens"
local send = require "dispatch.send"
local target = require "dispatch.target"

local M = {}
M.__index = M

local TURN_SECONDS = 10                          -- at least so long for another run that sends on this desktop
local LOOK_SECONDS = 0.2                         -- meanwhile, between two looks at the workers
local READY_SECONDS = 5                          -- for a window that was ready when all were looked at

-- With -Via auto, in this order: a pane is nearer to its program than the terminal around it.
local CANDIDATES = { "tmux", "x11" }

-- ------------------------------------------------------------------------------------------------------ which desktop

---@return function? rules, string? message, string? code
local function read_rules(path)
    local source, message, code = file.read(path)
    if source then source, message, code = characters.lua(path, source) end
    if not source then return nil, message, code end
    local chunk
    chunk, message = load(source, "@" .. path, "t")
    return chunk, message, not chunk and "EINVAL" or nil
end

local function open_fake(path)
    local chunk, message, code = read_rules(path)
    if not chunk then return nil, message, code end
    local fine, rules = pcall(chunk)
    if not fine then return nil, tostring(rules), "EINVAL" end
    local desktop
    fine, desktop, message, code = pcall(window.fake, rules)
    if fine then return desktop, message, code end
    return nil, ("%s: %s"):format(path, desktop:match "^bad argument #1 to '[^']*' %((.*)%)$" or desktop), "EINVAL"
end

local function open_desktop(self, name)
    local path = name:match "^fake:(.*)$"
    if path then return open_fake(path) end
    return window.open(name, name == "tmux" and self.cfg.tmux_socket or nil)
end

local function open_candidates(self)
    local tried, whys = {}, {}
    for _, name in ipairs(CANDIDATES) do
        local desktop, message = open_desktop(self, name)
        tried[#tried + 1] = { via = name, why = desktop and "answers" or message }
        if desktop then
            self.places[#self.places + 1] = { name = name, desktop = desktop }
        else
            whys[#whys + 1] = name .. ": " .. message
        end
    end
    self.tried = tried
    if self.places[1] then return true end
    return nil, "there is nowhere to send to; " .. table.concat(whys, "; "), "ENODISPLAY"
end

local function choose(self, place, why)
    if self.chosen == place then return end
    self.chosen = place
    self.emit("via.chosen", { via = place.name, why = why, tried = self.tried })
end

---@param via string
---@return string? why
function M.refuses(_, via)
    if via == "auto" or via:find "^fake:" then return nil end
    for _, backend in ipairs(window.backends()) do
        if backend == via then return nil end
    end
    return "not in this build"
end

---@return string? why                            the rules of a fake desktop cannot be read
function M.lacks(via)
    local path = via:match "^fake:(.*)$"
    local chunk, why
    if path then chunk, why = read_rules(path) end
    return not chunk and why or nil
end

---@param run table
---@param via string                              "auto", "x11", "tmux", "win32", "fake:FILE.lua"
---@return table? carrier, string? message, string? code
function M.open(run, via)
    local self = setmetatable({ name = via, run = run, cfg = run.cfg, emit = run.emit, places = {}, tried = {} }, M)
    local message, code, path
    self.tables, path, code = screens.load(run.root)
    if not self.tables then return nil, path, code end
    self.agents_path = path
    if via == "auto" then
        local ok
        ok, message, code = open_candidates(self)
        if not ok then return nil, message, code end
    else
        local desktop
        desktop, message, code = open_desktop(self, via)
        if not desktop then return nil, message, code end
        self.places[1] = { name = via, desktop = desktop }
    end
    return self
end

---What prepare() is about to do.
---@param via string
---@return string plan
function M.plan(_, via) return ("send by -Via %s, which needs no AutoHotkey"):format(via) end

function M:prepare()
    if self.agents_path then
        self.emit("artifact", { kind = "lua", path = self.agents_path, sha256 = digest.sha256_file(self.agents_path) })
    end
    if #self.places == 1 then
        choose(self, self.places[1], self.name == "auto" and "the only one that answers" or "-Via")
    end
    return "not needed"
end

-- -------------------------------------------------------------------------------------------------------- the sending

local function options(self, job, pump, ready_by)
    return { desktop = job.place.desktop, tables = self.tables, cfg = self.cfg, pump = pump, emit = self.emit,
        ready_by = ready_by, find_again = function(lost)
            return find.all({ lost.place }, { lost }, self.search)
        end }
end

---For a window that can show nothing any more.
local function obituary(desktop, job, why, no_picture)
    local lines = { why, "" }
    if no_picture then table.move({ "There is no picture of it: " .. no_picture, "" }, 1, 2, #lines + 1, lines) end
    if job.screen then table.move({ "What it showed last:", "", job.screen, "" }, 1, 4, #lines + 1, lines) end
    local windows = desktop:list()
    lines[#lines + 1] = windows and "What is there now:" or "Nothing can be seen any more."
    for _, each in ipairs(windows or {}) do lines[#lines + 1] = "  " .. title.describe(each) end
    return table.concat(lines, "\n")
end

---What the window of a failed send shows, beside the report; without a window, what was seen of it.
---@return string[]? paths
local function keep_evidence(self, job, why)
    local desktop, paths = job.place.desktop, self.run.layout
    if not paths then return nil end
    local screen = desktop.reads_text and target.screen { desktop = desktop, job = job }
    local kind = "screenshot"
    local path = paths:evidence(job.worker, kind)
    local shot, no_picture
    if not screen then shot, no_picture = desktop:screenshot(job.pin, path) end
    if not shot then
        kind = "screen_text"
        path = paths:evidence(job.worker, kind)
        if not file.write(path, (screen or obituary(desktop, job, why, no_picture)) .. "\n") then return nil end
    end
    self.emit("artifact", { kind = kind, path = path, worker = job.worker, sha256 = digest.sha256_file(path) })
    return { path }
end

local function failed(seen) return seen.stopped ~= nil or seen.composer == "text" end

function M:aim(jobs, pump)
    local now = clock.now()
    self.search = { began = now, deadline = now + self.cfg.window_ready_timeout,
        retries = self.cfg.window_match_retries, pump = pump, emit = self.emit }
    local place, message, code = find.all(self.chosen and { self.chosen } or self.places, jobs, self.search)
    if not place then return nil, message, code end
    choose(self, place, "all the windows are there")
    for _, job in ipairs(jobs) do
        local s = options(self, job, pump, self.search.deadline)
        s.job, s.seen = job, {}
        local ok
        ok, message, code = target.ready(s)
        if not ok then
            if job.pin then keep_evidence(self, job, message) end
            return nil, job.worker .. ": " .. message, code
        end
    end
    return true
end

---Waits until no other dispatch sends on this desktop: as long as for windows. Meanwhile finished workers are heard.
---@return true? ok, string? message, string? code        ELOCKED: names who sends
local function take_turn(self, desktop, pump)
    local last, told = math.max(self.search.deadline, clock.now() + TURN_SECONDS), false
    while true do
        local look = math.min(last, clock.now() + LOOK_SECONDS)
        local ok, message, code = desktop:lock(look)
        if ok or code ~= "ELOCKED" or clock.now() >= last then return ok, message, code end
        if not told then self.emit("warning", { code = code, message = "waits for its turn: " .. message }) end
        told = true
        local _, why, what = pump(look, {})
        if what ~= "ETIMEOUT" then return nil, why, what end
    end
end

---@return fun(): table?, any, string?
function M:deliver(jobs, pump)
    local desktop, i, locked = self.chosen.desktop, 0, false
    local function finish(message, code)
        if locked then desktop:unlock() end      -- gives the clipboard back
        local lost = locked and desktop:unsaved()
        if lost then self.emit("warning", { code = "ECLIPBOARD", message = lost }) end
        locked = false
        return nil, message, code, lost or nil
    end
    return function()
        i = i + 1
        local job = jobs[i]
        if not job then return finish() end
        if not locked then
            local ok, message, code = take_turn(self, desktop, pump)
            if not ok then return finish(message, code) end
            locked = true
        end
        if self.next_send then                   -- the pause between two sends, of two batches as well
            local _, message, code = pump(self.next_send, {})
            if code ~= "ETIMEOUT" then return finish(message, code) end
        end
        local seen = send.one(job, options(self, job, pump, clock.now() + READY_SECONDS))
        self.next_send = clock.now() + self.cfg.between_workers_delay_ms / 1000
        if failed(seen) then
            if job.pin then seen.evidence = keep_evidence(self, job, seen.why) end
            local _, _, _, lost = finish()       -- a batch ends with its first failure
            seen.clipboard = seen.clipboard or lost
        end
        return job, seen
    end
end

-- ------------------------------------------------------------------------------------------------------- the watching

function M:adopt(jobs)
    for _, place in ipairs(self.chosen and { self.chosen } or self.places) do
        local windows = place.desktop:list() or {}           -- a desktop that went away is told by lost()
        local hits = title.match_all(windows, jobs)
        for _, job in ipairs(jobs) do
            local found = hits[job.title] or {}
            if not job.pin and #found == 1 then
                job.window, job.place = found[1], place
                job.pin = { id = found[1].id, pid = found[1].pid, token = job.title }
            end
        end
    end
    for _, job in ipairs(jobs) do
        if not job.pin then
            self.emit("worker.lost", { worker = job.worker,
                why = ("no window, or more than one, is titled %s now: only its marker can tell"):format(job.title) })
        end
    end
end

function M:watch()
    local sources = {}
    for i, place in ipairs(self.chosen and { self.chosen } or self.places) do sources[i] = place.desktop:changes() end
    return sources
end

local function condition(self, job, now)
    if not now then return "its window was closed" end
    if job.pin.pid ~= 0 and now.pid ~= job.pin.pid then return "its window belongs to another process now" end
    if now.dead then return "its program ended; the pane is dead" end
    if now.shell then return "its program ended; a shell is in front now" end
    local screen = target.screen { desktop = job.place.desktop, job = job }
    local agent = screens.recognise(self.tables, now, screen, job.place.desktop.reads_field)
    local question = screens.question(agent, screen)
    return question, question ~= nil
end

---@param jobs table[]                            that were sent to
---@return table<table, {why: string, asks: boolean}>? lost      by job
---@return string? message, string? code          ENODISPLAY: nothing can be seen any more
function M:lost(jobs)
    local by_place, lost = {}, {}
    for _, job in ipairs(jobs) do
        local place = job.pin and job.place
        if place and not by_place[place] then
            local windows, message, code = place.desktop:list()
            if not windows then return nil, message, code end
            by_place[place] = {}
            for _, each in ipairs(windows) do by_place[place][each.id] = each end
        end
        if place then
            local why, asks = condition(self, job, by_place[place][job.pin.id])
            if why then lost[job] = { why = why, asks = asks or false } end
        end
    end
    return lost
end

function M:close()
    for _, place in ipairs(self.places) do place.desktop:close() end
    self.places, self.chosen = {}, nil
end

return M
