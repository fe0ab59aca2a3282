-- README.md and docs/: what is shown there works. How a block is run stands in pages.lua; that a wrong one is found is
-- shown here.
local cjson = require "cjson"
local expect = require "expect"
local host = require "host"
local lfs = require "lfs"
local pages = require "pages"
local project = require "project"
local test = expect.test

local WANTS_A_DESKTOP = { doctor = true, demo = true }         -- their specs run them
local LEFT_OUT_AT_MOST = 12                     -- blocks that no test can run: marked `not run`

local PAGES = { "README.md", "tests/README.md", "vendor/README.md" }
for name in lfs.dir(expect.root .. "/docs") do
    if name:find "%.md$" then PAGES[#PAGES + 1] = "docs/" .. name end
end
table.sort(PAGES)

local left_out = 0

for _, page in ipairs(PAGES) do
    test(page .. ": each block and each command in a table does what it says", function()
        local problems, _, marked = pages.run(expect.read(expect.root .. "/" .. page))
        left_out = left_out + #marked
        expect.falsy(problems[1] and page .. ":" .. table.concat(problems, "\n" .. page .. ":"))
    end)

    test(page .. ": each file that it leads to is there, and each ./dev and flag is known", function()
        local text = expect.read(expect.root .. "/" .. page)
        local folder = page:match "^(.*/)" or ""
        for target in text:gmatch "%]%(([^)]+)%)" do
            local path = target:gsub("#.*$", "")
            if not target:find "^%a+:" and path ~= "" then
                expect.truthy(lfs.attributes(expect.root .. "/" .. folder .. path), "leads to " .. target)
            end
        end
        local dev = expect.read(expect.root .. "/dev")
        for command in text:gmatch "%./dev (%l+)" do expect.contains(dev, "./dev " .. command) end
    end)
end

test("README.md and docs/manual.md have every command of the program, and its own usage works", function()
    local manual = expect.read(expect.root .. "/docs/manual.md")
    local usages = { "dispatch run_iter.lua -RunId ID" }                   -- then there are markers, for `wait`
    for _, path in ipairs(host.names()) do
        local name = path:match "^commands/([%w_-]+)%.lua$"
        if name then
            expect.contains(manual, "`dispatch " .. name)
            expect.contains(expect.read(expect.root .. "/README.md"), "`dispatch " .. name)
            if not WANTS_A_DESKTOP[name] then
                usages[#usages + 1] = load(host.source(path), "@lua/" .. path)().usage
            end
        end
    end
    local problems = pages.run("```usage\n" .. table.concat(usages, "\n") .. "\n```\n")
    expect.equal(problems, {})
end)

test("few blocks are left out", function()
    expect.truthy(left_out <= LEFT_OUT_AT_MOST, ("%d are"):format(left_out))
end)

test("docs/repl.md names each tool of the prompt", function()
    local page = expect.read(expect.root .. "/docs/repl.md")
    for name in pairs(require "dispatch.repl.tools") do expect.contains(page, "`" .. name) end
end)

---Does the word stand in a piece of `code`?
local function in_code(text, word, what)
    for code in text:gmatch "`([^`]*)`" do
        if code:find("%f[%w_]" .. word .. "%f[^%w_]") then return end
    end
    expect.truthy(false, what .. ": " .. word)
end

test("docs/fake-desktop.md names each field of a rule", function()
    local page = expect.read(expect.root .. "/docs/fake-desktop.md")
    for _, field in ipairs(require "dispatch.repl.help".fields "fake.rule") do
        in_code(page, field.name, "fake.rule")
    end
end)

test("docs/recovery.md has every code that a run's advice knows", function()
    local page = expect.read(expect.root .. "/docs/recovery.md")
    for code in host.source "dispatch/advice.lua":gmatch '"(E[A-Z]+)"' do expect.contains(page, code) end
end)

test("docs/events.md has every event of a run, and every field", function()
    local rows = {}
    for _, block in ipairs(pages.read "docs/events.md") do
        for _, row in ipairs(block.rows or {}) do rows[row.cells[1]:gsub("`", "")] = row.cells[2] end
    end
    local at = project.iteration(nil, project.WORKERS, project.ID)
    expect.equal(project.rehearse(at).exit, 0)
    for line in expect.read(at:journal()):gmatch "[^\n]+" do
        local event = cjson.decode(line)
        local row = expect.truthy(rows[event.ev], event.ev .. " is not there")
        event.seq, event.t, event.ev = nil, nil, nil
        for field in pairs(event) do in_code(row, field, line) end
    end
end)

-- ----------------------------------------------------------------------------------------------- a wrong page is found

---The problems of a page, as one text.
local function problems_of(text) return table.concat((pages.run(text)), "\n") end

---A block between its fences.
local function block(info, text) return "```" .. info .. "\n" .. text .. "\n```\n" end

test("a block that works has no problem", function()
    expect.equal(problems_of(table.concat({
        block("sh", "dispatch --version\ntest -f README.md"),
        block("lua", 'assert(require "clock".now() > 0)'),
        block("lua hello.lua", "print('hello ' .. ...)"),
        block("console", "$ dispatch hello.lua you\nhello you\n$ dispatch check -RunId x\n…\n$ echo $?\n2"),
        block("repl", "> 1 + 1\n2"),
        block("usage", "dispatch windows [TITLE]    lists them"),
        block("json", '{ "a": [1] }'),
        block("text", "anything"),
        "| command | |\n| --- | --- |\n| `dispatch help [TOPIC|SETTING]` | |\n",
        "**`dispatch -e CODE`** runs a line.\n",
    }, "\n")), "")
end)

local API_LINE = host.source "run_iter.lua":match "\n( +api += 1,[^\n]*)"

for what, each in pairs {
    ["a command that fails"] = { block("sh", "dispatch check -RunId 20261122_1\nfalse"), "exit status 1" },
    ["a command that is not there"] = { block("sh", "dispatch chekc"), "exit status 64" },
    ["another output"] = { block("console", "$ echo one\ntwo"), "command 1 printed" },
    ["more output than is shown"] = { block("console", "$ printf 'a\\nb\\n'\na"), "command 1 printed" },
    ["an exit status that is not shown"] = { block("console", "$ false"), "exit status 1" },
    ["another exit status"] = { block("console", "$ false\n$ echo $?\n2"), "command 2 printed" },
    ["a shell that ends early"] = { block("console", "$ exit 0\n$ echo more\nmore"), "stopped at command 1" },
    ["a script that fails"] = { block("lua", 'error "no"'), "no" },
    ["a script that cannot be read"] = { block("lua", "x ="), "unexpected" },
    ["a file that cannot be read"] = { block("lua x.lua", "x ="), "x.lua:2:" },
    ["a file outside"] = { block("lua ../x.lua", "x = 1"), "no file's name" },
    ["lines that the flow has not"] = { block("lua in run_iter.lua", "nowhere"), "no such lines" },
    ["lines that the flow has twice"] = { block("lua in run_iter.lua", "    end },"), "twice" },
    ["an edit that breaks the flow"] = { block("lua in run_iter.lua", API_LINE) .. block("lua instead", "    api = 9,"),
        "flow API 9" },
    ["an edit of nothing"] = { block("lua instead", "x"), "stands above it" },
    ["a prompt that says something else"] = { block("repl", "> 1 + 1\n3"), "line 1 differs" },
    ["JSON that is none"] = { block("json", "{ a }"), "Expected" },
    ["no language"] = { block("", "dispatch"), "no language" },
    ["another language"] = { block("python", "1"), "`python`" },
    ["an indented block"] = { "text\n\n    dispatch help\n", "a block has a fence" },
    ["a fence that stays open"] = { "```sh\ntrue\n", "never closed" },
    ["a command in a table"] = { "| a | b |\n| --- | --- |\n| `dispatch chekc` | |\n", "line 3: dispatch chekc" },
    ["a usage that is too long"] = { block("usage", "dispatch init [TITLE]"), "dispatch init HITECHOS" },
    ["a placeholder that nobody knows"] = { block("usage", "dispatch send WHAT"), "WHAT stands for" },
    ["a command in bold"] = { "**`dispatch chekc`** checks.\n", "1: dispatch chekc" },
    ["no reason"] = { "<!-- not run: -->\n" .. block("sh", "false"), "wants a reason" },
} do
    test("it is found: " .. what, function()
        expect.contains(problems_of(each[1]), each[2])
    end)
end

test("a block that is marked is left out, and only that one", function()
    local problems, _, marked = pages.run("<!-- not run: it is this test -->\n" .. block("sh", "false") .. "\n"
        .. block("sh", "exit 3"))
    expect.equal(marked, { "it is this test" })
    expect.equal(#problems, 1)
    expect.contains(problems[1], "6: exit status 3")
end)

test("each way to fill a usage in is tried", function()
    local function tried(usage)
        local out = {}
        for i, words in ipairs(pages.commands(usage)) do out[i] = table.concat(words, " ") end
        return out
    end
    expect.equal(tried "dispatch windows [TITLE]", { "windows", "windows HITECHOS_A_core_20261122_1" })
    expect.equal(tried "dispatch repl [-Via auto|x11|fake:FILE.lua] [-Root FOLDER]",
        { "repl", "repl -Via fake:desktop.lua", "repl -Root ." })
    expect.equal(tried "dispatch help [COMMAND|settings]", { "help", "help windows", "help settings" })
    expect.equal(tried "dispatch FILE.lua [arguments]", { "probe.lua HITECHOS_A_core_20261122_1" })
end)
