--- The module file: what its answers look like in Lua. Each way in which the functions fail: tests/unit/test_file*.c.
local expect = require "expect"
local file = require "file"
local test = expect.test

test("a file is written, looked at and read", function()
    local path = expect.folder() .. "/a.txt"
    expect.equal(file.write(path, "one\0two"), true)
    expect.equal(file.read(path), "one\0two")
    expect.equal(file.read(path, 7), "one\0two")
    local info = expect.ok(file.stat(path))
    expect.equal(info.type, "file")
    expect.equal(info.bytes, 7)
    expect.truthy(math.abs(info.modified - os.time()) < 100)
end)

test("each kind of entry has its word", function()
    local folder = expect.folder()
    expect.equal(file.stat(folder).type, "folder")
    expect.link("nowhere", folder .. "/link")
    expect.equal(file.stat(folder .. "/link").type, "link")
    expect.equal(file.stat("/dev/null").type, "other")
end)

test("a world that refuses answers nil, message, CODE", function()
    local folder = expect.folder()
    local none = folder .. "/none"
    expect.refused("ENOENT", none, file.stat(none))
    expect.refused("ENOENT", none, file.read(none))
    expect.refused("ENOENT", none, file.list(none))
    expect.refused("ENOENT", none, file.real(none))
    expect.refused("ENOENT", none, file.write(none .. "/a", ""))
    expect.refused("ENOENT", none, file.rename(none, folder .. "/b"))
    expect.refused("ENOENT", none, file.append(none .. "/a"))
    expect.refused("EINVAL", "is a folder", file.read(folder))
    expect.refused("EINVAL", "is no name", file.remove_tree("/"))
    expect.write(folder .. "/a", "12345")
    expect.refused("EINVAL", "more than the 4", file.read(folder .. "/a", 4))
    expect.refused("EEXIST", folder .. "/a", file.mkdir(folder .. "/a"))
end)

test("folders are made with their parents, listed in order, and removed whole", function()
    local folder = expect.folder()
    expect.equal(file.mkdir(folder .. "/x/y"), true)
    expect.equal(file.mkdir(folder .. "/x/y"), true)
    for _, name in ipairs { "b", "a", "C" } do expect.write(folder .. "/x/" .. name, "") end
    expect.equal(file.list(folder .. "/x"), { "C", "a", "b", "y" })
    expect.equal(file.rename(folder .. "/x", folder .. "/z"), true)
    expect.equal(file.remove_tree(folder .. "/z"), true)
    expect.equal(file.list(folder), {})
end)

test("the real path has no links in it", function()
    local folder = expect.folder()
    expect.ok(file.mkdir(folder .. "/x"))
    expect.link("x", folder .. "/link")
    expect.equal(file.real(folder .. "/link"), file.real(folder .. "/x"))
end)

test("a journal's line is there at once, and a torn one does not spoil the next", function()
    local path = expect.folder() .. "/log"
    expect.write(path, "torn")
    local log <close> = expect.ok(file.append(path))
    expect.equal(log:line("one"), true)
    expect.equal(file.read(path), "torn\none\n")
    expect.equal(log:sync(), true)
    log:close()
    log:close()
    expect.raises("closed already", log.line, log, "two")
end)

test("a caller's mistake raises", function()
    local calls = { file.stat, file.read, file.list, file.real, file.mkdir, file.remove_tree, file.append,
        function(path) return file.write(path, "") end, function(path) return file.rename(path, "x") end,
        function(path) return file.rename("x", path) end }
    for _, call in ipairs(calls) do
        expect.raises("NUL byte", call, "/tmp/a\0b")
        expect.raises("empty", call, "")
        expect.raises("string expected", call, {})
    end
    expect.raises("string expected", file.write, "/tmp/a")
    expect.raises("bytes", file.read, "/tmp/a", -1)
end)
