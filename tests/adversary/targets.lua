--- targets - agents in terminals (agent.lua) as an arena opens them, and what their logs say.
local expect = require "expect"
local digest = require "digest"

local M = {}

local here = debug.getinfo(1, "S").source:match "^@(.*)/[^/]*$"

---The command line of an agent.
---@param log string
---@param spec {manner?: table<string, any>, app?: string}   app: its program has this name
---@param folder string                           where a name can be given to it
---@return string[]
function M.command(log, title, spec, folder)
    local program = expect.binary()
    if spec.app then
        program = folder .. "/" .. spec.app      -- the file's own name tells what a program is, not that of a link
        if not require "lfs".attributes(program) then
            expect.equal(expect.run({ "cp", expect.binary(), program }).exit, 0)
        end
    end
    local words = { program, here .. "/agent.lua", log, title }
    local names = {}
    for name in pairs(spec.manner or {}) do names[#names + 1] = name end
    table.sort(names)
    for _, name in ipairs(names) do
        local value = spec.manner[name]
        words[#words + 1] = value == true and name or ("%s=%s"):format(name, value)
    end
    return words
end

---How often a log says a line that begins so.
function M.count(log, word)
    local n = 0
    for line in (expect.read(log) or ""):gmatch "[^\n]+" do
        if line:match "^%l+" == word then n = n + 1 end
    end
    return n
end

---@return integer pid
function M.await_ready(log)
    return tonumber(expect.eventually("an agent", 20, function()
        return (expect.read(log) or ""):match "ready (%d+)\n"
    end))
end

---Has it read all that was sent to it? mark(): sends it F12.
function M.settle(log, mark)
    if M.count(log, "ended") > 0 then return end
    local marks = M.count(log, "marked")
    mark()
    expect.eventually("the agent has read all", 20, function()
        return M.count(log, "marked") > marks or M.count(log, "ended") > 0
    end)
end

---@return truth
function M.truth(log)
    local truth = { received = {}, accepted = {}, consented = M.count(log, "consented") }
    for line in (expect.read(log) or ""):gmatch "[^\n]+" do
        local what, hash = line:match "^(%l+) (%d+ %x+)$"
        if what == "received" or what == "accepted" then table.insert(truth[what], hash) end
    end
    return truth
end

---A text as an agent writes it down.
function M.noted(text) return ("%d %s"):format(#text, digest.sha256(text)) end

---Has a bystander got anything?
---@return string? what
function M.disturbed(log)
    for line in (expect.read(log) or ""):gmatch "[^\n]+" do
        if not (line:find "^ready" or line == "marked") then return line end
    end
end

return M
