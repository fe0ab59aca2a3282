local expect = require "expect"
local host = require "host"
local test = expect.test

test("every file under lua/ is inside the program, sorted, byte for byte", function()
    local folder = expect.root .. "/lua"
    local files = {}
    for _, name in ipairs(expect.tree(folder)) do
        if not name:find("/$") then
            files[#files + 1] = name
        end
    end
    expect.equal(host.names(), files)
    for _, name in ipairs(files) do
        expect.truthy(host.source(name) == expect.read(folder .. "/" .. name), name)
    end
end)

test("a file that is not inside has no source", function()
    expect.equal(host.source("dispatch/nobody.lua"), nil)
end)

test("a module tells its file and lines as its source has them, though it is compiled", function()
    local info = debug.getinfo(require "dispatch.title".near_misses, "S")
    expect.equal(info.source, "@lua/dispatch/title.lua")
    local lines = {}
    for line in host.source "dispatch/title.lua":gmatch "([^\n]*)\n" do lines[#lines + 1] = line end
    expect.contains(lines[info.linedefined], "function M.near_misses")
end)
