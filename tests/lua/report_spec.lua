-- The page: what stands on it, that data cannot change its shape, and that it can be made again.
local expect = require "expect"
local world = require "world"
local report = require "dispatch.report"
local runs = require "report_runs"
local state = require "dispatch.state"
local test = expect.test

local function folded(events)
    local sum = state.new()
    for i, event in ipairs(events) do
        event.seq, event.t = i, event.t or i
        state.fold(sum, event)
    end
    return sum
end

local function start(more)
    local event = { ev = "run.start", v = 1, run_id = "20261122_1", attempt = 1, dispatch = "1",
        flow = { path = "f.lua" }, root = "/r", host = "h", os = "o", pid = 1, at = "2026-11-22T12:00:00Z",
        steps = { "one", "report" },
        workers = { "A" }, all_workers = { "A" }, settings = {}, resumed = {} }
    for key, value in pairs(more or {}) do event[key] = value end
    return event
end

test("a PASS: verdict on top, then everything that a signature stands for", function()
    local page = world.new():passes { "-FocusRetries", "7" }.page
    expect.matches(page, "^# 20261122_1: PASS")
    for _, text in ipairs { "| `-FocusRetries` | `7` | **-FocusRetries** |", "| `-SendMode` | `enter` | default |",
        "| 9 | wait_done | ok |", "| A_core | done |", "submitted", "launch --run-id 20261122_1 --workers A_core,",
        "gate: PASS", "lua/run_iter.lua", "lua/dispatch/crew.lua", "20261122_1.zip", "EVENTS.jsonl" } do
        if text == "| A_core | done |" then
            expect.matches(page, "| A_core | `tools/codex/runs/20261122_1/A_core/DONE.marker` | done |")
        elseif text ~= "EVENTS.jsonl" then
            expect.contains(page, text)
        end
    end
    for digest in page:gmatch "| lua[^|]*|[^|]*| `(%x+)` |" do expect.equal(#digest, 64) end
end)

test("a stop: the step, the reason and its code, and the contract's advice, before all else", function()
    local page = world.new({ without = { Z_aggregator = true } }):stops("dispatch", "ENOWINDOW").page
    local top = page:match "^(.-)\n## "
    expect.matches(top, "^# 20261122_1: BLOCKED at dispatch %(rehearsal%)\n")
    expect.contains(top, "HITECHOS_Z_aggregator_20261122_1")
    expect.contains(top, "`ENOWINDOW`")
    expect.contains(top, "**What to do next**\n\n1. Confirm that each window's title includes `HITECHOS_<CODEX_ID>_")
    expect.contains(page, "| A_core |")
    expect.contains(page, "**not sent**")
end)

test("data cannot change the page's shape", function()
    local evil = "a | b ` <script> \n# head\n| x | y |\n```\n[l](u)"
    local page = report.render(folded {
        start { workers = { "A" }, settings = { Evil = { value = evil, from = evil } } },
        { ev = "target.found", worker = "A", id = 1, pid = 1, title = evil, app = evil },
        { ev = "send.receipt", worker = "A", receipt = "unobservable", why = evil, ms = {} },
        { ev = "stage.start", stage = "launch", argv = { "sh", evil }, cwd = "/r" },
        { ev = "stage.end", stage = "launch", exit = 0, ms = 1, status = evil, gate = evil },
        { ev = "warning", message = evil }, { ev = "worker.lost", worker = "A", why = evil },
        { ev = "run.verdict", verdict = "BLOCKED", step = "one", message = evil, advice = { evil } },
    })
    local bare = page:gsub("\\`", ""):gsub("(`+)[^\n]-%1", "code")
    expect.lacks(bare, "<script>")
    expect.lacks(bare, "[l](u)")
    expect.lacks(page, "\n# head")
    local chart
    page, chart = page:gsub("\n```mermaid\n.-\n```\n", "\n")
    expect.equal(chart, 1)
    for line in page:gmatch "[^\n]+" do
        expect.truthy(line:find "^[|#%*%d]" or line:find "^\\# head<br>" or line:find "^So far prompts: "
            or line:find "^`unobservable` is the best ", line)
    end
    local columns
    for line in (page .. "\n"):gmatch "(.-)\n" do                   -- every row of a table has as many cells
        local _, bars = line:gsub("\\\\", ""):gsub("\\|", ""):gsub("|", "")
        if line:find "^|" then
            expect.equal(bars, columns or bars, line)
            columns = bars
        else
            columns = nil
        end
    end
end)

test("a traceback stands as it is", function()
    local page = report.render(folded { start(), { ev = "run.verdict", verdict = "FAILED", step = "one",
        message = "flow.lua:3: no ``` there\nstack traceback:\n\t[C]: in ?", advice = {} } })
    expect.contains(page, "````\nflow.lua:3: no ``` there\nstack traceback:\n\t[C]: in ?\n````")
end)

test("what comes after the page was announced is not in it", function()
    local events = { start(), { ev = "step.start", step = "one" },
        { ev = "step.end", step = "one", status = "ok", ms = 1 },
        { ev = "run.verdict", verdict = "PASS", advice = {} }, { ev = "step.start", step = "report" },
        { ev = "artifact", kind = "report", path = "/r/x.md" } }
    local page = report.render(folded(events))
    table.insert(events, { ev = "step.end", step = "report", status = "ok", ms = 1 })
    table.insert(events, { ev = "warning", message = "late" })
    table.insert(events, { ev = "run.end", exit = 0, seconds = 9 })
    expect.equal(report.render(folded(events)), page)
    expect.contains(page, "this page")
end)

test("a journal of nothing but its start can be shown", function()
    expect.contains(report.render(folded { start() }), "ENDED WITHOUT A VERDICT")
end)

test("however it ended: the verdict in one line, and the chart of what was reached", function()
    for _, run in ipairs(runs.all()) do
        local page = report.render(run.state)
        local verdict = run.state.verdict and run.state.verdict.verdict or "ENDED WITHOUT A VERDICT"
        expect.contains(page:match "^# 20261122_1: [^\n]*\n\n([^\n]*)\n\n", "**" .. verdict .. "** ", run.name)
        local _, charts = page:gsub("\n```mermaid\ngantt\n", "")
        expect.equal(charts, run.name == "nothing but its start" and 0 or 1, run.name)
        local _, signed = page:gsub("Read and accepted by", "")
        expect.equal(signed, verdict == "PASS" and 1 or 0, run.name)
    end
end)

test("the verdict's line says how far it came", function()
    local function line(name) return report.render(runs.named(name)):match "\n\n(%*%*[^\n]*)\n" end
    expect.equal(line "a PASS of a minute",
        "**PASS** after 1 min 4 s: every step went through; prompts: 5 submitted; markers: 5 of 5.")
    expect.equal(line "a stage failed", "**BLOCKED** in step 5 of 12 after 5.0 s: it stopped (`ESTAGE`)")
    expect.contains(report.render(runs.named "the third send failed"), "So far prompts: 1 not submitted, 1 submitted, "
        .. "1 unobservable, 2 not sent to in this attempt; markers: 1 of 5.")
end)

test("a long reason is said once, on top", function()
    local r = world.new():stops("launch", "ENOENT", { factory = "auto" })
    local _, times = r.page:gsub("there is no factory", "")
    expect.equal(times, 1)
    expect.contains(r.page, "| 5 | launch | **blocked** |")
    expect.contains(r.page, "| the reason is on top |")
end)

test("unobservable: that this window can show no more is said in one line", function()
    local function page(via, seen)
        return report.render(folded { start(), { ev = "via.chosen", via = via, why = "-Via" },
            { ev = "send.receipt", worker = "A", receipt = "unobservable", why = "w", ms = {}, seen = seen or {} },
            { ev = "worker.done", worker = "A", how = "marker", marker = "/r/m" } })
    end
    expect.contains(page "x11", "\n\n`unobservable` is the best that an X11 window can show: no fault of this run."
        .. " `arrived`: its marker came, so the worker had its prompt. See \"What each target can reach\" in dispatch's"
        .. " `docs/delivery.md`.\n\n")
    expect.contains(page "tmux", "a pane of a program that agents.lua does not describe")
    expect.lacks(page("x11", { stopped = "submit" }), "is the best that")
    expect.contains(expect.read(expect.root .. "/docs/delivery.md"), "\n## What each target can reach\n")
end)
