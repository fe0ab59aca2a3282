--- agent_screens - reads recorded screens of an agent (tests/agents/screens) and compares what the table makes of
--- them with what a person sees in them.
local lfs = require "lfs"
local expect = require "expect"
local screens = require "dispatch.screens"

local M = {}

--- The table's row for an agent, by its name there.
function M.agent(name)
    for _, agent in ipairs(expect.ok(screens.load(nil)).agents) do
        if agent.name == name then
            return agent
        end
    end
end

--- One recorded screen.
function M.screen(folder, name)
    return expect.truthy(expect.read(("%s/tests/agents/screens/%s/%s.txt"):format(expect.root, folder, name)), name)
end

local function judge(agent, screen, seen, name)
    local composer = screens.composer(agent, screen)
    if seen.composer == nil then
        expect.equal(composer, nil, name .. ": composer")
    elseif seen.composer then
        expect.equal(composer, seen.composer, name .. ": composer")
    end
    local question = screens.question(agent, screen)
    if seen.question then
        expect.contains(question, seen.question, name .. ": question")
    else
        expect.equal(question, nil, name .. ": question")
    end
    expect.equal(screens.busy(agent, screen) ~= nil, seen.busy or false, name .. ": busy")
end

--- A test for each screen of the folder; a screen that nobody judged fails.
---@param table_name string                       the agent's name in agents.lua
---@param folder string                           below tests/agents/screens
---@param seen table<string, {composer?: string|false, question?: string, busy?: boolean}>   composer = false: whatever
--- it reads, the question comes first; nil: none
function M.judge(table_name, folder, seen)
    local agent = M.agent(table_name)
    for file in lfs.dir(expect.root .. "/tests/agents/screens/" .. folder) do
        local name = file:match("^(.*)%.txt$")
        if name then
            expect.test(folder .. ": " .. name, function()
                judge(agent, M.screen(folder, name), expect.truthy(seen[name], "nobody said what is on it"), name)
            end)
        end
    end
end

return M
