-- script.lua: the running script. It takes one order at a time and answers each; one that gives no sign of life is
-- ended.

local clock = require "clock"
local process = require "process"
local file = require "file"

local Script = {}
Script.__index = Script

local M = {}

M.START_SECONDS = 20             -- the first start after a boot, with a scanner for viruses
M.SILENCE_SECONDS = 5            -- it says "busy" every half second while it is at work
local CODES = { EGONE = true, EFOCUS = true, EREFUSED = true, EINVAL = true }

---@class ahk_script
---@field version string

local function last_words(path)
    local text = file.read(path) or ""
    local words = text:gsub("^\u{FEFF}", ""):gsub("%s+", " "):match "^%s*(.-)%s*$"
    return words ~= "" and ": " .. words or ""
end

---Nothing can be asked of it any more; when this answers it is gone, and the files that it had open are free.
local function over(self, message, code)
    if not self.dead then
        self.dead = { message, code == "ETIMEOUT" and "EIO" or code }        -- it will not pass: no second try
        self.child:kill(clock.now())
        self.child:close()
    end
    return nil, message, code
end

---The next line that is more than a sign of life.
---@param quiet number            seconds without one after which it is hung
local function hear(self, deadline, quiet)
    while true do
        local silent = clock.now() + quiet
        local line, message, code = self.child:line(math.min(deadline, silent))
        if line then
            line = line:gsub("\r$", "")
            self.said:line(line)
            if line ~= "busy" then return line end
        elseif code == "ETIMEOUT" and silent < deadline then
            return over(self, ("AutoHotkey gave no sign of life for %g s and was ended"):format(quiet), "ETIMEOUT")
        elseif code == "ETIMEOUT" then
            return over(self, "AutoHotkey did not answer in time and was ended", code)
        elseif code == "EIO" then
            return over(self, "AutoHotkey ended" .. last_words(self.errors), "EIO")
        else
            return nil, message, code
        end
    end
end

---Starts it, and waits until it is ready for orders.
---@param exe string              AutoHotkey v2
---@param path string             of the script
---@param out string              path: what it says, line by line
---@param err string              path: what it complains about
---@return ahk_script? script, string? message, string? code      ENOENT EACCES EIO ETIMEOUT EINTR
function M.start(exe, path, out, err)
    local said, message, code = file.append(out)
    if not said then return nil, message, code end
    local child
    child, message, code = process.spawn({ exe, "/ErrorStdOut=UTF-8", path }, { out = "lines", err = err })
    if not child then
        said:close()
        return nil, message, code
    end
    local self = setmetatable({ child = child, said = said, errors = err }, Script)
    local line
    line, message, code = hear(self, clock.now() + M.START_SECONDS, M.START_SECONDS)
    self.version = line and line:match "^ready\t(%S+)$"
    if self.version then return self end
    self:close()
    if line then return nil, ("%s: its first words are '%s', not 'ready'"):format(path, line), "EIO" end
    return nil, message, code
end

---One order, and its answer.
---@param fields string[]         no tab and no end of line can be in one
---@param deadline number
---@return true? done, string? message, string? code      EINVAL EGONE EFOCUS EREFUSED EIO ETIMEOUT EINTR
---@return boolean? maybe         it was given the order, and whether it carried that out is not known
function Script:order(fields, deadline)
    for _, field in ipairs(fields) do
        if field:find "[%c]" then return nil, "AutoHotkey cannot be given a control character", "EINVAL" end
    end
    if self.dead then return nil, table.unpack(self.dead) end
    local ok, message, code = self.child:write(table.concat(fields, "\t") .. "\n", deadline)
    if not ok then
        if code == "EIO" then message = "AutoHotkey ended" .. last_words(self.errors) end
        over(self, message, code)
        return nil, message, code, code ~= "EIO"             -- who is gone did nothing
    end
    local line
    line, message, code = hear(self, deadline, M.SILENCE_SECONDS)
    if not line then
        if not self.dead then over(self, "AutoHotkey was stopped in the middle of an order", code) end
        return nil, message, code, true
    end
    if line == "done" then return true end
    local refusal, why = line:match "^refused\t(%u+)\t(.*)$"
    if CODES[refusal] then return nil, why, refusal end
    local problem, script, at = line:match "^failed\t(.-)\t(.-)\t(%d+)$"
    message = problem and ("%s, line %s: %s"):format(script, at, problem)
        or ("AutoHotkey answered '%s', which is no answer"):format(line)
    over(self, message, "EIO")
    return nil, message, "EIO", true
end

---Ends it. Again is fine.
function Script:close()
    over(self, "AutoHotkey was ended", "EIO")
    self.said:close()
end

return M
