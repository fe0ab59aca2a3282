-- docs/agents.md: its table reads the screens of its agent, also those that the page does not show.
local expect = require "expect"
local pages = require "pages"
local screens = require "dispatch.screens"
local test = expect.test

local PAGE = "docs/agents.md"
local page = expect.read(expect.root .. "/" .. PAGE)

local IDLE = pages.code(PAGE, "text", "idle.txt")[1]


local function project()
    local root = expect.folder()
    local path = "tools/codex/dispatch/agents.lua"
    expect.write(root .. "/" .. path, pages.code(PAGE, "lua", path)[1])
    return root
end

test("docs/agents.md: the table of one agent is read, and reads its screens", function()
    local tables = expect.ok(screens.load(project()))
    local agent = screens.recognise(tables, { app = "my-agent" }, nil)
    expect.equal(agent.name, "my agent")
    expect.equal(screens.composer(agent, IDLE), "")
    expect.equal(screens.composer(agent, (IDLE:gsub("Type your request", "fix it"))), "fix it")
    expect.equal(screens.shows(agent, (IDLE:gsub("Type your request", "[3 lines pasted]")), "a\nb\nc"), "placeholder")
    expect.truthy(screens.busy(agent, "* Thinking 3 s\n" .. IDLE))
    expect.contains(screens.question(agent, "rm -r x\nAllow this? [y/n]\n"), "asks for an approval")
    expect.equal(screens.question(agent, "Allow this? [y/n] y\n\ndone\n\n" .. IDLE), nil)
end)

test("docs/agents.md names the versions that the screens were recorded from", function()
    for folder in require "lfs".dir(expect.root .. "/tests/agents/screens") do
        local version = folder:match "%-([%d.]+)$"
        if version then
            expect.contains(page, version)
            expect.contains(expect.read(expect.root .. "/tests/agents/package.json"), '"' .. version .. '"')
        end
    end
end)
