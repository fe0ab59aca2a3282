--- hostile_zips - zips that must be refused, each built byte by byte (PKWARE APPNOTE 6.3), in plain Lua.
--
--     local hostile = require "hostile_zips"
--     for _, case in ipairs(hostile.list(files)) do
--         -- case.name   what is wrong with it, in a few words
--         -- case.bytes  the zip
--         -- case.rule   a plain text that the refusal's message has in it
--     end
--
-- files: { {name, bytes}, … }, at least two; all is as it should be with them, but for the one thing. So a program that
-- overlooks it would accept the whole. hostile.zip(files) is the same zip with nothing wrong.
local M = {}

local CRC = {}
for i = 0, 255 do
    local crc = i
    for _ = 1, 8 do
        crc = crc & 1 == 1 and crc >> 1 ~ 0xEDB88320 or crc >> 1
    end
    CRC[i] = crc
end

function M.crc32(bytes)
    local crc = 0xFFFFFFFF
    for i = 1, #bytes do
        crc = crc >> 8 ~ CRC[(crc ~ bytes:byte(i)) & 0xFF]
    end
    return crc ~ 0xFFFFFFFF
end

--- A deflate stream (RFC 1951) that unpacks to 258 * n + 1 zero bytes, in 13 bits for each 258: fixed codes, one
--- literal, then matches of length 258 at distance 1.
function M.zeros(n)
    local out, value, bits = {}, 0, 0
    local function put(code, len, from_top)
        for i = 0, len - 1 do
            local bit = code >> (from_top and len - 1 - i or i) & 1
            value, bits = value | bit << bits, bits + 1
            if bits == 8 then
                out[#out + 1] = string.char(value)
                value, bits = 0, 0
            end
        end
    end
    put(1, 1)
    put(1, 2)
    put(0x30, 8, true)
    for _ = 1, n do
        put(0xC5, 8, true)
        put(0, 5, true)
    end
    put(0, 7, true)
    put(0, 7)
    return table.concat(out)
end

--- A deflate stream of one stored block.
function M.deflated(bytes)
    return string.pack("<BI2I2", 1, #bytes, ~#bytes & 0xFFFF) .. bytes
end

-- Each entry: {name, bytes, …}; all other fields are lies but `packed` (the data by method 8), `attributes` and
-- `descriptor`: crc, extra, local_name, header = {field = value}, central = {field = value}, at (the place that the
-- directory names). Fields of the headers: flags method crc packed bytes name_len extra_len disk.
local function facts(entry)
    local bytes = entry[2] or ""
    return { flags = 0x800 | (entry.descriptor and 8 or 0), method = entry.packed and 8 or 0,
        crc = entry.crc or M.crc32(bytes), packed = #(entry.packed or bytes), bytes = #bytes, name_len = #entry[1],
        extra_len = #(entry.extra or ""), disk = 0 }
end

local function with(values, lies)
    for key, value in pairs(lies or {}) do values[key] = value end
    return values
end

local function common(f)
    return string.pack("<I2I2I2I2I2I4I4I4I2I2", 20, f.flags, f.method, 0, 0x21, f.crc, f.packed, f.bytes, f.name_len,
        f.extra_len)
end

local function local_part(entry)
    local f, descriptor = facts(entry), ""
    if entry.descriptor then
        descriptor = entry.descriptor ~= true and entry.descriptor
            or string.pack("<I4I4I4I4", 0x08074b50, f.crc, f.packed, f.bytes)
        f.crc, f.packed, f.bytes = 0, 0, 0
    end
    with(f, entry.header)
    return "PK\3\4" .. common(f) .. (entry.local_name or entry[1]) .. (entry.extra or "")
        .. (entry.packed or entry[2] or "") .. descriptor
end

local function central_part(entry, at)
    local f = with(facts(entry), entry.central)
    return "PK\1\2" .. string.pack("<I2", 3 << 8 | 20) .. common(f)
        .. string.pack("<I2I2I2I4I4", 0, f.disk, 0, entry.attributes or 0x81A40000, entry.at or at)
        .. entry[1] .. (entry.extra or "")
end

--- ending: lies of the end record: disk, first_disk, here, all, size, offset, comment, before (bytes in front of it).
function M.zip(entries, ending)
    local parts, directory, at = {}, {}, 0
    for _, entry in ipairs(entries) do
        local part = local_part(entry)
        directory[#directory + 1] = central_part(entry, at)
        parts[#parts + 1] = part
        at = at + #part
    end
    local whole = table.concat(directory)
    local e = with({ disk = 0, first_disk = 0, here = #entries, all = #entries, size = #whole, offset = at, before = "",
        comment = "" }, ending)
    local last = string.pack("<I4I2I2I2I2I4I4I2", 0x06054b50, e.disk, e.first_disk, e.here, e.all, e.size, e.offset,
        #e.comment)
    return table.concat(parts) .. whole .. e.before .. last .. e.comment
end

local LINK, FIFO = 0xA1FF0000, 0x11A40000

--- One more entry with this name, beside the files as they should be.
local NAMES = {
    { "dots in front", "../evil.txt", "'..' part" },
    { "dots inside", "a/../../evil.txt", "'..' part" },
    { "a dot part", "./evil.txt", "'.' part" },
    { "absolute path", "/tmp/evil.txt", "absolute path" },
    { "network path", "//server/share/evil.txt", "absolute path" },
    { "drive letter", "C:/evil.txt", "drive letter" },
    { "drive letter without a slash", "c:evil.txt", "drive letter" },
    { "backslash", "..\\evil.txt", "backslash" },
    { "stream of another file", "evil.txt:stream", "':' in its name" },
    { "wildcard", "evil?.txt", "'?' in its name" },
    { "NUL in the name", "evil.txt\0.png", "control character" },
    { "newline in the name", "evil\n.txt", "control character" },
    { "escape sequence in the name", "\27]0;evil\7.txt", "control character" },
    { "C1 control in the name", "evil\xC2\x9B.txt", "control character" },
    { "text turned round", "evil\u{202E}txt.exe", "control character" },
    { "name in Latin-1", "b\xF6se.txt", "not UTF-8" },
    { "overlong slash", "..\xC0\xAFevil.txt", "not UTF-8" },
    { "surrogate in the name", "evil\xED\xA0\x80.txt", "not UTF-8" },
    { "Windows device", "con.txt", "device on Windows" },
    { "Windows port", "COM\u{B9}", "device on Windows" },
    { "trailing dot", "evil.txt.", "ends in a dot" },
    { "trailing blank", "evil.txt ", "ends in a blank" },
    { "empty part", "a//evil.txt", "empty part" },
    { "no name", "", "has no name" },
    { "long name", ("x"):rep(300), "more than 255 bytes" },
    { "very deep", ("d/"):rep(40) .. "evil.txt", "folders deep" },
}

local function append(files, ...)
    local all = table.move(files, 1, #files, 1, {})
    for _, entry in ipairs { ... } do all[#all + 1] = entry end
    return all
end

--- The files, the first of them with these fields.
local function first_with(files, fields)
    local all = append(files)
    all[1] = with({ files[1][1], files[1][2] }, fields)
    return all
end

local function add_names(add, files)
    for _, case in ipairs(NAMES) do
        add(case[1], M.zip(append(files, { case[2], "evil" })), case[3])
    end
    local name = files[1][1]
    local twin = name:upper() == name and name:lower() or name:upper()
    add("the same name twice", M.zip(append(files, { name, "evil" })), "twice")
    add("twin in another case", M.zip(append(files, { twin, "evil" })), "case alone")
    add("twin in another case, Greek", M.zip(append(files, { "\u{3C3}", "" }, { "\u{3A3}", "" })), "case alone")
    add("file that is a folder, too", M.zip(append(files, { name .. "/evil.txt", "evil" })), "a file and a folder")
    local path = "\1" .. string.pack("<I4", M.crc32(name)) .. "evil.txt"
    add("other Unicode path", M.zip(first_with(files, { extra = string.pack("<I2s2", 0x7075, path) })), "Unicode path")
end

local function add_kinds(add, files)
    add("symbolic link", M.zip(append(files, { "evil", "/etc/passwd", attributes = LINK })), "is a link")
    add("prompt that is a link", M.zip(first_with(files, { attributes = LINK })), "is a link")
    add("named pipe", M.zip(append(files, { "evil", "", attributes = FIFO })), "device, pipe or socket")
    add("file with a folder's attributes", M.zip(first_with(files, { attributes = 0x41ED0010 })),
        "folder by its attributes")
    add("folder with content", M.zip(append(files, { "evil/", "evil" })), "folder with content")
    add("encrypted", M.zip(first_with(files, { header = { flags = 0x801 }, central = { flags = 0x801 } })), "encrypted")
    add("encrypted by its local header alone", M.zip(first_with(files, { header = { flags = 0x801 } })), "encrypted")
    add("encrypted by AES", M.zip(first_with(files, { header = { method = 99 }, central = { method = 99 } })),
        "encrypted")
    local methods = { { 1, "unknown" }, { 9, "Deflate64" }, { 12, "bzip2" }, { 14, "LZMA" }, { 93, "Zstandard" } }
    for _, method in ipairs(methods) do
        local lie = { method = method[1] }
        add("compressed by " .. method[2], M.zip(first_with(files, { header = lie, central = lie })), method[2])
    end
end

local function add_sizes(add, files)
    local n = 2 * 1024 * 1024 // 258
    local bomb = ("\0"):rep(258 * n + 1)
    add("bomb", M.zip(append(files, { "evil", bomb, packed = M.zeros(n), crc = 0 })), "bomb")
    local small = 1024
    add("bomb that says it is small", M.zip(append(files, { "evil", ("\0"):rep(small), packed = M.zeros(n) })),
        "more bytes than it says")
    local large = { header = { bytes = 9000000, packed = 9000000 }, central = { bytes = 9000000, packed = 9000000 } }
    add("size beyond the file", M.zip(first_with(files, large)), "end outside")
    local huge = 9 * 1024 * 1024
    add("9 MiB", M.zip(append(files, { "evil", ("x"):rep(huge), crc = 0 })), "more than 8388608")
    local many = append(files)
    for i = 1, 1001 do many[#many + 1] = { "x" .. i, "" } end
    add("too many entries", M.zip(many), "more than 1000")
    local text = files[1][2]
    for _, by in ipairs { -1, 1 } do
        add(("size %+d in both headers"):format(by), M.zip(first_with(files, {
            header = { bytes = #text + by }, central = { bytes = #text + by } })), "sizes differ")
        add(("size %+d in both headers, deflated"):format(by), M.zip(first_with(files, { packed = M.deflated(text),
            header = { bytes = #text + by }, central = { bytes = #text + by } })), by < 0 and "more bytes than it says"
            or "lies about its size")
        add(("size %+d in the local header"):format(by), M.zip(first_with(files, {
            header = { bytes = #text + by } })), "another size")
        add(("size %+d in the directory"):format(by), M.zip(first_with(files, {
            central = { bytes = #text + by } })), "another size")
        add(("packed size %+d in the local header"):format(by), M.zip(first_with(files, {
            header = { packed = #text + by } })), "another size")
        add(("packed size %+d in the directory"):format(by), M.zip(first_with(files, {
            central = { packed = #text + by } })), "another size")
    end
    add("bytes hidden behind the stream", M.zip(first_with(files, { packed = M.deflated(text) .. "hidden" })),
        "lies about its size")
end

local function add_data(add, files)
    local text = files[1][2]
    local wrong = M.crc32(text) ~ 1
    add("wrong CRC", M.zip(first_with(files, { header = { crc = wrong }, central = { crc = wrong } })), "CRC")
    add("another CRC in the local header", M.zip(first_with(files, { header = { crc = wrong } })), "another CRC")
    add("broken stream", M.zip(first_with(files, { packed = "\7" .. text })), "damaged data")
    add("stream that is cut", M.zip(first_with(files, { packed = M.deflated(text):sub(1, -2) })), "lies about its size")
    add("another name in the local header", M.zip(first_with(files, { local_name = ("x"):rep(#files[1][1]) })),
        "another name")
    add("another method in the local header", M.zip(first_with(files, { header = { method = 8 } })),
        "another compression")
    add("data descriptor that lies", M.zip(first_with(files, {
        descriptor = string.pack("<I4I4I4I4", 0x08074b50, wrong, #text, #text) })), "behind its data")
    add("data descriptor that is not there", M.zip(first_with(files, {
        header = { flags = 0x808 }, central = { flags = 0x808 } })), "behind its data")
    add("data descriptor and a local size that differs", M.zip(first_with(files, {
        descriptor = true, header = { bytes = 7, flags = 0x808 } })), "another size")
end

local function add_places(add, files)
    local honest = M.zip(files)
    -- The first file is the one that a zip inside another entry's data has.
    local others = append({}, table.unpack(files, 2))
    local inside = M.zip(others):find("PK\1\2", 1, true) - 1 + 30 + #"outer"
    add("entry inside another one's data", M.zip(append(others, { "outer", M.zip { { files[1][1], "evil" } } },
        { files[1][1], "evil", at = inside })), "shares bytes")
    add("two entries with one local header", M.zip(append(files, { files[2][1] .. "x", files[2][2], at = 0 })),
        "another name")
    add("entry in the directory", M.zip(first_with(files, { at = #honest - 60 })), "no local header")
    add("entry behind the end", M.zip(first_with(files, { at = 0x7FFFFFFF })), "no local header")
    add("entry between two headers", M.zip(first_with(files, { at = 1 })), "no local header")
    add("extra field that ends outside", M.zip(first_with(files, { extra = "UT\9\0x" })), "extra field")
    add("no entry", M.zip {}, "nothing in it")
    add("a folder alone", M.zip { { "evil/" } }, "no file in it")
end

local function add_ends(add, files)
    local honest = M.zip(files)
    add("empty file", "", "is empty")
    add("no zip at all", ("This is a text, and no zip. "):rep(5), "is no zip")
    for _, part in ipairs { 1 / 4, 1 / 2, 9 / 10 } do
        add(("cut after %d%%"):format(part * 100), honest:sub(1, #honest * part // 1), "cut short")
    end
    add("cut by one byte", honest:sub(1, -2), "cut short")
    add("bytes behind the end", honest .. "evil", "bytes behind its end record")
    add("bytes before the beginning", "evil" .. honest, "lies about where its directory is")
    add("two end records", M.zip(files, { comment = honest:sub(-22) }), "two end records")
    add("two disks", M.zip(files, { disk = 1 }), "several parts")
    add("entry on another disk", M.zip(first_with(files, { central = { disk = 1 } })), "several parts")
    add("fewer entries than there are", M.zip(files, { here = #files - 1, all = #files - 1 }), "more in its directory")
    add("more entries than there are", M.zip(files, { here = #files + 1, all = #files + 1 }), "broken directory")
    add("directory elsewhere", M.zip(files, { offset = 0 }), "where its directory is")
    add("directory larger than the file", M.zip(files, { size = 0xFFFFFFFE }), "where its directory is")
    add("zip64 end record", M.zip(files, { offset = 0xFFFFFFFF }), "zip64")
    add("zip64 locator", M.zip(files, { before = "PK\6\7" .. ("\0"):rep(16) }), "zip64")
    add("zip64 sizes that lie", M.zip(first_with(files, { extra = string.pack("<I2I2I8I8", 1, 16, 1 << 40, 1 << 40),
        header = { bytes = 0xFFFFFFFF, packed = 0xFFFFFFFF }, central = { bytes = 0xFFFFFFFF, packed = 0xFFFFFFFF } })),
        "zip64")
end

---@param files? {[1]: string, [2]: string}[] name and bytes; default: two small files
---@return {name: string, bytes: string, rule: string}[]
function M.list(files)
    files = files or { { "a.txt", "one, two" }, { "b.txt", "three" } }
    local list = {}
    local function add(name, bytes, rule)
        list[#list + 1] = { name = name, bytes = bytes, rule = rule }
    end
    add_names(add, files)
    add_kinds(add, files)
    add_sizes(add, files)
    add_data(add, files)
    add_places(add, files)
    add_ends(add, files)
    return list
end

return M
