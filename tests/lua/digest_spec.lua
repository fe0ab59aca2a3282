--- The module digest. NIST's vectors: tests/unit/test_digest.c.
local digest = require "digest"
local expect = require "expect"
local test = expect.test

local ABC = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"

test("bytes and files have one digest", function()
    local path = expect.folder() .. "/abc"
    expect.write(path, "abc")
    expect.equal(digest.sha256("abc"), ABC)
    expect.equal(digest.sha256_file(path), ABC)
    expect.truthy(digest.sha256("a\0b") ~= digest.sha256("a"))
end)

test("what cannot be read has none", function()
    local folder = expect.folder()
    expect.refused("ENOENT", folder, digest.sha256_file(folder .. "/none"))
    expect.refused("EINVAL", "is a folder", digest.sha256_file(folder))
    expect.raises("NUL byte", digest.sha256_file, "a\0b")
    expect.raises("string expected", digest.sha256)
end)
