-- receipt.lua: the one place that decides whether a prompt was delivered. Pure: facts in, one word out.
--
-- Every carrier fills the same facts. The rules are asked from top to bottom, the first that holds decides; their spec
-- is the same table again. What is not proven is never called `submitted`, and where something may have arrived nothing
-- is sent again by itself.

local json = require "dispatch.json"

local M = {}

---@class seen                    what a carrier saw while it sent
---@field taken? "not"|"served"|"whole"|"unknown"     the paste; nil: none was begun
---@field reader? "window"|"process"                whole by the window itself, or only by its process; nil: not told
---@field shown? boolean          the text was read back from the screen before the key
---@field keys? integer           submit keys that went out
---@field key? "unknown"          one key more may have gone out: it was not heard
---@field read? boolean           was the program seen to read the last of them? nil: nobody can say
---@field composer? "empty"|"text"|"unknown"          after the last key; "empty" only after `shown`
---@field signal? "working"       the agent's own sign that it took the prompt
---@field relay? boolean          the window passes its text on: what it shows proves nothing about what is behind it
---@field field? "unread"        which field of the window has the focus cannot be seen
---@field clipboard? string        what the user had there will not come back, and why
---@field stopped? string         the phase in which the send ended early
---@field why? string             then: the reason
---@field code? string            then: its code

local LOOK = " (the text may be in its composer: look before it is sent again)"

local function nothing_went(seen) return seen.taken == nil or seen.taken == "not" end
local function no_key(seen) return (seen.keys or 0) == 0 and not seen.key end

---Only the process is known: of several windows it may have been another's text, but for the focus.
local function by_process(seen) return seen.taken == "whole" and seen.reader == "process" end
local BY_PROCESS = "its process took the whole text by a window that is not seen, %s; it shows nothing more"

-- { holds?, word, why (a sentence, or made from what was seen) }
local RULES = {
    { function(seen) return seen.signal == "working" and not seen.relay end,
        "submitted", "the agent says that it works on it" },
    { function(seen)
            return seen.composer == "empty" and not seen.relay and not no_key(seen) and seen.read ~= false
        end,
        "submitted", "the text left the composer" },
    { function(seen) return seen.stopped and no_key(seen) and nothing_went(seen) end,
        "not_submitted", function(seen) return seen.why end },
    { function(seen) return seen.stopped and no_key(seen) end,
        "not_submitted", function(seen) return seen.why .. LOOK end },
    { function(seen) return seen.composer == "text" and not seen.key and seen.read ~= false end,
        "not_submitted", function(seen)
            if seen.why then return seen.why .. LOOK end
            return ("the text is still in the composer after %d key%s"):format(seen.keys, seen.keys == 1 and "" or "s")
        end },
    { function(seen) return seen.key end,
        "unobservable", function(seen) return "whether the key went out is not known: " .. seen.why end },
    { function(seen) return seen.stopped end,
        "unobservable", function(seen) return "the key went out, then: " .. seen.why end },
    { function(seen) return seen.read == false end,
        "unobservable", "the key waits for the program, which does not read; it may yet take the text" },
    { function(seen) return seen.relay end,
        "unobservable", "the window passes its text on to a program behind it" },
    { by_process, "unobservable", function(seen)
            return BY_PROCESS:format(seen.read and "and the window the key" or "while the window had the focus")
        end },
    { function(seen) return seen.taken == "whole" and seen.read end,
        "unobservable", "the program read the whole text and the key; it shows nothing more" },
    { function(seen) return seen.taken == "whole" end,
        "unobservable", "the window took the whole text; it shows nothing more" },
    { function(seen) return seen.taken == "served" end,
        "unobservable", "the text was handed out; its end was not seen" },
    { function() return true end,
        "unobservable", "the window shows neither the text nor its acceptance" },
}

---@param seen seen
---@return "submitted"|"not_submitted"|"unobservable" word
---@return string why
function M.decide(seen)
    for _, rule in ipairs(RULES) do
        if rule[1](seen) then
            local why = type(rule[3]) == "function" and rule[3](seen) or rule[3]
            return rule[2], why
        end
    end
    error "receipt: the last rule always holds"
end

---May it be sent again without a person having looked? Only where nothing can have arrived.
---@param word string
---@param seen seen
function M.may_send_again(word, seen) return word == "not_submitted" and nothing_went(seen) and no_key(seen) end

local FACTS = { "taken", "reader", "shown", "keys", "key", "read", "composer", "signal", "relay", "stopped", "agent",
    "field", "focus_tries", "clipboard" }

---What the journal keeps of what was seen.
---@param seen seen
---@return table
function M.facts(seen)
    local facts = json.object()
    for _, name in ipairs(FACTS) do facts[name] = seen[name] end
    return facts
end

---How far the proof of an `unobservable` send reached.
---@return "whole"|"served"|"unknown"
function M.proof(seen) return (seen.taken == "whole" or seen.taken == "served") and seen.taken or "unknown" end

return M
