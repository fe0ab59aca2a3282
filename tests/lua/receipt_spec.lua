-- The table below is the whole rule of delivery.md: which facts make which word. Each row: what was seen, the word, a
-- part of its reason, and whether a later attempt may send again by itself.
local expect = require "expect"
local receipt = require "dispatch.receipt"
local test = expect.test

local TABLE = {
    -- proof
    { { keys = 1, taken = "whole", shown = true, composer = "empty" }, "submitted", "left the composer", false },
    { { keys = 1, taken = "unknown", composer = "text", signal = "working" }, "submitted", "works on it", false },
    { { keys = 1, taken = "whole", relay = true, signal = "working" }, "unobservable", "passes its text on", false },
    -- refused, or stopped, before anything was pasted
    { { keys = 0, stopped = "check", why = "a dialog" }, "not_submitted", "a dialog", true },
    { { keys = 0, stopped = "focus", why = "no focus", code = "EFOCUS" }, "not_submitted", "no focus", true },
    { { keys = 0, stopped = "paste", taken = "not", why = "nobody asked" }, "not_submitted", "nobody asked", true },
    -- stopped between the paste and the key
    { { keys = 0, stopped = "paste", taken = "served", why = "late" }, "not_submitted", "late (the text", false },
    { { keys = 0, stopped = "paste", taken = "unknown", why = "x" }, "not_submitted", "may be in its composer", false },
    { { keys = 0, stopped = "settle", taken = "whole", why = "never showed" }, "not_submitted", "never", false },
    { { keys = 0, stopped = "recheck", taken = "whole", why = "gone" }, "not_submitted", "gone (the text", false },
    -- the key did not help
    { { keys = 3, taken = "whole", composer = "text" }, "not_submitted", "still in the composer", false },
    { { keys = 1, taken = "whole", composer = "text", stopped = "recheck", why = "a question" }, "not_submitted",
        "a question (the text", false },
    -- stopped after the key: it may have been accepted
    { { keys = 1, taken = "whole", stopped = "confirm", why = "gone" }, "unobservable", "the key went out", false },
    -- whether the key went out is not known
    { { keys = 0, key = "unknown", taken = "whole", stopped = "submit", why = "Ctrl-C" }, "unobservable",
        "whether the key went out is not known: Ctrl-C", false },
    { { keys = 1, key = "unknown", taken = "whole", composer = "text", stopped = "submit", why = "late" },
        "unobservable", "is not known: late", false },
    -- the key is with a program that does not read
    { { keys = 1, taken = "whole", read = false, composer = "text" }, "unobservable", "may yet take the text", false },
    { { keys = 1, taken = "whole", read = false, composer = "empty" }, "unobservable", "the key waits", false },
    -- nothing more to be seen
    { { keys = 1, taken = "whole", composer = "empty", relay = true }, "unobservable", "passes its text on", false },
    { { keys = 1, taken = "whole", read = true, composer = "unknown" }, "unobservable", "read the whole text", false },
    { { keys = 1, taken = "whole", composer = "unknown" }, "unobservable", "took the whole text", false },
    { { keys = 1, taken = "whole", reader = "window" }, "unobservable", "the window took the whole text", false },
    { { keys = 1, taken = "whole", reader = "process" }, "unobservable",
        "its process took the whole text by a window that is not seen, while the window had the focus", false },
    { { keys = 1, taken = "whole", reader = "process", read = true }, "unobservable", "and the window the key", false },
    { { keys = 1, taken = "whole", reader = "process", composer = "empty" }, "submitted", "left the composer", false },
    { { keys = 1, taken = "served" }, "unobservable", "its end was not seen", false },
    { { keys = 1, taken = "unknown" }, "unobservable", "neither the text", false },
    { { keys = 2 }, "unobservable", "neither the text", false },
    -- an empty composer alone proves nothing: it may never have held the text
    { { keys = 0, taken = "whole", composer = "empty" }, "unobservable", "took the whole text", false },
}

for i, row in ipairs(TABLE) do
    test(("row %d: %s is %s"):format(i, expect.show(row[1]), row[2]), function()
        local word, why = receipt.decide(row[1])
        expect.equal(word, row[2])
        expect.contains(why, row[3])
        expect.equal(receipt.may_send_again(word, row[1]), row[4])
    end)
end

test("no mixture of facts is called submitted without a proof after a key or a signal", function()
    local words = { taken = { "not", "served", "whole", "unknown", false },
        composer = { "empty", "text", "unknown", false },
        signal = { "working", false }, relay = { true, false }, stopped = { "confirm", false }, keys = { 0, 1, 3 },
        key = { "unknown", false }, read = { true, false } }
    local names = { "taken", "composer", "signal", "relay", "stopped", "keys", "key", "read" }
    local function every(i, seen)
        if i > #names then
            seen.why = (seen.stopped or seen.key) and "why" or nil
            local word, why = receipt.decide(seen)
            expect.truthy(why and why ~= "")
            local key = (seen.keys > 0 or seen.key) and seen.read ~= false
            local proof = not seen.relay and (seen.signal or seen.composer == "empty" and key)
            expect.equal(word == "submitted", proof and true or false, expect.show(seen))
            if receipt.may_send_again(word, seen) then
                local none = seen.taken == nil or seen.taken == "not"
                expect.truthy(seen.keys == 0 and not seen.key and none, expect.show(seen))
            end
            return
        end
        for _, value in ipairs(words[names[i]]) do
            if not value and names[i] ~= "read" then value = nil end
            seen[names[i]] = value
            every(i + 1, seen)
        end
        seen[names[i]] = nil
    end
    every(1, {})
end)

test("how far the proof reached is one of three words", function()
    expect.equal(receipt.proof { taken = "whole" }, "whole")
    expect.equal(receipt.proof { taken = "served" }, "served")
    expect.equal(receipt.proof { taken = "unknown" }, "unknown")
    expect.equal(receipt.proof {}, "unknown")
end)
