-- The report's chart, read by Mermaid itself (npm's package): what it finds is what was meant.
local cjson = require "cjson"
local expect = require "expect"
local file = require "file"
local json = require "dispatch.json"
local mermaid = require "dispatch.mermaid"
local runs = require "report_runs"
local test = expect.test
local timeline = require "dispatch.timeline"

local here = debug.getinfo(1, "S").source:match("^@(.*)/[^/]*$")

---@param charts string[]
---@return table[]                    {title, axis, tasks} each
local function read(charts)
    expect.need "npm"
    expect.need "node"
    local packages = expect.root .. "/build/report"
    local installed = expect.run { expect.root .. "/tests/npm_install", here, packages, seconds = 300 }
    if installed.exit ~= 0 then
        expect.skip("npm could not install Mermaid: " .. installed.err:gsub("%s+", " "):sub(1, 300))
    end
    local run = expect.run { "node", here .. "/charts.cjs", expect.ok(file.real(packages)), input = json.encode(charts),
        env = { TZ = "Australia/Lord_Howe" } }     -- clocks that change, and by half an hour
    expect.equal(run.exit, 0, run.err)
    return cjson.decode(run.out)
end

local function milliseconds(ms, total) return math.ceil(math.max(ms, total * (1 / 300), 1)) end

---What Mermaid has to find, as it says it.
local function meant(sections, total)
    local tasks = {}
    for _, section in ipairs(sections) do
        for _, bar in ipairs(section.bars) do
            tasks[#tasks + 1] = { section = section.name, label = bar.label, from = (bar.from + 0.5) // 1,
                ms = milliseconds(bar.ms, total), mark = bar.mark }
        end
    end
    return tasks
end

test("every run's chart: each step, send and wait, when it was, how long, and how it ended", function()
    local charts, wanted, names = {}, {}, {}
    for _, run in ipairs(runs.all()) do
        local sections, total = timeline.of(run.state)
        charts[#charts + 1], wanted[#wanted + 1] = mermaid.gantt(sections, total), meant(sections, total)
        names[#names + 1] = run.name
    end
    for i, found in ipairs(read(charts)) do
        expect.equal(found.error, nil, names[i] .. "\n" .. charts[i])
        expect.equal(found.tasks, wanted[i], names[i])
        expect.equal(found.axis, charts[i]:match "axisFormat ([^\n]*)", names[i])
    end
end)

local EVIL = { "a:b", "a;b", "#35;", "# a", "%%{init: {}}%%", "%% a", "<b>x</b>", "<script>alert(1)</script>", "`x`",
    "'\"", "a\nsection b", "a\r\n1 b :crit, 2000-01-01, 5ms", "ﬂ°°58¶ß", "😀 日本語 ✓", "\u{202E}a", "section a",
    "title a", "click a", "gantt", "done", "2026-01-01", "style a: #fff;", "a, b", "[a](b)", "$$x$$", "---",
    "accTitle a", ("long "):rep(200), "{}", "&amp;", "\\n" }

test("a name is data: whatever stands in it, it is shown as it is, and begins nothing", function()
    local bars = {}
    for i, name in ipairs(EVIL) do bars[i] = { label = i .. " " .. name, from = i, ms = 10, mark = "done" } end
    local sections = { { name = "Steps " .. table.concat(EVIL, " "), bars = bars } }
    local found = read({ mermaid.gantt(sections, 1000) })[1]
    expect.equal(found.error, nil)
    local function shown(text) return (text:gsub("%c+", " "):match "^(.-)%s*$") end
    expect.equal(#found.tasks, #EVIL)
    for i, task in ipairs(found.tasks) do
        expect.equal(task.label, shown(bars[i].label))
        expect.equal(task.section, shown(sections[1].name))
    end
    expect.equal(found.title, "Since the run began, in milliseconds")
end)
