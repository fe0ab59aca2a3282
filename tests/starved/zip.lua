host.stable()
assert(zip.create("a.zip", { ["b.txt"] = "b", ["a.txt"] = ("a"):rep(500) }))
host.stable()
assert(zip.extract("a.zip", "out"))
host.stable()
for _, entry in ipairs(assert(zip.list("a.zip"))) do print(entry.name, entry.bytes, entry.crc) end
print(#assert(zip.read("a.zip", "a.txt")), refused("ENOENT", zip.read("a.zip", "c.txt")))
print(refused("EINVAL", zip.check_name("a/../b")))
print(refused("EEXIST", zip.extract("a.zip", "out")), refused("ENOENT", zip.list("nowhere")))
