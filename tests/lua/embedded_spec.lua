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
