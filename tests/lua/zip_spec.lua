--- The module zip, on zips that are fine, and on each of the hostile ones.
local expect = require "expect"
local file = require "file"
local hostile = require "hostile_zips"
local zip = require "zip"
local test = expect.test

local FILES = { { "a.txt", "one, two" }, { "b.txt", "three" } }

local function put(bytes)
    local path = expect.folder() .. "/x.zip"
    expect.write(path, bytes)
    return path
end

test("a zip is listed, read and extracted", function()
    local path = put(hostile.zip { { "a.txt", "one" }, { "b.txt", "hello", packed = hostile.deflated("hello") },
        { "c.txt", "streamed", descriptor = true } })
    local list = expect.ok(zip.list(path))
    expect.equal(list[2], { name = "b.txt", path = "b.txt", bytes = 5, crc = hostile.crc32("hello"), folder = false })
    expect.equal(#list, 3)
    expect.equal(zip.read(path, "b.txt"), "hello")
    expect.equal(zip.read(path, "c.txt"), "streamed")
    local folder = expect.folder() .. "/new"
    expect.equal(zip.extract(path, folder), true)
    expect.equal(expect.tree(folder), { "a.txt", "b.txt", "c.txt" })
    expect.equal(expect.read(folder .. "/b.txt"), "hello")
end)

test("the one top folder is dropped, directory entries are ignored", function()
    local path = put(hostile.zip { { "top/" }, { "top/empty/" }, { "top/a.txt", "one" } })
    local list = expect.ok(zip.list(path))
    expect.equal({ list[1].name, list[1].path, list[1].folder }, { "top/", "", true })
    expect.equal({ list[3].name, list[3].path, list[3].folder }, { "top/a.txt", "a.txt", false })
    expect.equal(zip.read(path, "top/a.txt"), "one")
    local folder = expect.folder() .. "/new"
    expect.ok(zip.extract(path, folder))
    expect.equal(expect.tree(folder), { "a.txt" })
end)

--- What a caller hears who lists, reads everything, and extracts.
local function use(path, folder)
    local list, message, code = zip.list(path)
    for _, entry in ipairs(list or {}) do
        local bytes
        bytes, message, code = zip.read(path, entry.name)
        if not bytes then break end
    end
    local extracted, again, same = zip.extract(path, folder)
    expect.falsy(extracted)
    expect.equal({ again, same }, { message, code })
    return nil, message, code
end

for _, case in ipairs(hostile.list(FILES)) do
    test("refused: " .. case.name, function()
        local path = put(case.bytes)
        local folder = expect.folder()
        local _, message, code = use(path, folder .. "/new")
        expect.refused("EINVAL", case.rule, nil, message, code)
        expect.contains(message, path .. ": ")
        expect.contains(message, "; ", "the remedy")
        expect.lacks(message, "\n")
        expect.lacks(message, "\27")
        expect.truthy(utf8.len(message))
        expect.equal(expect.tree(folder), {})
    end)
end

test("what is no file is no zip", function()
    local folder = expect.folder()
    expect.refused("ENOENT", folder, zip.list(folder .. "/none.zip"))
    expect.refused("EINVAL", "is a folder", zip.list(folder))
    expect.refused("ENOENT", "has no entry 'c'", zip.read(put(hostile.zip(FILES)), "c"))
end)

test("a device is no zip", function()
    expect.posix "no device has a path that opens like a file's"
    expect.refused("EINVAL", "a device", zip.list("/dev/zero"))
end)

test("nothing is extracted over what is there", function()
    local path, folder = put(hostile.zip(FILES)), expect.folder()
    expect.write(folder .. "/new/mine", "mine")
    expect.refused("EEXIST", "new: is there already; name", zip.extract(path, folder .. "/new"))
    expect.equal(expect.tree(folder), { "new/", "new/mine" })
    expect.refused("ENOENT", folder, zip.extract(path, folder .. "/none/new"))
end)

test("the same files make the same bytes", function()
    local folder = expect.folder()
    local files = {}
    for i = 1, 20 do files["file" .. i] = ("line %d\n"):format(i):rep(i) end
    expect.equal(zip.create(folder .. "/1.zip", files), true)
    local turned = {}
    for i = 20, 1, -1 do turned["file" .. i] = files["file" .. i] end
    expect.ok(zip.create(folder .. "/2.zip", turned))
    expect.equal(file.read(folder .. "/1.zip"), file.read(folder .. "/2.zip"))
    local list = expect.ok(zip.list(folder .. "/1.zip"))
    for i = 2, #list do expect.truthy(list[i - 1].name < list[i].name) end
    for name, bytes in pairs(files) do expect.equal(zip.read(folder .. "/1.zip", name), bytes) end
end)

test("what could not be opened again is not made", function()
    local path = expect.folder() .. "/x.zip"
    expect.refused("EINVAL", "'..' part", zip.create(path, { ["../a"] = "" }))
    expect.refused("EINVAL", "case alone", zip.create(path, { a = "", A = "" }))
    expect.refused("EINVAL", "0 files", zip.create(path, {}))
    expect.refused("EINVAL", "more than 8388608", zip.create(path, { a = ("x"):rep(8 * 1024 * 1024 + 1) }))
    expect.equal(file.stat(path), nil)
    expect.raises("NUL byte", zip.create, path, { ["a\0b"] = "" })
    expect.raises("both strings", zip.create, path, { "a" })
    expect.raises("both strings", zip.create, path, { a = 1 })
end)

test("a name is checked alone", function()
    expect.equal(zip.check_name("A_core_20261122_1.txt"), true)
    expect.equal(zip.check_name("folder/Größe.txt"), true)
    expect.refused("EINVAL", "entry 'a\\x00b'", zip.check_name("a\0b"))
    expect.refused("EINVAL", "has no name", zip.check_name(""))
end)

test("a path with a NUL byte raises", function()
    for _, call in ipairs { zip.list, zip.read, zip.extract, zip.create } do
        expect.raises("NUL byte", call, "/tmp/a\0b", "x")
    end
    expect.raises("NUL byte", zip.extract, "/tmp/a", "/tmp/a\0b")
end)

test("what is made has one date, one mode and no extra fields", function()
    local path = expect.folder() .. "/x.zip"
    expect.ok(zip.create(path, { a = ("text\n"):rep(100) }))
    local bytes = expect.ok(file.read(path))
    local made_by, _, _, method, time, date = ("<I2I2I2I2I2I2"):unpack(bytes, bytes:find("PK\1\2", 1, true) + 4)
    expect.equal({ made_by >> 8, method, time, date }, { 3, 8, 0, 1 << 5 | 1 })
    local at = bytes:find("PK\1\2", 1, true)
    local extra, comment = ("<I2I2"):unpack(bytes, at + 30)
    expect.equal({ extra, comment, (("<I4"):unpack(bytes, at + 38)) >> 16 }, { 0, 0, 33188 }) -- 0100644
    expect.equal((("<I2"):unpack(bytes, 29)), 0)
    expect.equal(#bytes, 30 + 1 + (("<I4"):unpack(bytes, 19)) + 46 + 1 + 22)
end)
