-- What the REPL reads and prints: reader and printer.
local expect = require "expect"
local help = require "dispatch.repl.help"
local printer = require "dispatch.repl.printer"
local reader = require "dispatch.repl.reader"
local window = require "window"
local test = expect.test

-- Reader ------------------------------------------------------------------------------------------------------------

local function fed(...)
    local r, what, chunk, text = reader.new(), nil, nil, nil
    for _, line in ipairs { ... } do what, chunk, text = r:feed(line) end
    return what, chunk, text, r
end

test("an expression in any spelling is a chunk that returns it", function()
    for _, text in ipairs { "1, 2", "=1, 2", "return 1, 2", "  = 1,2", "(function() return 1, 2 end)()" } do
        local what, chunk = fed(text)
        expect.equal(what, "chunk", text)
        expect.equal({ chunk() }, { 1, 2 }, text)
    end
end)

test("what is begun asks for more until it is whole", function()
    for _, lines in ipairs { { "for i = 1, 2 do", "end" }, { "x = {", "1,", "}" }, { "f(", ")" }, { "x =", "1" },
        { "= 1 +", "2" }, { "[[a", "b]]" }, { "'a\\", "b'" }, { "--[[ note", "]]" }, { "if x then", "", "end" },
        { "local s = [==[", "]]", "]==]" } } do
        local r = reader.new()
        for i, line in ipairs(lines) do
            local what = r:feed(line)
            expect.equal(what, i < #lines and "more" or "chunk", lines[1] .. " " .. i)
            expect.equal(r:pending(), i < #lines)
        end
    end
end)

test("a mistake is an error at once, and forgets the lines", function()
    for _, text in ipairs { "x = = 1", "'open", "1 +)", "end", "=x = 1" } do
        local what, message, _, r = fed(text)
        expect.equal(what, "error", text)
        expect.contains(message, "repl:1:")
        expect.falsy(r:pending())
    end
    local what, message = fed("f(", "= = )")
    expect.equal(what, "error")
    expect.contains(message, "repl:2:")
end)

test("nothing is nothing, and the end of input tells what is missing", function()
    expect.equal(fed "", "nothing")
    expect.equal(fed "  \t", "nothing")
    local _, _, _, r = fed "for i = 1, 2 do"
    expect.contains(r:finish(), "'end' expected")
    expect.equal(r:finish(), nil)
    r:feed "f("
    r:clear()
    expect.equal(r:pending(), false)
end)

-- Printer -----------------------------------------------------------------------------------------------------------

local function show(value, options) return printer.show(value, options) end

test("values are shown as Lua would write them", function()
    expect.equal(show(nil), "nil")
    expect.equal(show(true), "true")
    expect.equal(show(1.5), "1.5")
    expect.equal(show(2 ^ 53), "9.007199254741e+15")
    expect.equal(show "a\"b\\", [["a\"b\\"]])
    expect.equal(show { 1, "x", { y = 2 } }, '{ 1, "x", { y = 2 } }')
    expect.equal(show { ["end"] = 1, ["a b"] = 2, [2.5] = 3, [true] = 4, z = 5 },
        '{ [2.5] = 3, ["a b"] = 2, ["end"] = 1, z = 5, [true] = 4 }')
    expect.equal(show {}, "{}")
end)

test("what a terminal would obey, nobody sees or is broken stands as a number", function()
    expect.equal(show "\27[2J\0\n\t\127", [["\x1B[2J\x00\n\t\x7F"]])
    expect.equal(show "a\u{200B}b\u{85}é名🚀", [["a\u{200B}b\u{85}é名🚀"]])
    expect.equal(show "\xFF\xC3", [["\xFF\xC3"]])
    expect.equal(show { ["\n"] = 1 }, [[{ ["\n"] = 1 }]])
end)

test("long strings, long tables, deep tables and cycles have an end", function()
    expect.equal(show(("é"):rep(1000), { string = 5 }), '"éé" … 2000 bytes in all')
    local list = {}
    for i = 1, 60 do list[i] = i end
    expect.contains(show(list), "… 10 more")
    expect.equal(show({ 1, 2, 3 }, { items = 2 }), "{ 1, 2, … 1 more }")
    expect.equal(show { { { { { 1, 2 } } } } }, "{ { { { {… 2} } } } }")
    local loop = { name = "x" }
    loop.self, loop.inner = loop, { loop }
    expect.equal(show(loop), '{ inner = { <the whole again> }, name = "x", self = <the whole again> }')
    local wide = {}
    for i = 1, 100 do wide[i] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 } end
    local _, lines = show(wide):gsub("\n", "")
    expect.truthy(lines < 70, lines)
end)

test("no line of a table is wider than the screen where that can be", function()
    local value = { title = ("word "):rep(10), list = { ("x"):rep(30), ("y"):rep(30), { 1, 2 } }, n = 1 }
    local text = show(value, { width = 60 })
    for line in (text .. "\n"):gmatch "(.-)\n" do expect.truthy(#line <= 66, line) end
    expect.equal(text, '{\n  list = {\n    "' .. ("x"):rep(30) .. '",\n    "' .. ("y"):rep(30)
        .. '",\n    { 1, 2 },\n  },\n  n = 1,\n  title = "' .. ("word "):rep(10) .. '",\n}')
    expect.equal(show({ "名名名名" }, { width = 14 }), '{ "名名名名" }')
    expect.equal(show({ "名名名名" }, { width = 13 }), '{\n  "名名名名",\n}')
end)

test("functions, userdata and tables that have words of their own are named", function()
    local desktop <close> = expect.ok(window.fake {})
    expect.equal(show(window.open, { name_of = help.name_of }), "window.open")
    expect.matches(show(desktop), "^dispatch%.desktop: %x+")
    local line = debug.getinfo(1, "l").currentline + 1
    expect.equal(show(function() end), ("function (tests/lua/repl_printer_spec.lua:%d)"):format(line))
    expect.contains(show(print), "function (C)")
    local named = setmetatable({ 1 }, { __tostring = function() return "a window" end })
    expect.equal(show { named, x = named }, "{ [1] = a window, x = a window }")
    expect.equal(show(named), "{ 1 }")
    local broken = setmetatable({ 1 }, { __tostring = error, __index = error, __pairs = error, __len = error })
    expect.equal(show { broken }, "{ { 1 } }")
end)

test("several values stand beside each other where they fit", function()
    expect.equal(printer.show_all(table.pack(nil, "m", "EGONE")), 'nil, "m", "EGONE"')
    expect.equal(printer.show_all(table.pack(nil, ("x"):rep(80))), 'nil,\n"' .. ("x"):rep(80) .. '"')
    expect.equal(printer.show_all(table.pack()), "")
end)
