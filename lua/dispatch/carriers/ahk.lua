-- AutoHotkey: the windows of a Windows desktop, with AutoHotkey's hands: one script for the batch focuses and presses
-- keys. Finding, checking, watching, the clipboard and the proof are those of carriers/window.lua.

local clock = require "clock"
local digest = require "digest"
local file = require "file"
local layout = require "dispatch.layout"
local find = require "dispatch.ahk.find"
local settings = require "dispatch.settings"
local hands = require "dispatch.ahk.hands"
local runtime = require "dispatch.ahk.runtime"
local script = require "dispatch.ahk.script"
local windows = require "dispatch.carriers.window"

local M = setmetatable({}, { __index = windows })
M.__index = M

local DESKTOP = "win32"

---@return string? why
function M.refuses()
    if windows.refuses({}, DESKTOP) then return "AutoHotkey runs on Windows only" end
end

---@param run table
---@param via string
---@param desktop? string         whose windows; default: win32
---@return table? carrier, string? message, string? code
function M.open(run, via, desktop)
    local self, message, code = windows.open(run, desktop or DESKTOP)
    if not self then return nil, message, code end
    self.name, self.places[1].name = via, via
    return setmetatable(self, M)
end

---Where the script and its logs are: those of the run; of a send without a run, a folder that goes with it.
local function paths_of(self)
    if self.run.layout then return self.run.layout end
    local folder = ("%s/dispatch-ahk-%.0f"):format(settings.temporary_folder(), clock.now() * 1e9)
    local paths = layout.new(folder, "send")
    local ok, message, code = file.mkdir(paths:logs())
    if not ok then return nil, message, code end
    self.passing = folder
    return paths
end

---Writes the script of this run.
---@return string? path, string? message, string? code
local function write(self)
    local paths = self.paths
    local template, name, code = runtime.template(self.run.root and layout.ahk_template(self.run.root))
    if not template then return nil, name, code end
    local text, message
    text, message, code = runtime.make(template, name,
        { { "RUN_ID", self.run.id or "" }, { "LOG_FILE", paths:ahk_log() } })
    if not text then return nil, message, code end
    local path = paths:ahk_script()
    local refused = table.pack(file.write(path, text))
    if not refused[1] then return table.unpack(refused, 1, 3) end
    self.emit("artifact", { kind = "ahk", path = path, sha256 = digest.sha256(text) })
    return path
end

---What prepare() is about to do: a dry run looks for AutoHotkey, and neither installs nor starts it.
---@param cfg table
---@param names string[]                          whoever is to be sent to
---@return string? plan
---@return string? message, string? code          ENOENT: none is here, and no winget; and those of find.find()
function M.plan(cfg, _, names)
    if not names[1] then return "do without AutoHotkey: nobody is to be sent to" end
    return find.plan(cfg.ahk_exe)
end

---Finds AutoHotkey and starts its script.
local function start(self)
    local found, message, code = find.ensure(self.cfg.ahk_exe, clock.now() + self.cfg.stage_timeout)
    if not found then return nil, message, code end
    self.paths, message, code = paths_of(self)
    if not self.paths then return nil, message, code end
    local path
    path, message, code = write(self)
    if not path then return nil, message, code end
    local out, err = self.paths:ahk_streams()
    local running
    running, message, code = script.start(found.path, path, out, err)
    if not running then return nil, message, code end
    local place = self.places[1]
    place.desktop = hands(place.desktop, running)
    self.started = true
    return ("AutoHotkey %s, %s"):format(found.version, found.path)
end

function M:prepare(names)
    local note, message, code = windows.prepare(self, names)
    if not note or not names[1] then return note, message, code end
    return start(self)
end

---Nobody is sent to by other hands, also where step 7 found that nobody would be.
function M:aim(jobs, pump)
    local ok, message, code = true, nil, nil
    if not self.started then ok, message, code = start(self) end
    if not ok then return nil, message, code end
    return windows.aim(self, jobs, pump)
end

---A line of AHK_WORKER_RESULTS.log, in the words of receipt.lua's facts.
local function result(job, seen)
    local words = { os.date "!%Y-%m-%dT%H:%M:%SZ", job.worker, "taken=" .. (seen.taken or "none"),
        "keys=" .. (seen.keys or 0) }
    if seen.stopped then words[#words + 1] = ("stopped=%s: %s"):format(seen.stopped, seen.why) end
    return (table.concat(words, "\t"):gsub("\n", " "))
end

function M:deliver(jobs, pump)
    local each = windows.deliver(self, jobs, pump)
    return function()
        local job, seen, code = each()
        if job then
            local log <close>, message = file.append(self.paths:ahk_results())
            local ok
            if log then ok, message = log:line(result(job, seen)) end
            if not ok then self.emit("warning", { code = "EIO", message = message }) end
        end
        return job, seen, code
    end
end

function M:close()
    windows.close(self)
    if self.passing then file.remove_tree(self.passing) end
    self.passing = nil
end

return M
