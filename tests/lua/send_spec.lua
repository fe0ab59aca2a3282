-- One prompt, one window: refusals, focus, paste, settle, re-check, submit, confirm; receipts and their evidence.
local expect = require "expect"
local world = require "world"
local target = require "dispatch.target"
local test = expect.test

---The first worker's window is different.
local function with(o, more)
    local rules = { { at = 0, window = "A_core", title = world.title "A_core", app = "agent",
        screen = "sample worker A_core\n> " }, without = { A_core = true } }
    for key, value in pairs(o) do rules[1][key] = value end
    for _, rule in ipairs(more or {}) do rules[#rules + 1] = rule end
    local w = world.new(rules)
    table.insert(w.rules, (select(2, world.good(w, "A_core", 1))))
    return w
end

local function nothing_sent(r) expect.equal(r:pastes(), {}) end

-- Refusals: before anything is sent to any ----------------------------------------------------------------------------

for trait, text in pairs { shell = "shell", dead = "", self = "", elevated = "" } do
    test("a window that is " .. trait .. " is refused before anything is sent to any", function()
        local r, message = with({ [trait] = true }):stops("dispatch", "EREFUSED")
        expect.contains(message, "A_core")
        expect.contains(message:lower(), text)
        nothing_sent(r)
    end)
end

test("a question on the screen is refused: nothing may be taken for its answer", function()
    local r, message = with({ screen = "sample worker A_core\nAllow? [y/n]\n> " }):stops("dispatch", "EREFUSED")
    expect.contains(message, "asks for an approval: 'Allow? [y/n]'")
    nothing_sent(r)
    expect.equal(r.record.A_core.consented or {}, {})
    expect.contains(r.page, "SEND_A_core.txt")
end)

test("somebody's draft is refused and quoted", function()
    local r, message = with({ draft = "fix the tests first" }):stops("dispatch", "EREFUSED")
    expect.contains(message, "'fix the tests first'")
    nothing_sent(r)
end)

test("the last window's refusal leaves the first four untouched", function()
    nothing_sent((world.new { { at = 0.0, window = "Z_aggregator", title = world.title "Z_aggregator", shell = true },
        without = { Z_aggregator = true } }:stops("dispatch", "EREFUSED")))
end)

test("our own text in the composer is submitted, not pasted again", function()
    local w = world.new()
    local prompt = require "project".prompt(w.at, "A_core"):gsub("%s+$", "")
    table.insert(w.rules, { at = 0, window = "A_core", draft = prompt })
    local r = w:passes()
    expect.equal(r.record.A_core.pastes, 0)
    expect.equal(r.record.A_core.submitted, { prompt })
    expect.equal(r:one("send.begin", "A_core").mode, "key")
    expect.equal(r:one("send.receipt", "A_core").receipt, "submitted")
end)

-- Focus ---------------------------------------------------------------------------------------------------------------

test("focus refused twice, then had", function()
    local r = world.new { { on = "focus", window = "A_core", nth = 1, answer = "EFOCUS" },
        { on = "focus", window = "A_core", nth = 2, answer = "EFOCUS" } }:passes()
    expect.equal(r:one("send.receipt", "A_core").seen.focus_tries, 3)
end)

test("focus refused for good: after -FocusRetries the run stops, nothing pasted, evidence kept", function()
    local r, message = world.new { { on = "focus", window = "B_tooling", answer = "EFOCUS" } }:stops("dispatch",
        "EFOCUS", { "-FocusRetries", "2" })
    expect.equal(r.record.B_tooling.focused, 3)
    expect.contains(message, "3 attempts")
    expect.contains(message, "not sent: C_features, D_validation, Z_aggregator")
    expect.equal(r:pastes(), { A_core = 1 })
    expect.equal(r:one("send.receipt", "B_tooling").receipt, "not_submitted")
    expect.contains(r.page, "FACTORY_FOCUS_RETRIES")
    expect.contains(r.page, "SEND_B_tooling.txt")
end)

test("the chat of an editor is reached by its focus keys before the paste", function()
    local r = with({ app = "Code", chat = false }):passes()
    expect.equal(r.record.A_core.keys, { "ctrl+shift+p", "Return", "Return" })
    expect.equal(r.record.A_core.typed, { "Open Codex Sidebar" })
    expect.equal(#r.record.A_core.submitted, 1)
end)

test("-FocusKeys none leaves them out, and what is then lost is seen", function()
    local r = with({ app = "Code", chat = false }):stops("dispatch", "ENOTSENT", { "-FocusKeys", "none" })
    expect.equal(r.record.A_core.keys or {}, {})
end)

-- Paste ---------------------------------------------------------------------------------------------------------------

test("a paste that nobody asks for: not submitted, and safe to send again", function()
    local w = world.new { { on = "paste", window = "A_core", nth = 1, answer = "not" } }
    local r = w:run()
    expect.equal(r.exit, 2)
    expect.equal(r:one("send.receipt", "A_core").seen.taken, "not")
    w.rules[1] = { at = 0, window = "x", title = "x" }
    expect.equal(w:passes().record.A_core.pastes, 1)
end)

test("a paste that is lost is seen: no key, not submitted", function()
    local r, message = world.new { { on = "paste", window = "A_core", answer = "lose" } }:stops("dispatch", "ENOTSENT")
    expect.contains(message, "never showed")
    expect.equal(r.record.A_core.keys or {}, {})
    expect.equal(r:pastes(), { A_core = 1 })
    expect.contains(r.page, "-SendMode")
end)

test("a paste that is cut is seen: no key, and the composer is quoted", function()
    local r, message = world.new { { on = "paste", window = "A_core", answer = "cut", keep = 9 } }:stops("dispatch",
        "ENOTSENT")
    expect.contains(message, "'RUN_ID: 2'")
    expect.equal(r.record.A_core.keys or {}, {})
end)

test("a window that closes with the paste: not submitted, and not found again", function()
    local r = world.new { { on = "paste", window = "C_features", close = true } }:stops("dispatch", "EGONE")
    expect.equal(r:receipts().C_features, "not_submitted")
    expect.equal(r:pastes(), { A_core = 1, B_tooling = 1, C_features = 1 })
end)

test("a window that changes hands with the paste gets no key", function()
    local r = world.new { { on = "paste", window = "A_core", pid = 4242 } }:stops("dispatch", "EGONE")
    expect.equal(r.record.A_core.keys or {}, {})
end)

test("a question that pops up after the paste gets no key", function()
    local r = world.new { { on = "paste", window = "A_core", screen = "sample worker A_core\nAllow? [y/n]\n> " } }
        :stops("dispatch", "EREFUSED")
    expect.equal(r.record.A_core.keys or {}, {})
    expect.equal(r.record.A_core.consented or {}, {})
    expect.equal(r:receipts().A_core, "not_submitted")
end)

test("the intent to paste stands in the journal before the paste, the receipt after it", function()
    local r = world.new():passes()
    local begin, receipt = r:one("send.begin", "A_core"), r:one("send.receipt", "A_core")
    expect.truthy(begin.seq < receipt.seq)
    expect.equal(#begin.sha256, 64)
    expect.equal(begin.mode, "full")
    expect.equal(begin.target.id, r:one("target.found", "A_core").id)
    expect.equal(begin.sha256, r:one("prompt.ok", "A_core").sha256)
end)

test("a clipboard that will not come back is told: a warning, and beside that send in the report", function()
    local r = world.new { { on = "paste", window = "B_tooling", unsaved = "the clipboard is lost: its owner hangs" } }
        :passes()
    local warning = r:one "warning"
    expect.equal({ warning.worker, warning.code }, { "B_tooling", "ECLIPBOARD" })
    expect.contains(warning.message, "its owner hangs")
    expect.equal(r:one("send.receipt", "B_tooling").seen.clipboard, warning.message)
    expect.equal(r:one("send.receipt", "A_core").seen.clipboard, nil)
    local _, told = r.page:gsub("the clipboard is lost", "")
    expect.equal(told, 2, "among the warnings, and beside its send")
end)

-- Settle --------------------------------------------------------------------------------------------------------------

test("where the text is read back there is no pause before the key, elsewhere 300 ms", function()
    local r = world.new():passes()
    expect.truthy(r:one("send.receipt", "A_core").ms.settle < 100)
    r = with({ blind = true }):passes()
    expect.truthy(r:one("send.receipt", "A_core").ms.settle >= 300)
end)

test("-SettleMs is kept to", function()
    local r = world.new():passes { "-SettleMs", "1500" }
    expect.truthy(r:one("send.receipt", "A_core").ms.settle >= 1500)
    r = with({ blind = true }):passes { "-SettleMs", "0" }
    expect.truthy(r:one("send.receipt", "A_core").ms.settle < 100)
end)

test("a text that shows late is waited for", function()
    local r = world.new { { on = "paste", window = "A_core", late = 1.5 } }:passes()
    expect.truthy(r:one("send.receipt", "A_core").ms.settle >= 1400)
end)

-- Submit and confirm --------------------------------------------------------------------------------------------------

test("Enter swallowed once: the key again, never the text", function()
    local r = world.new { { on = "key", window = "A_core", nth = 1, answer = "swallow" } }:passes()
    expect.equal(r.record.A_core.keys, { "Return", "Return" })
    expect.equal(r.record.A_core.pastes, 1)
    expect.equal(r:one("send.receipt", "A_core").receipt, "submitted")
end)

test("Enter swallowed always: three keys, one paste, not submitted", function()
    local r, message = world.new { { on = "key", window = "A_core", answer = "swallow" } }:stops("dispatch", "ENOTSENT")
    expect.equal(r.record.A_core.keys, { "Return", "Return", "Return" })
    expect.equal(r.record.A_core.pastes, 1)
    expect.contains(message, "still in the composer")
    expect.contains(r:one("send.receipt", "A_core").evidence[1], "SEND_A_core.txt")
end)

test("an agent that is busy with the text still in its composer gets no second key", function()
    local r = world.new { { on = "key", window = "A_core", answer = "swallow",
        screen = "sample worker A_core\nworking on 99999999\n> " } }:run()
    expect.equal(r.record.A_core.keys, { "Return" })
    expect.equal(r:receipts().A_core, "not_submitted")
end)

test("a key that works late is waited for up to 2 s", function()
    local r = world.new { { on = "key", window = "A_core", late = 1.8 } }:passes()
    expect.equal(r.record.A_core.keys, { "Return" })
end)

test("an agent that changes its title when it sets to work is confirmed all the same", function()
    local r = world.new { { on = "key", window = "A_core", title = "Working", late = 1 } }:passes()
    expect.equal(r:one("send.receipt", "A_core").receipt, "submitted")
end)

test("ctrl_enter presses that", function()
    local r = world.new():passes { "-SendMode", "ctrl_enter" }
    expect.equal(r.record.A_core.keys, { "ctrl+Return" })
end)

test("both: Ctrl+Enter only where Enter was not seen to submit", function()
    expect.equal(world.new():passes { "-SendMode", "both" }.record.A_core.keys, { "Return" })
    local r = with({ submit_key = "ctrl+Return" }):passes { "-SendMode", "both" }
    expect.equal(r.record.A_core.keys, { "Return", "ctrl+Return" })
end)

test("both, where nothing can be read: both keys, once", function()
    local r = with({ blind = true }):passes { "-SendMode", "both" }
    expect.equal(r.record.A_core.keys, { "Return", "ctrl+Return" })
end)

test("where nothing can be read: unobservable, how far the proof reached, and no waiting for it", function()
    local r = with({ blind = true }):passes()
    local receipt = r:one("send.receipt", "A_core")
    expect.equal({ receipt.receipt, receipt.seen.taken }, { "unobservable", "whole" })
    expect.truthy((receipt.ms.confirm or 0) < 100)
    expect.contains(r.page, "unobservable, **arrived**")
    expect.contains(r.page, "paste=whole")
end)

for answer, proof in pairs { served = "served", unknown = "unknown" } do
    test("a paste of which only " .. answer .. " is known counts as sent, and is not pasted again", function()
        local r = with({ blind = true }, { { on = "paste", window = "A_core", answer = answer } }):passes()
        expect.equal(r:one("send.receipt", "A_core").receipt, "unobservable")
        expect.contains(r.page, "paste=" .. proof)
        expect.equal(r.record.A_core.pastes, 1)
    end)
end

test("an unknown program is not guessed at, whatever its screen shows", function()
    local r = with({ screen = "some program\n> " }):passes()
    expect.equal(r:one("send.receipt", "A_core").receipt, "unobservable")
end)

test("behind a relay nothing is proven", function()
    local r = with({ relay = true }):passes()
    expect.equal(r:one("send.receipt", "A_core").receipt, "unobservable")
    expect.contains(r.page, "passes its text on")
end)

test("the agent's own sign is proof, and only for this text", function()
    local w = world.new()
    local sha = require "digest".sha256((require "project".prompt(w.at, "A_core"):gsub("%s+$", "")))
    table.insert(w.rules, 1, { on = "submit", window = "A_core", screen = "sample worker A_core\nworking on "
        .. sha:sub(1, 8) .. "\nno composer" })
    expect.equal(w:passes():one("send.receipt", "A_core").seen.signal, "working")
end)

test("what the pasted text itself shows is no sign of work", function()
    local w = world.new()
    local sha = require "digest".sha256((require "project".prompt(w.at, "A_core"):gsub("%s+$", "")))
    table.insert(w.rules, 1, { on = "paste", window = "A_core", screen = "sample worker A_core\nworking on "
        .. sha:sub(1, 8) .. "\n> " })
    table.insert(w.rules, 1, { on = "key", window = "A_core", answer = "swallow" })
    expect.equal(w:run():receipts().A_core, "not_submitted")
end)

test("a screen that shows no composer after the key is no proof", function()
    local r = world.new { { on = "submit", window = "A_core", screen = "sample worker A_core\nelse" } }:passes()
    expect.equal(r:one("send.receipt", "A_core").receipt, "unobservable")
    expect.equal(r.record.A_core.keys, { "Return" })
end)

test("a window that closes with the key: the key went out, so it is not called not submitted", function()
    local r = world.new { { on = "key", window = "A_core", close = true } }:run { "-WorkerDoneTimeout", "60" }
    expect.equal(r:one("send.receipt", "A_core").receipt, "unobservable")
end)

test("what somebody types between paste and key is seen: no key", function()
    local r, message = world.new { { on = "check", window = "A_core", nth = 3, draft = "and something else" } }:stops(
        "dispatch", "ENOTSENT")
    expect.contains(message, "its composer shows something else than was pasted: 'and something else'")
    expect.equal(r.record.A_core.keys or {}, {})
end)

test("a composer that is empty for one look only, while it is drawn, is no proof", function()
    local w = world.new()
    local prompt = require "project".prompt(w.at, "A_core"):gsub("%s+$", "")
    table.insert(w.rules, 1, { on = "key", window = "A_core", answer = "swallow", draft = false })
    table.insert(w.rules, 2, { on = "key", window = "A_core", after = 0.03, draft = prompt })
    expect.equal(w:run():receipts().A_core, "not_submitted")
end)

test("a key that the program does not read is not pressed again, and its text counts as sent", function()
    local r = world.new { { desktop = "tmux" },
        { on = "key", window = "A_core", answer = "swallow", taken = "served" } }:run { "-WorkerDoneTimeout", "600" }
    expect.equal(r.record.A_core.keys, { "Return" })
    local receipt = r:one("send.receipt", "A_core")
    expect.equal({ receipt.receipt, receipt.seen.read }, { "unobservable", false })
    expect.contains(receipt.why, "the key waits for the program")
end)

test("of a window that is gone the evidence has what it showed last, and what is there now", function()
    local r = world.new { { on = "check", window = "A_core", nth = 3, close = true } }:stops("dispatch", "EGONE")
    local page = expect.read(r:one("send.receipt", "A_core").evidence[1])
    expect.contains(page, "What it showed last:\n\nsample worker A_core\n> ")
    expect.contains(page, "What is there now:\n  '● HITECHOS_B_tooling")
end)

for code, exit in pairs { EINTR = 130, ETIMEOUT = 0 } do
    test("a key whose outcome is not known (" .. code .. "): unobservable, and not pasted again", function()
        local rule = { on = "key", window = "A_core", answer = code, taken = "unknown" }
        local w = world.new { rule }
        if code == "EINTR" then rule.interrupt = "INT" end
        local r = w:run { "-WorkerDoneTimeout", "600" }
        expect.equal(r.exit, exit, r.out)
        local receipt = r:one("send.receipt", "A_core")
        expect.equal({ receipt.receipt, receipt.seen.keys, receipt.seen.key }, { "unobservable", 0, "unknown" })
        expect.contains(receipt.why, "whether the key went out is not known")
        expect.equal(r.record.A_core.keys, { "Return" })
        expect.matches(r.page, "A_core[^\n]*| unknown |", "its keys")
        w.rules[1] = { at = 0, window = "x", title = "x" }
        w:unmark()
        local again = w:run { "-WorkerDoneTimeout", "60" }
        expect.equal(again:pastes().A_core, nil)
        expect.equal(again:all("send.begin", "A_core"), {})
    end)
end

-- In which form -------------------------------------------------------------------------------------------------------

test("-PromptMode pointer pastes one line that names the file", function()
    local w = world.new()
    local r = w:passes { "-PromptMode", "pointer" }
    local line = target.pointer(w.at:prompt "A_core")
    expect.equal(r.record.A_core.submitted, { line })
    expect.equal(line, ('Read "%s" and do exactly what it says.'):format(w.at:prompt "A_core"))
    expect.equal(r:one("send.begin", "A_core").mode, "pointer")
    expect.equal(r:one("send.begin", "A_core").bytes, #line)
end)

test("auto: the pointer where several lines would not arrive as one", function()
    local w = with { app = "sh", screen = "$ read -r line\n", brackets = false }
    local r = w:passes()
    expect.equal(r:one("send.begin", "A_core").mode, "pointer")
    expect.equal(r.record.A_core.submitted, { target.pointer(w.at:prompt "A_core") })
    expect.equal(r:one("send.receipt", "A_core").receipt, "unobservable")
    expect.equal(r:one("send.begin", "B_tooling").mode, "full")
end)

test("an explicit full is refused there", function()
    local r, message = with({ app = "sh", screen = "$ read -r line\n" }):stops("dispatch", "EREFUSED",
        { "-PromptMode", "full" })
    expect.contains(message, "-PromptMode full")
    nothing_sent(r)
end)

-- The rest ------------------------------------------------------------------------------------------------------------

test("a locked desktop is refused, naming the holder, and nothing was pasted", function()
    local r = world.new { { on = "lock", answer = "ELOCKED", message = "process 99 sends on this desktop" } }:stops(
        "dispatch", "ELOCKED")
    nothing_sent(r)
    expect.contains(r.page, "process 99")
end)

test("between two workers is the pause that was asked for", function()
    local r = world.new():passes { "-BetweenWorkersDelayMs", "5000" }
    local begins = r:all "send.begin"
    for i = 2, #begins do                           -- the journal's times are rounded to milliseconds
        expect.truthy(begins[i].t - begins[i - 1].t > 4.998, ("%.6f s"):format(begins[i].t - begins[i - 1].t))
    end
end)

test("each phase has its milliseconds", function()
    local ms = world.new():passes():one("send.receipt", "A_core").ms
    for _, phase in ipairs { "check", "focus", "paste", "settle", "recheck", "submit", "confirm" } do
        expect.truthy(ms[phase], phase)
    end
end)
