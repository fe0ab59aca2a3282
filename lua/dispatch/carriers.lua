-- carriers.lua: how a batch of prompts travels. `-Via` chooses one; everybody else only knows this:
--
--   carriers/NAME.lua             open(run, via); refuses(cfg, via): why this build or machine cannot, or nil
--                                 plan(cfg, via, names): what prepare() would do | nil, message, CODE
--   carrier.name
--   carrier:prepare(names)        step 7: "not needed" | a sentence | nil, message, CODE; names: whom to send to
--   carrier:aim(jobs, pump)       every target of the batch found and checked, before anything is sent to any
--   carrier:deliver(jobs, pump)   an iterator: job, seen (facts, never a verdict), one by one in any rhythm; it ends
--                                 with nil, or with nil, message, CODE where something stopped the batch between two
--   carrier:adopt(jobs)           workers that an earlier attempt sent to: watch them, where they can be found
--   carrier:watch()               sources: something may have happened to the workers
--   carrier:lost(jobs)            job -> why it cannot finish, or what it asks; a look at all of them
--   carrier:close()               on every way out: clipboard, keys, children

local window = require "window"
local settings = require "dispatch.settings"

local M = {}

local WITHOUT_WINDOWS = { "ahk", "exec" }

---@return string kind                            the file in carriers/
---@return string via                             what it is to open
local function kind_of(cfg)
    local via = cfg.via
    if via == "auto" and settings.on_windows then via = "ahk" end
    for _, kind in ipairs(WITHOUT_WINDOWS) do
        if via == kind then return kind, via end
    end
    return "window", via
end

local function carrier_of(kind) return require("dispatch.carriers." .. kind) end

---What -Via may be where we run.
---@return string[]
function M.offered()
    local offered = { "auto" }
    for _, kind in ipairs(WITHOUT_WINDOWS) do
        if not carrier_of(kind).refuses({}, kind) then offered[#offered + 1] = kind end
    end
    for _, backend in ipairs(window.backends()) do
        offered[#offered + 1] = backend == "fake" and "fake:FILE.lua" or backend
    end
    return offered
end

---The ways as a usage has them.
---@return string                                 "auto|tmux|x11|fake:FILE.lua"
function M.alternatives() return table.concat(M.offered(), "|") end

---What -Via chose and this build or machine cannot do. To be asked before anything is run.
---@param cfg table
---@return string? message
function M.refuses(cfg)
    local kind, via = kind_of(cfg)
    local why = carrier_of(kind).refuses(cfg, via)
    return why and ("%s %s: %s; here there are %s"):format(cfg.origin and cfg.origin.via or "-Via", via, why,
        table.concat(M.offered(), ", "))
end

---What step 7 is about to do, for -WhatIf.
---@param cfg table
---@param names string[]                          whoever is to be sent to
---@return string? plan
---@return string? message, string? code          the run will stop: what is missing
function M.plan(cfg, names)
    local kind, via = kind_of(cfg)
    return carrier_of(kind).plan(cfg, via, names)
end

---What -Via names and is not there. A run asks before its first step; who only looks hears of it when he looks.
---@param cfg table
---@return string? message
function M.lacks(cfg)
    local kind, via = kind_of(cfg)
    local why = kind == "window" and carrier_of(kind).lacks(via)
    return why and ("%s %s: %s"):format(cfg.origin.via, via, why) or nil
end

---@param run table
---@return table? carrier
---@return string? message, string? code          EUNSUPPORTED, ENODISPLAY, EINVAL
function M.open(run)
    local why = M.refuses(run.cfg)
    if why then return nil, why, "EUNSUPPORTED" end
    local kind, via = kind_of(run.cfg)
    return carrier_of(kind).open(run, via)
end

return M
