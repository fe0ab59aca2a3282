--- A project in a deep folder: a path beyond 260 characters (Windows' old limit), with blanks and characters of two and
--- three bytes in it.
local expect = require "expect"
local file = require "file"
local layout = require "dispatch.layout"
local project = require "project"
local test = expect.test

test("a whole run in a folder whose path has more than 260 characters", function()
    local top = expect.folder()
    local root = top .. ("/Projekt mit Blanks, Größe 漢字"):rep(12)
    expect.after(function() expect.ok(file.remove_tree(top)) end)
    local at = layout.new(root, project.ID)
    expect.ok(file.mkdir(layout.zips(root)))
    expect.ok(require "zip".create(at:zip(), project.prompts(at)))
    expect.ok(file.write(root .. "/desktop.lua", project.desktop(at, project.WORKERS)))
    expect.ok(file.write(root .. "/stub.lua",
        [[print '{"status": "PASS", "meaningful_gate": {"verdict": "PASS"}}']]))
    local run = expect.dispatch { "run_iter.lua", "-RunId", at.run_id, "-Root", root, "-Via", "fake:" .. root
        .. "/desktop.lua", "-Factory", ("'%s' '%s/stub.lua'"):format(expect.binary(), root) }
    expect.equal(run.exit, 0, run.out .. run.err)
    local report = expect.ok(file.read(at:report()))
    expect.contains(report, ": PASS")
    expect.contains(report, root)
    for _, worker in ipairs(project.WORKERS) do expect.ok(file.read(at:marker(worker))) end
end)

test("Windows: a folder in which no program can be started is refused, saying so", function()
    if not expect.windows then expect.elsewhere "its limit for the folder that a program begins in" end
    local top = expect.folder()
    local deep = top .. ("/a folder"):rep(60)
    expect.after(function() expect.ok(file.remove_tree(top)) end)
    expect.ok(file.mkdir(deep))
    local message = expect.refused("EINVAL", "more than 258 characters",
        require "process".run({ expect.binary(), "-e", "" }, { cwd = deep, deadline = math.huge }))
    expect.contains(message, deep)
end)
