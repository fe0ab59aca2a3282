--- judge - what the program said of a send, against what its target and the bystanders know. A list of what is wrong.
local expect = require "expect"
local receipt = require "dispatch.receipt"

local M = {}

local function count(list, wanted)
    local n = 0
    for _, each in ipairs(list) do
        if each == wanted then n = n + 1 end
    end
    return n
end

---@class truth                                   kept by the target itself
---@field received string[]                       "BYTES HASH" of each paste that reached it
---@field accepted string[]                       of each text that Return took
---@field consented integer                       Returns that went into a question

---@param said table                              of carry.send()
---@param truth truth
---@param o {text: string, blind?: boolean, says?: table, warns?: string}   text: as the target writes it down; blind:
---       what it shows cannot be read; says: the words that are right for this kind; warns: a warning that must come
---@return string[] problems
function M.judge(said, truth, o)
    local problems = {}
    local function claim(holds, ...)
        if not holds then problems[#problems + 1] = table.concat({ ... }) end
    end
    local accepted, received = count(truth.accepted, o.text), count(truth.received, o.text)
    claim(said.word ~= "submitted" or accepted == 1 and #truth.accepted == 1, "FALSE SUBMITTED: ", said.why,
        "; accepted: ", expect.show(truth.accepted), ", sent: ", o.text)
    claim(accepted <= 1, "accepted twice")
    claim(received <= 1, "pasted twice")
    claim(o.blind or truth.consented == 0, "a key went into a question")
    claim(said.word ~= "not_submitted" or accepted == 0, "called not_submitted, and it was accepted: ", said.why)
    if receipt.may_send_again(said.word, said.seen) then
        local anything = o.blind and received or #truth.received -- a late paste gets the user's own clipboard
        claim(anything == 0, "called safe to send again, and it was received: ", said.why)
    end
    if said.word == "not_submitted" then
        local kept = said.evidence and expect.read(said.evidence)
        claim(kept and kept ~= "", "no evidence of: ", said.why)
    end
    claim(not o.says or o.says[said.word], "called ", said.word, ": ", tostring(said.why))
    claim(not o.warns or said.warnings[o.warns], "no warning ", tostring(o.warns))
    return problems
end

---The proof of a paste, where the receipt carries one.
function M.proof(said) return said.word == "unobservable" and receipt.proof(said.seen) or "" end

return M
