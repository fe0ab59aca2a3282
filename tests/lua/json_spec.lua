local expect = require "expect"
local cjson = require "cjson"
local json = require "dispatch.json"
local test = expect.test

test("keys stand in a fixed order: the named ones first, the others by name", function()
    expect.equal(json.encode({ z = 1, a = 2, ev = "x", seq = 3 }, { "seq", "ev" }), '{"seq":3,"ev":"x","a":2,"z":1}')
end)

test("the output is pure ASCII, beyond the first plane too", function()
    local line = json.encode { text = "Größe 日本 🚀 \127 \27[201~\n\t\"\\" }
    expect.falsy(line:find "[\128-\255]")
    expect.contains(line, "\\ud83d\\ude80")
    expect.equal(cjson.decode(line).text, "Größe 日本 🚀 \127 \27[201~\n\t\"\\")
end)

test("what cjson reads back is what was written", function()
    local value = { list = { "a", { deep = true } }, n = 12, f = 1.5, empty = "", no = false, nul = "a\0b" }
    expect.equal(cjson.decode(json.encode(value)), value)
end)

test("each code point survives", function()
    for _, first in ipairs { 0, 0x20, 0x7F, 0x80, 0x7FF, 0x800, 0xD7FF, 0xE000, 0xFFFD, 0xFFFF, 0x10000, 0x10FFFF } do
        local text = "a" .. utf8.char(first) .. "b"
        expect.equal(cjson.decode(json.encode { t = text }).t, text, ("U+%04X"):format(first))
    end
end)

test("broken UTF-8 becomes U+FFFD and never a broken line", function()
    for broken, repaired in pairs {
        ["a\xFFb"] = "a\u{FFFD}b", ["\xC3"] = "\u{FFFD}", ["\xED\xA0\x80"] = ("\u{FFFD}"):rep(3),   -- a surrogate
        ["\xF4\x90\x80\x80"] = ("\u{FFFD}"):rep(4), ["ok \xC3\xA9 \xC3("] = "ok é \u{FFFD}(",
    } do
        expect.equal(json.repair(broken), repaired)
        expect.equal(cjson.decode(json.encode { t = broken }).t, repaired)
    end
end)

test("an empty table is a list, a marked one an object", function()
    expect.equal(json.encode { a = {}, o = json.object() }, '{"a":[],"o":{}}')
end)

test("floats have three decimals, integers none", function()
    expect.equal(json.encode { f = 0.12345, i = 7, g = 3.0 }, '{"f":0.123,"g":3.000,"i":7}')
end)

test("what JSON cannot say is an error", function()
    expect.raises("cannot write", json.encode, { x = 0 / 0 })
    expect.raises("cannot write", json.encode, { x = math.huge })
    expect.raises("cannot write", json.encode, { x = print })
    expect.raises("must be a string", json.encode, { [true] = 1 })
end)
