-- The live view: pure, so every size and state is a test. Widths are checked in columns, not bytes.
local expect = require "expect"
local test = expect.test
local view = require "dispatch.view"
local width = require "dispatch.width"
local state = require "dispatch.state"

local STEPS = { "validate_run_id", "find_zip", "extract", "validate_prompts", "launch", "open_worktrees", "ensure_ahk",
    "dispatch", "wait_done", "bundle_validate", "integrate", "report" }
local WORKERS = { "A_core", "B_tooling", "C_features", "D_validation", "Z_aggregator" }

local function folded(events)
    local s = state.new()
    state.fold(s, { ev = "run.start", t = 0, run_id = "20261122_1", steps = STEPS, workers = WORKERS,
        all_workers = WORKERS })
    for _, e in ipairs(events) do state.fold(s, e) end
    return s
end

local function sending()
    return folded {
        { ev = "step.start", t = 0, step = "extract" },
        { ev = "step.end", t = 0.1, step = "extract", status = "ok", ms = 100, note = "五つの指示を展開 🚀 " .. ("x"):rep(300) },
        { ev = "via.chosen", t = 1, via = "tmux" },
        { ev = "step.start", t = 1, step = "dispatch" },
        { ev = "send.receipt", t = 2, worker = "A_core", receipt = "submitted", seen = { taken = "whole" } },
        { ev = "send.receipt", t = 3, worker = "B_tooling", receipt = "unobservable", seen = { taken = "whole" } },
        { ev = "send.phase", t = 4, worker = "C_features", phase = "paste" },
    }
end

local function drawn(s, columns, rows, colours)
    return view.draw(s, { columns = columns, rows = rows, t = 65.3, colours = colours or false })
end

local function bare(text) return (text:gsub("\27%[%d*m", "")) end

test("no line is wider than the terminal, and one row stays free, at any size", function()
    for _, columns in ipairs { 1, 5, 20, 40, 60, 80, 200 } do
        for _, rows in ipairs { 4, 8, 14, 24, 60 } do
            local lines = drawn(sending(), columns, rows, columns % 2 == 0)
            expect.truthy(#lines < rows, ("%d lines on %d rows"):format(#lines, rows))
            for _, line in ipairs(lines) do
                expect.truthy(width.of(bare(line)) <= columns, ("%d columns: %s"):format(columns, line))
            end
        end
    end
end)

test("twelve steps and a line for each worker stand on 24 rows", function()
    local page = table.concat(drawn(sending(), 80, 24), "\n")
    for _, step in ipairs(STEPS) do expect.contains(page, step) end
    for _, worker in ipairs(WORKERS) do expect.contains(page, worker) end
end)

test("an agent that is not ready yet is shown with its reason until it is", function()
    local s = folded { { ev = "step.start", t = 1, step = "dispatch" },
        { ev = "target.waits", t = 2, worker = "C_features", why = "OpenAI Codex is at work: 'Working (3s)'" } }
    local page = table.concat(drawn(s, 100, 24), "\n")
    expect.contains(page, "C_features    not ready  OpenAI Codex is at work: 'Working (3s)'")
    expect.contains(page, "C_features has no empty composer: you may help")
    state.fold(s, { ev = "target.ready", t = 9, worker = "C_features" })
    expect.lacks(table.concat(drawn(s, 100, 24), "\n"), "not ready")
end)

test("every hint fits sixty columns; at the end it is the verdict, and below it why and what to do, whole", function()
    local s = sending()
    for _, step in ipairs { "launch", "dispatch", "wait_done" } do
        state.fold(s, { ev = "step.start", t = 5, step = step })
        expect.lacks(drawn(s, 60, 40)[#drawn(s, 60, 40)], "…")
    end
    local message = "no window has HITECHOS_C_features_20261122_1 in its title\n\27[2Jnear: " .. ("x "):rep(60)
    state.fold(s, { ev = "run.verdict", t = 9, verdict = "BLOCKED", step = "dispatch", message = message,
        advice = { "Confirm that each window's title includes `HITECHOS_<CODEX_ID>_20261122_1`." } })
    local page = drawn(s, 60, 40)
    expect.equal(page[#page], "BLOCKED at dispatch")
    local below = view.ending(s, 60)
    for _, line in ipairs(below) do expect.falsy(#line > 60 or line:find "%c", line) end
    local _, kept = table.concat(below, "\n"):gsub("x ?", "")
    expect.truthy(kept >= 60)
    expect.equal({ below[#below - 1], below[#below] }, { "-> Confirm that each window's title includes",
        "   `HITECHOS_<CODEX_ID>_20261122_1`." })
end)

test("on fewer rows the steps are one line that says where the run is", function()
    local page = table.concat(drawn(sending(), 80, 12), "\n")
    expect.contains(page, "step 8 of 12: dispatch")
    expect.contains(page, "Z_aggregator")
end)

test("each worker's line says its state, its receipt, and how long it is at work", function()
    local page = table.concat(drawn(sending(), 100, 24), "\n")
    expect.contains(page, "A_core        at work    1 min 3 s  submitted")
    expect.contains(page, "B_tooling     at work    1 min 2 s  unobservable, paste=whole")
    expect.contains(page, "C_features    sending    pasting")
end)

test("a marker, a lost window and a half-written marker show", function()
    local s = sending()
    state.fold(s, { ev = "worker.done", t = 5, worker = "B_tooling", how = "marker" })
    state.fold(s, { ev = "worker.lost", t = 6, worker = "A_core", why = "its window is gone" })
    state.fold(s, { ev = "marker.partial", t = 7, worker = "C_features", message = "no line is the token" })
    local page = table.concat(drawn(s, 100, 24), "\n")
    expect.contains(page, "B_tooling     done       arrived")
    expect.contains(page, "A_core        lost       its window is gone")
    expect.contains(page, "no line is the token")
end)

test("without colours there is no escape, with them they end on their own line", function()
    for _, line in ipairs(drawn(sending(), 80, 24, false)) do expect.falsy(line:find("\27", 1, true), line) end
    local coloured = drawn(sending(), 80, 24, true)
    expect.contains(table.concat(coloured), "\27[")
    for _, line in ipairs(coloured) do
        local _, on = line:gsub("\27%[%d+m", "")
        local _, off = line:gsub("\27%[m", "")
        expect.equal(on, off)
    end
end)

test("a control character in a note cannot reach the terminal", function()
    local s = folded { { ev = "step.start", t = 0, step = "launch" },
        { ev = "step.end", t = 1, step = "launch", status = "blocked", ms = 1, message = "a\27[2Jb\r\nc" } }
    local page = table.concat(drawn(s, 80, 24))
    expect.falsy(page:find("[\27\r\n]"), page)
end)

test("wide, combining and narrow characters are measured as terminals do", function()
    expect.equal(width.of("abc"), 3)
    expect.equal(width.of("日本"), 4)
    expect.equal(width.of("e\u{301}"), 1)
    expect.equal(width.of("🚀"), 2)
    expect.equal(width.cut("日本語", 4), "日…")
    expect.equal(width.cut("日本語", 5), "日本…")
    expect.equal(width.fit("日本", 5), "日本 ")
end)
