-- The HTML page: that it stands alone, that data stays text, and that it says what the Markdown page says.
local expect = require "expect"
local base64 = require "dispatch.base64"
local digest = require "digest"
local escape = require "dispatch.html_escape"
local html = require "dispatch.html"
local markdown = require "dispatch.markdown"
local report = require "dispatch.report"
local runs = require "report_runs"
local world = require "world"
local test = expect.test

local PNG = "\137PNG\r\n\26\n" .. ("picture\0\255"):rep(50)

test("Base64: the vectors of RFC 4648, section 10, and every byte", function()
    for plain, coded in pairs { [""] = "", f = "Zg==", fo = "Zm8=", foo = "Zm9v", foob = "Zm9vYg==", fooba = "Zm9vYmE=",
        foobar = "Zm9vYmFy" } do
        expect.equal(base64.encode(plain), coded)
    end
    expect.equal(base64.encode "\251\255\191\0\1\2", "+/+/AAEC")
    expect.equal(#base64.encode(("x"):rep(1000)), 1336)
end)

test("text cannot become markup, not in an attribute either; what is no UTF-8 is shown as that", function()
    expect.equal(html.text "a<b>&\"'c", "a&lt;b&gt;&amp;&quot;&#39;c")
    expect.equal(html.text "two\r\nlines\27[0m", "two<br>lines [0m")
    expect.equal(html.code "</code><script>", '<code class="short">&lt;/code&gt;&lt;script&gt;</code>')
    expect.equal(html.link("a<b", 'x" onclick="y'), '<a href="x%22%20onclick%3D%22y">a&lt;b</a>')
    expect.equal(html.prose "run `a <b>` & go", 'run <code class="short">a &lt;b&gt;</code> &amp; go')
    expect.equal(html.picture('"><script>', "x", "foo"),
        '<p><img alt="&quot;&gt;&lt;script&gt;" src="data:image/png;base64,Zm9v"></p>')
    expect.equal(escape "a\xFFb\xC3", "a\u{FFFD}b\u{FFFD}")
    expect.equal(html.block "<\n\tx\0", "<pre>&lt;\n\tx </pre>")
end)

test("a table's cells carry their column's name; empty names make a list of facts", function()
    expect.equal(html.table({ "a", ">b" }, { { "1", "2" }, { "3" } }), '<table>\n<thead><tr><th scope="col">a</th>'
        .. '<th scope="col" class="number">b</th></tr></thead>\n<tbody>\n'
        .. '<tr><th scope="row" data-name="a">1</th><td class="number" data-name="b">2</td></tr>\n'
        .. '<tr><th scope="row" data-name="a">3</th><td class="number" data-name="b"></td></tr>\n</tbody>\n</table>')
    expect.contains(html.table({ "", "" }, { { "x", "y" } }),
        '<table class="facts">\n<tbody>\n<tr><th scope="row">x</th>')
    expect.equal(html.table({ "a" }, {}), "")
end)

test("both markups offer the same functions", function()
    for name in pairs(html) do expect.equal(type(markdown[name]), "function", name) end
    for name in pairs(markdown) do
        if name ~= "address" then expect.equal(type(html[name]), "function", name) end
    end
end)

---Every tag is closed in order, and none is unknown to this page.
local function well_formed(page, name)
    local open = {}
    local void = { meta = true, br = true, img = true, rect = true, line = true }
    for slash, tag, own in page:gsub("<!doctype html>", ""):gsub("<style>.-</style>", "")
        :gmatch "<(/?)(%w+)[^<>]-(/?)>" do
        if slash == "/" then
            expect.equal(table.remove(open), tag, name)
        elseif own == "" and not void[tag] then
            open[#open + 1] = tag
        end
    end
    expect.equal(open, {}, name)
end

local function stands_alone(page, name)
    for _, outside in ipairs { "<script", "<link", "<iframe", "http:", "https:", "@import", "url(", " on%a+=" } do
        expect.equal(page:find(outside), nil, name .. ": " .. outside)
    end
    for source in page:gmatch 'src="([^"]*)' do expect.matches(source, "^data:image/png;base64,") end
    expect.contains(page, "default-src 'none'")
end

test("each way that a run can end makes a whole page that needs nothing from outside", function()
    for _, run in ipairs(runs.all()) do
        local page = report.render(run.state, html)
        well_formed(page, run.name)
        stands_alone(page, run.name)
        local verdict = run.state.verdict and run.state.verdict.verdict or "ENDED WITHOUT A VERDICT"
        local look = verdict == "PASS" and "good" or "stopped"
        expect.contains(page, ('<h1 class="%s">20261122_1: %s'):format(look, verdict))
        expect.contains(page, "<strong>" .. verdict .. "</strong>")
    end
end)

test("hostile titles, paths and messages are text on the page", function()
    local evil = "\"'><script>alert(1)</script><img src=http://x/y onerror=z>\n</td></table>"
    local page = report.render(runs.fold { runs.start { run_id = evil, workers = { "A" }, all_workers = { "A" },
        root = "/r" .. evil, settings = { Evil = { value = evil, from = evil } }, steps = { evil } },
        { ev = "step.start", step = evil },
        { ev = "step.end", step = evil, status = "blocked", ms = 1, message = evil },
        { ev = "via.chosen", via = evil, why = evil },
        { ev = "target.found", worker = "A", id = 1, pid = 1, title = evil, app = evil },
        { ev = "send.receipt", worker = "A", receipt = "unobservable", why = evil, ms = {}, seen = {} },
        { ev = "artifact", kind = "screenshot", worker = "A", path = "/r/logs/" .. evil },
        { ev = "stage.start", stage = evil, argv = { "sh", evil }, cwd = "/r" },
        { ev = "stage.end", stage = evil, exit = 0, ms = 1, status = evil, gate = evil, stdout = "/r/logs/" .. evil },
        { ev = "warning", message = evil }, { ev = "worker.lost", worker = "A", why = evil },
        { ev = "run.verdict", verdict = "BLOCKED", step = "other", message = evil, code = evil, advice = { evil } } },
        html)
    well_formed(page, "hostile")
    expect.equal(page:find "<script", nil)
    expect.equal(page:find "<img", nil)
    expect.equal(page:find "\nonerror", nil)
end)

test("-Report html: a page beside the report, with what a failed send's window showed in it", function()
    local w = world.new { { on = "key", window = "B_tooling", answer = "swallow" } }
    local r = w:stops("dispatch", "ENOTSENT", { "-Report", "html" })
    local page = expect.read(w.at:html_report())
    well_formed(page, "failed send")
    stands_alone(page, "failed send")
    expect.contains(page, "<h3>B_tooling: not submitted</h3>")
    expect.contains(page, "the composer is empty after the key, or the agent says that it works")
    expect.contains(page, "<pre>sample worker B_tooling\n&gt; ")
    expect.contains(r.page, "### B_tooling: not submitted")
    expect.contains(r.page, "```text\nsample worker B_tooling\n> ")
    expect.contains(r.page, "| **not_submitted**: [SEND_B_tooling.txt](SEND_B_tooling.txt) |")
    expect.contains(r.out, "DISPATCH_REPORT.html")
end)

test("without -Report html there is none", function()
    local w = world.new()
    w:passes()
    expect.equal(world.stat(w.at:html_report()), nil)
end)

test("the pages of an attempt that was killed are both written by the next one", function()
    local w = world.new()
    w:passes { "-Report", "html" }
    w:kill_after("send.receipt", 2)
    os.remove(w.at:html_report())
    w:unmark()
    w:run { "-Report", "html" }
    local page = expect.read(w.at:attempt(1) .. "/DISPATCH_REPORT.html")
    expect.contains(page, "ENDED WITHOUT A VERDICT in step dispatch")
    expect.truthy(world.stat(w.at:html_report()))
end)

test("a picture stands in the page while it is what was kept; else only its name does", function()
    local folder = expect.folder() .. "/logs"
    expect.mkdir(folder)
    local path = folder .. "/SEND_A.png"
    expect.write(path, PNG)
    local function page(markup)
        return report.render(runs.fold { runs.start { workers = { "A" }, all_workers = { "A" } },
            { ev = "send.receipt", worker = "A", receipt = "not_submitted", why = "it left", ms = {},
                seen = { stopped = "focus" } },
            { ev = "artifact", kind = "screenshot", worker = "A", path = path, sha256 = digest.sha256(PNG) } }, markup)
    end
    expect.contains(page(html), 'src="data:image/png;base64,' .. base64.encode(PNG) .. '"')
    expect.contains(page(html), "the window is the active one, and the input focus is in it")
    expect.contains(page(markdown), "![what the window of A showed](SEND_A.png)")
    expect.contains(page(markdown), "| seen | it left |")
    expect.write(path, "another")
    expect.lacks(page(html), "<img")
    expect.contains(page(html), '<a href="SEND_A.png">SEND_A.png</a>')
    os.remove(path)
    expect.lacks(page(markdown), "![")
end)
