--- carry - one prompt, carried as a run carries it: found, checked, sent. What the program says of it, and when each
--- phase began, so that an adversary can strike between two.
local clock = require "clock"
local digest = require "digest"
local expect = require "expect"
local wait = require "wait"
local carriers = require "dispatch.carriers"
local layout = require "dispatch.layout"
local receipt = require "dispatch.receipt"
local settings = require "dispatch.settings"

local M = {}

local AGENTS = [[
return {
    agents = { {
        name = "adversary", match = { screen = { "^adversary agent" } }, bracketed = true,
        composer = { begins = "^> " }, placeholder = { "^%[Pasted (%d+) chars%]$", counts = "chars" },
        working = { "^working on (%x+)$" }, blocked = { "^Allow%? %[y/n%]" },
    } },
    paste_keys = { { app = { "xterm" }, keys = "shift+Insert" } },
}
]]

---A project with an agents.lua of its own, and a place for evidence.
---@return string root
function M.project()
    local root = expect.folder()
    expect.write(layout.dispatch_folder(root) .. "/agents.lua", AGENTS)
    expect.mkdir(layout.new(root, "20261122_1"):logs())
    return root
end

---A pause with nobody to watch.
local function pump(deadline, sources) return wait.any(sources, deadline) end

local function open(o, said)
    local cfg = assert(settings.parse { "-BetweenWorkersDelayMs", "0", table.unpack(o.flags) })
    local function emit(name, fields)
        if name == "warning" then said.warnings[fields.code] = fields.message end
        if name == "artifact" and fields.worker then said.evidence = fields.path end
        if name == "send.begin" then said.begun = true end
        local strike = name == "send.phase" and o.phases and o.phases[fields.phase]
        if strike then strike() end
        return true
    end
    local carrier = assert(carriers.open { cfg = cfg, root = o.root, emit = emit,
        layout = layout.new(o.root, "20261122_1") })
    carrier:prepare()
    return carrier
end

local function deliver(carrier, job, said)
    local ok, message, code = carrier:aim({ job }, pump)
    if not ok then
        said.word, said.why, said.seen = "not_submitted", message, { stopped = "aim", code = code }
        return
    end
    local next_fact = carrier:deliver({ job }, pump)
    local sent, seen = next_fact()
    if not sent then error("nothing was sent: " .. tostring(seen)) end
    said.word, said.why = receipt.decide(seen)
    said.seen = seen
    next_fact()                                  -- gives the clipboard back
end

---@param o {root: string, flags: string[], title: string, text: string, phases?: table<string, fun()>}
---@return table said                             {word, why, seen, seconds, begun, evidence (path), warnings}
function M.send(o)
    local said = { warnings = {} }
    local job = { worker = "W", title = o.title, text = o.text, sha256 = digest.sha256(o.text),
        prompt_path = o.root .. "/prompt.txt" }
    local carrier = open(o, said)
    local began = clock.now()
    deliver(carrier, job, said)
    said.seconds = clock.now() - began
    carrier:close()
    return said
end

return M
