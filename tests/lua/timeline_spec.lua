-- When steps, sends and waits were, and the two charts of it. tests/report lets Mermaid itself read its one.
local expect = require "expect"
local chart = require "dispatch.html_chart"
local mermaid = require "dispatch.mermaid"
local runs = require "report_runs"
local test = expect.test
local timeline = require "dispatch.timeline"

local function drawn(name) return mermaid.gantt(timeline.of(runs.named(name))) end

local function labels(name)
    local list = {}
    for _, section in ipairs((timeline.of(runs.named(name)))) do
        list[#list + 1] = section.name
        for _, bar in ipairs(section.bars) do list[#list + 1] = bar.mark .. " " .. bar.label end
    end
    return list
end

test("a send that failed: its step and it are crit, what was never reached is not there", function()
    expect.equal(drawn "the third send failed", [[
gantt
    title Since the run began, in seconds
    dateFormat YYYY-MM-DD HH:mm:ss.SSS
    axisFormat %-S.%L s
    todayMarker off
    section Steps
    1 validate_run_id, 10 ms :done, 2000-01-01 00:00:00.000, 10ms
    2 find_zip, 10 ms :done, 2000-01-01 00:00:00.010, 10ms
    3 extract, 10 ms :done, 2000-01-01 00:00:00.020, 10ms
    4 validate_prompts, 10 ms :done, 2000-01-01 00:00:00.030, 10ms
    5 launch, 10 ms :done, 2000-01-01 00:00:00.040, 10ms
    6 open_worktrees, 10 ms :done, 2000-01-01 00:00:00.050, 10ms
    7 ensure_ahk, 10 ms :done, 2000-01-01 00:00:00.060, 10ms
    8 dispatch, blocked, 1.0 s :crit, 2000-01-01 00:00:00.070, 1000ms
    12 report, 4 ms :active, 2000-01-01 00:00:02.970, 10ms
    section Prompts
    to A_core, 300 ms :done, 2000-01-01 00:00:00.070, 300ms
    to B_tooling, 300 ms :done, 2000-01-01 00:00:00.370, 300ms
    to C_features, not submitted, 300 ms :crit, 2000-01-01 00:00:00.670, 300ms
    section Markers
    from A_core, 1.6 s :done, 2000-01-01 00:00:00.370, 1600ms
    from B_tooling, no marker, 2.3 s :crit, 2000-01-01 00:00:00.670, 2304ms]])
end)

test("a run that stopped at once, and one of which only the start is known", function()
    expect.equal(labels "stopped at its first step, in no time",
        { "Steps", "crit 1 validate_run_id, blocked, 0 ms", "active 12 report, 4 ms" })
    expect.equal(labels "nothing but its start", {})
end)

test("killed: the step that was at work and the send in doubt are cut off where the journal ends", function()
    expect.equal({ table.unpack(labels "killed between a paste and its receipt", 9) }, {
        "crit 8 dispatch, was at work, 400 ms", "Prompts", "done to A_core, 300 ms",
        "crit to B_tooling, in doubt, 100 ms", "Markers", "crit from A_core, no marker, 100 ms" })
end)

test("a rerun waits for whom an earlier attempt sent to, and not for who was done", function()
    expect.equal({ table.unpack(labels "a rerun: two are waited for, one is done, one is sent to", 11) }, { "Prompts",
        "done to D_validation, 300 ms", "Markers", "done from A_core, 2.3 s", "crit from B_tooling, no marker, 13.3 s",
        "done from D_validation, 3.0 s" })
end)

test("an axis fits its run: milliseconds to days", function()
    for name, axis in pairs { ["a PASS of milliseconds"] = "%L ms", ["a PASS of seconds"] = "%-S.%L s",
        ["a PASS of a minute"] = "%-M:%S", ["a PASS of hours"] = "%-H:%M", ["a PASS of days"] = "day %-d, %-H:%M" } do
        expect.equal(drawn(name):match "axisFormat ([^\n]*)", axis, name)
    end
    expect.contains(drawn "a PASS of days", "10 bundle_validate, 1 h 40 min :done, 2000-01-05 ")
end)

test("a name that Mermaid would read as something else stands as numbers", function()
    expect.equal(mermaid.text "a:b;c#d%%\nsection e", "a#58;b#59;c#35;d#37;#37; section e")
    expect.equal(mermaid.text "Grün_1 (x), +2/3", "Gr#252;n_1 (x), +2/3")
    expect.equal(mermaid.text "\xFFa\xC3", "#63;a#63;")
end)

test("the SVG has the same bars, all on the page, and six ticks at most", function()
    for _, run in ipairs(runs.all()) do
        local sections, total = timeline.of(run.state)
        local svg, bars = chart.svg(sections, total), 0
        for _, section in ipairs(sections) do
            for _, bar in ipairs(section.bars) do
                bars = bars + 1
                expect.contains(svg, ">" .. bar.label .. "</text>")
            end
        end
        local rects = 0
        for x, width in svg:gmatch '<rect [^>]-x="([%d.]+)%%"[^>]- width="([%d.]+)%%"' do
            rects = rects + 1
            expect.truthy(x + width <= 100.02 and width + 0 > 0, run.name)
        end
        expect.equal(rects, bars, run.name)
        local _, ticks = svg:gsub('class="tick"', "")
        expect.truthy(ticks >= 1 and ticks <= 7, run.name .. ": " .. ticks)
        expect.lacks(svg, "nan")
        expect.lacks(svg, "inf")
    end
end)

test("ticks are said in the unit of the whole", function()
    local function ticks(ms)
        local list = {}
        for words in chart.svg({}, ms):gmatch ">([%d.]+ %l+)</text>" do list[#list + 1] = words end
        return table.concat(list, ", ")
    end
    expect.equal(ticks(2400), "0 s, 0.5 s, 1 s, 1.5 s, 2 s")
    expect.equal(ticks(47), "0 ms, 10 ms, 20 ms, 30 ms, 40 ms")
    expect.equal(ticks(70e3), "0 s, 15 s, 30 s, 45 s, 60 s")
    expect.equal(ticks(9000e3), "0 min, 30 min, 60 min, 90 min, 120 min, 150 min")
    expect.equal(ticks(4 * 864e5), "0 d, 1 d, 2 d, 3 d, 4 d")
end)
