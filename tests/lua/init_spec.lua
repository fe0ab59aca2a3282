-- dispatch init: where it puts its copies, and where it does not.
local expect = require "expect"
local test = expect.test

local function init(folder, ...) return expect.dispatch { "init", cwd = folder, ... } end

test("in a folder that is no project init is refused with what makes it one, and that does", function()
    local folder = expect.folder()
    local run = init(folder)
    expect.equal(run.exit, 2, run.out)
    expect.equal(expect.tree(folder), {})
    local remedy = expect.matches(run.err, "make this folder a project: dispatch init ([^\r\n]+)")
    local words = {}
    for word in remedy:gmatch "%S+" do words[#words + 1] = word end
    run = init(folder, table.unpack(words))
    expect.equal(run.exit, 0, run.err)
    for _, name in ipairs { "run_iter.lua", "agents.lua", "run_iter.ps1", "ahk_template.ahk" } do
        expect.truthy(expect.read(folder .. "/tools/codex/dispatch/" .. name), name)
    end
end)

test("what is there already is kept", function()
    local folder = expect.folder()
    local path = folder .. "/tools/codex/dispatch/run_iter.lua"
    expect.write(path, "-- ours\n")
    local run = init(folder)
    expect.equal(run.exit, 0, run.err)
    expect.matches(run.out, "kept +[^\n]*run_iter.lua")
    expect.equal(expect.read(path), "-- ours\n")
end)
