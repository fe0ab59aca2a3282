host.stable()
print(cjson.encode { 1, "two", { three = true } }, cjson.decode('{"a":[1,2,{"b":"\\u00e4"}]}').a[3].b)
local fine, message = pcall(cjson.decode, "{")
print(fine, assert(message:find "Expected" and message, message))
lfs.mkdir("folder")
host.stable()
local names = {}
for name in lfs.dir(".") do names[#names + 1] = name end
host.stable()
print(#names, lfs.attributes("folder", "mode"), #assert(lfs.currentdir()) > 0, lfs.attributes("nowhere"))
assert(lfs.rmdir("folder"))
