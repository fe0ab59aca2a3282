-- docs/agents.md: its table is one that loads, and its script shows what it makes of screens.
local expect = require "expect"
local screens = require "dispatch.screens"
local test = expect.test

local page = expect.truthy(expect.read(expect.root .. "/docs/agents.md"))
local blocks = {}
for block in page:gmatch "\n```lua\n(.-)```\n" do
    blocks[#blocks + 1] = block
end

local IDLE = "my agent 1.0\n\n> Type your request\n\n  ? for help\n"

local function project()
    local root = expect.folder()
    expect.write(root .. "/tools/codex/dispatch/agents.lua", blocks[1])
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

test("docs/agents.md: its script shows what the table makes of recorded screens", function()
    local root = project()
    expect.write(root .. "/idle.txt", IDLE)
    expect.write(root .. "/draft.txt", (IDLE:gsub("Type your request", "fix it")))
    expect.write(root .. "/approval.txt", "rm -r x\nAllow this? [y/n]\n")
    expect.equal(#blocks, 2)
    local run = expect.dispatch { "-", cwd = root, input = blocks[2] }
    expect.equal(run.exit, 0, run.err)
    expect.equal(run.out, "idle\t\tnil\tnil\ndraft\tfix it\tnil\tnil\n"
        .. "approval\tnil\tmy agent asks for an approval: 'Allow this? [y/n]'\tnil\n")
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
