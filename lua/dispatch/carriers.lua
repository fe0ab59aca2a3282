-- carriers.lua: how a batch of prompts travels. `-Via` chooses one; everybody else only knows this:
--
--   carrier.name
--   carrier:prepare()             step 7: "not needed" | a sentence | nil, message, CODE
--   carrier:aim(jobs, pump)       every target of the batch found and checked, before anything is sent to any
--   carrier:deliver(jobs, pump)   an iterator: job, seen (facts, never a verdict), one by one in any rhythm; it ends
--                                 with nil, or with nil, message, CODE where something stopped the batch between two
--   carrier:adopt(jobs)           workers that an earlier attempt sent to: watch them, where they can be found
--   carrier:watch()               sources: something may have happened to the workers
--   carrier:lost(jobs)            job -> why it cannot finish, or what it asks; a look at all of them
--   carrier:close()               on every way out: clipboard, keys, children

local M = {}

---@param run table
---@return table? carrier
---@return string? message, string? code          EUNSUPPORTED, ENODISPLAY, EINVAL
function M.open(run)
    local via = run.cfg.via
    if via == "auto" and package.config:sub(1, 1) == "\\" then via = "ahk" end
    local kind = (via == "ahk" or via == "exec") and via or "window"
    return require("dispatch.carriers." .. kind).open(run, via)
end

return M
