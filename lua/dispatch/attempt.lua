-- attempt.lua: one attempt at a run: its lock, its journal and log, and what it knows of the attempts before it.

local file = require "file"
local lock = require "lock"
local events = require "dispatch.events"
local journal = require "dispatch.journal"
local live = require "dispatch.live"
local settings = require "dispatch.settings"

local M = {}
M.__index = M
M.__close = function(self) self:close() end

---What standard output gets: the live view where a person looks, else lines, or the journal's own (-Events json).
---run.tick, where there is one, keeps the view alive: whoever waits asks it when it wants to be asked again.
local function stream(run, sinks)
    local picture = run.cfg.events == "off" and settings.live_view()
    local view = picture and live.new(picture.colours)
    sinks[#sinks + 1] = view and view:sink() or events.output(run.cfg.events)
    run.emit, run.state = events.stream(sinks)
    if view then
        view:follow(run.state)
        run.tick = function() return view:tick() end
    end
end

---What the attempts before this one did.
local function recall(run, attempts)
    local earlier, rehearsed, code = journal.earlier(run.layout, attempts, run.rehearsal)
    if not earlier then return nil, rehearsed, code end
    run.attempt, run.earlier, run.rehearsed = attempts + 1, earlier, rehearsed
    return true
end

---A dry run: nothing is locked, nothing is written, the events go to standard output alone.
---@param run table
---@return table? attempt
---@return string? message, string? code
function M.dry(run)
    local attempts, message, code = journal.count(run.layout)
    local ok
    if attempts then ok, message, code = recall(run, attempts) end
    if not ok then return nil, message, code end
    stream(run, {})
    return setmetatable({}, M)
end

local function open(self, run)
    local paths = run.layout
    local held, message, code = lock.take(paths:lock())
    if not held then return nil, message, code end
    self.lock = held
    local attempts
    attempts, message, code = journal.set_aside(paths)
    if not attempts then return nil, message, code end
    local ok
    ok, message, code = recall(run, attempts)
    if not ok then return nil, message, code end
    self.journal, message, code = file.append(paths:journal())
    if not self.journal then return nil, message, code end
    self.log, message, code = file.append(paths:run_log())
    if not self.log then return nil, message, code end
    stream(run, { events.journal(self.journal), events.log(self.log) })
    return true
end

---Takes the lock and sets the earlier attempt's files aside. Fills run.attempt, run.earlier, run.rehearsed, run.emit,
---run.state.
---@param run table
---@return table? attempt                         close it
---@return string? message, string? code          ELOCKED: names the holder, and nothing was written
function M.open(run)
    local ok, message, code = file.mkdir(run.layout:logs())
    if not ok then return nil, message, code end
    local self = setmetatable({}, M)
    ok, message, code = open(self, run)
    if ok then return self end
    self:close()
    return nil, message, code
end

function M:close()
    for _, name in ipairs { "log", "journal", "lock" } do
        if self[name] then self[name]:close() end
        self[name] = nil
    end
end

return M
