-- Targets that swallow Enter, lose or cut the paste, answer late, lose focus, close, change hands, ask for approval,
-- draw a dialog, say too little or lie: at random, many of them. Whatever they do:
--
--   no false `submitted`: who is called so has taken exactly its text
--   no text twice, no text to another window, no key into a question that can be seen
--   after a `not_submitted` that may be sent again by itself, nothing had arrived
--   the same command again, when all is well, pastes to nobody who may have the text
--   the report can be made again from the journal (world.lua sees to that)
--
-- The seed of a failure is in its message: run it alone with SEED.
local expect = require "expect"
local world = require "world"
local receipt = require "dispatch.receipt"
local test = expect.test

local SEEDS, SEED = 90, nil

local function pick(list) return list[math.random(#list)] end

local TROUBLE = {
    function(w) return { on = "key", window = w, nth = pick { 1, 2 }, answer = "swallow" } end,
    function(w) return { on = "key", window = w, nth = 1, late = math.random() * 4 } end,
    function(w) return { on = "paste", window = w, answer = pick { "lose", "served", "unknown", "not" } } end,
    function(w) return { on = "paste", window = w, answer = "cut", keep = math.random(0, 120) } end,
    function(w) return { on = "paste", window = w, late = math.random() * 4 } end,
    function(w) return { on = "paste", window = w, takes = math.random() * 12 } end,
    function(w) return { on = pick { "paste", "key", "focus", "check" }, window = w, nth = pick { 1, 2 },
        close = true } end,
    function(w) return { on = pick { "paste", "key", "focus" }, window = w, pid = 4242 } end,
    function(w) return { on = "focus", window = w, nth = pick { 1, 2 }, answer = "EFOCUS" } end,
    function(w) return { on = pick { "paste", "key", "focus", "submit" }, window = w,
        screen = "sample worker " .. w .. "\nAllow? [y/n]\n> " } end,
    function(w) return { on = pick { "paste", "key" }, window = w, screen = "nobody knows it\n> " } end,
    function(w) return { on = "focus", window = w, modal = "sample worker\nAllow? [y/n]" } end,
    function(w) return { at = math.random() * 5, close = w } end,
    function(w) return { at = math.random() * 5, retitle = w, title = "vim" } end,
    function(w) return { at = math.random() * 5, window = w, [pick { "dead", "shell", "relay", "blind" }] = true } end,
    function(w) return { on = "paste", window = w, answer = "cut", keep = 40, code = "ETIMEOUT", taken = "served" } end,
    function(w) return { at = math.random() * 5, window = w, draft = "wait" } end,
    function(w) return { on = "key", window = w, answer = pick { "EFOCUS", "EGONE", "ETIMEOUT" } } end,
    function() return { at = math.random() * 5, display = "gone" } end,
    function() return { at = math.random() * 5, interrupt = "INT" } end,
    function() return { at = math.random() * 5, focus = false } end,
}

local MODES = { {}, { "-SendMode", "both" }, { "-SendMode", "ctrl_enter" }, { "-PromptMode", "pointer" },
    { "-SettleMs", "0" } }

---Nobody can see a question where nothing can be read, or in a program that nobody knows.
local function unseen(rules, worker)
    for _, rule in ipairs(rules) do
        if rule.desktop then return true end
        if rule.window == worker and (rule.blind or (rule.screen or ""):find "^nobody") then return true end
    end
    return false
end

local function check(seed, rules, r, texts)
    for _, worker in ipairs(world.WORKERS) do
        local got = r.record[worker] or {}
        local what = ("seed %d, %s"):format(seed, worker)
        local said = r:all("send.receipt", worker)[1]
        expect.truthy((got.pastes or 0) <= 1, what .. ": pasted twice")
        if not unseen(rules, worker) then
            expect.equal(got.consented or {}, {}, what .. ": a key went into a question")
        end
        for _, text in ipairs(got.submitted or {}) do
            if said and said.receipt == "submitted" then expect.equal(text, texts[worker], what) end
        end
        if said and said.receipt == "submitted" then expect.equal(#got.submitted, 1, what .. ": called submitted") end
        if said and receipt.may_send_again(said.receipt, said.seen) then
            expect.equal(got.pasted or {}, {}, what .. ": called safe to send again")
        end
    end
end

---All is well now; the same command again.
local function check_again(seed, w, r, args)
    w.rules = {}
    for i, worker in ipairs(world.WORKERS) do
        local appears, works = world.good(w, worker, i)
        table.move({ appears, works, { at = 60, write = w.at:marker(worker), text = world.token(worker) } }, 1, 3,
            #w.rules + 1, w.rules)
    end
    local again = w:run(args)
    for worker in pairs(again:pastes()) do
        local had = r.record[worker] and r.record[worker].pasted or {}
        expect.equal(had, {}, ("seed %d, %s: pasted again"):format(seed, worker))
    end
end

local function texts_of(w, pointer)
    local texts = {}
    for _, worker in ipairs(world.WORKERS) do
        texts[worker] = pointer and require "dispatch.target".pointer(w.at:prompt(worker))
            or require "project".prompt(w.at, worker):gsub("%s+$", "")
    end
    return texts
end

test("whatever the targets do: no false submitted, no text twice, no key into a question", function()
    local words = {}
    for seed = SEED or 1, SEED or SEEDS do
        math.randomseed(seed)
        local rules = {}
        if seed % 3 == 0 then rules[1] = { desktop = "x11" } end        -- nothing can be read there
        for _ = 1, math.random(1, 4) do rules[#rules + 1] = pick(TROUBLE)(pick(world.WORKERS)) end
        local w = world.new { work = 3 }
        local later = {}
        for _, rule in ipairs(rules) do
            if rule.at then later[#later + 1] = rule else table.insert(w.rules, 1, rule) end
        end
        table.move(later, 1, #later, #w.rules + 1, w.rules)      -- a window must be there before something befalls it
        local mode = pick(MODES)
        local args = { flow = world.WITHOUT_STAGES, "-WorkerDoneTimeout", "30", "-WindowReadyTimeout", "20" }
        table.move(mode, 1, #mode, #args + 1, args)
        local r = w:run(args)
        check(seed, rules, r, texts_of(w, mode[2] == "pointer"))
        check_again(seed, w, r, args)
        for _, said in ipairs(r:all "send.receipt") do words[said.receipt] = (words[said.receipt] or 0) + 1 end
        expect.clean()
    end
    for _, word in ipairs { "submitted", "not_submitted", "unobservable" } do
        expect.truthy(SEED or (words[word] or 0) > 20, word .. " hardly ever came")
    end
end)
