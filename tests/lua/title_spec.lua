local expect = require "expect"
local title = require "dispatch.title"
local window = require "window"
local test = expect.test

local A, B = "HITECHOS_A_core_20261122_1", "HITECHOS_B_tooling_20261122_1"

local function changed(from, to) return (A:gsub(from, to)) end

local function win(text, more)
    local listed = { id = 1, pid = 7, title = text, app = "xterm" }
    for key, value in pairs(more or {}) do listed[key] = value end
    return listed
end

local function hits(windows, ...)
    local jobs = {}
    for i, name in ipairs { ... } do jobs[i] = { title = name } end
    return title.match_all(windows, jobs)
end

-- Titles that carry A as a whole, and titles that do not: match_all() and the window's own check must agree.
local CARRY = { A, "● " .. A .. " - Visual Studio Code", "[" .. A .. "]", A .. ".", "x:" .. A, "-" .. A .. "-",
    "Administrator: " .. A, "🚀" .. A .. "🚀", A .. "0 " .. A, "é " .. A .. " é", A .. "…" }
local LACK = { "", "x", A .. "0", A .. "_", "x" .. A, "_" .. A, A:lower(), "é" .. A, A .. "é", A .. "名",
    changed("_1$", "_"), changed("core", "c\u{200B}ore"), changed("A_", "А_"), changed("_1$", "_１") }

test("a title is matched as a whole token, literally", function()
    for _, text in ipairs(CARRY) do
        expect.equal(#hits({ win(text) }, A, B)[A], 1, text)
        expect.equal(title.matches(win(text), A), true, text)
        expect.equal(window.has_token(text, A), true, text)
    end
    for _, text in ipairs(LACK) do
        expect.equal(#hits({ win(text) }, A, B)[A], 0, text)
        expect.equal(title.matches(win(text), A), false, text)
    end
end)

test("a title with other signs in it than letters is matched just so", function()
    local odd = "HITECHOS_A-core.x_20261122_1"
    expect.equal(#hits({ win("- " .. odd .. " -"), win(odd .. "0") }, odd)[odd], 1)
end)

test("each window goes to its own job, each job knows all its windows", function()
    local first, second, third = win(A), win("x " .. B), win(A .. " again")
    expect.equal(hits({ first, second, third, win "y" }, A, B), { [A] = { first, third }, [B] = { second } })
end)

test("a pane's own title goes before the name of its window", function()
    local pane = win("zsh", { alias = A })
    expect.equal(hits({ pane }, A, B)[A], { pane })
    pane = win(B, { alias = A })
    expect.equal(#hits({ pane }, A, B)[A], 0)
    expect.equal(hits({ pane }, A, B)[B], { pane })
end)

test("the window that dispatch runs in is no second match, but is told when it is the only one", function()
    local own, other = win("dispatch send " .. A, { self = true }), win(A)
    expect.equal(hits({ own, other }, A)[A], { other })
    expect.equal(hits({ own }, A)[A], { own })
end)

test("one window with the titles of two workers is told", function()
    local _, shared = hits({ win(A .. " | " .. B) }, A, B)
    expect.contains(shared, "both " .. A .. " and " .. B)
    expect.equal(select(2, hits({ win(A .. " " .. A), win(B) }, A, B)), nil)
end)

test("a thousand windows and five hundred jobs take one pass", function()
    local windows, names = {}, {}
    for i = 1, 1000 do windows[i] = win(("HITECHOS_W%d_20261122_1 - some longer title, as editors have"):format(i)) end
    for i = 1, 500 do names[i] = ("HITECHOS_W%d_20261122_1"):format(i) end
    local began = os.clock()
    local found = hits(windows, table.unpack(names))
    expect.truthy(os.clock() - began < 1, "seconds")
    for i = 1, 500 do expect.equal(found[names[i]], { windows[i] }) end
end)

test("several windows are all named", function()
    local message = title.several({ win(A, { pid = 8, id = 77 }), win("x\n" .. A, { app = "" , pid = 0 }) }, A)
    expect.equal(message, "2 windows have " .. A .. " in their titles: '" .. A .. "' (xterm, pid 8, id 77), 'x<0A>" .. A
        .. "' (id 1); close or retitle all but one")
end)

local NEAR = {
    { changed("core", "c\u{200B}ore"), "U+200B zero width space" },
    { changed("_1$", "\u{A0}1"), "other separators" },
    { "x " .. changed("A_", "А_"), "not what it looks like: U+0410 Cyrillic letter" },
    { changed("_1$", "_１"), "U+FF11 full width" },
    { A:lower(), "other case: '" .. A:lower() .. "'" },
    { A .. "0 - Code", "of another run: 20261122_10" },
    { A .. "é", "joined to more letters: '" .. A .. "é'" },
    { "my" .. A, "joined to more letters: 'my" .. A .. "'" },
    { "HITECHOS A_core 20261122-1", "other separators: 'HITECHOS A_core 20261122-1'" },
    { "~/x HITECHOS_A_core_2026…", "cut off after 'HITECHOS_A_core_2026'" },
    { "HITECHOS_A_core_20261122...", "cut off after 'HITECHOS_A_core_20261122'" },
    { "A_core_20261122_1 - Code", "HITECHOS_ is missing in front" },
    { "HITECHOS_A_core_20261121_3", "of another run: 20261121_3" },
    { "HITECHOS_A_cor_20261122_1", "1 letter differs: 'HITECHOS_A_cor_20261122_1'" },
    { "HITECOHS_A_core_20261122_1", "2 letters differ" },
    { "xterm", nil }, { B, nil }, { "", nil }, { "HITECHOS", nil },
}

test("each near miss has its reason", function()
    for _, row in ipairs(NEAR) do
        local near = title.near_misses({ win(row[1]) }, A)
        expect.equal(near[1] ~= nil, row[2] ~= nil, row[1])
        if row[2] then
            expect.contains(near[1].reason, row[2], row[1])
            expect.equal(near[1].matches, false)
        end
    end
end)

test("what matches says what stands in its way", function()
    local near = title.near_misses({ win(A) }, A)
    expect.equal({ near[1].matches, near[1].reason }, { true, nil })
    near = title.near_misses({ win(A, { minimised = true, elsewhere = true }), win(A) }, A)
    expect.equal(near[1].reason, "one of 2 that match; only one may; minimised; "
        .. "out of sight, no hindrance")
    expect.contains(title.near_misses({ win(A, { self = true }) }, A)[1].reason, "dispatch itself")
    expect.contains(title.near_misses({ win(A, { dead = true }) }, A)[1].reason, "its program ended")
    expect.contains(title.near_misses({ win(A, { shell = true }) }, A)[1].reason, "at a shell")
end)

test("near misses of a window's name are told as such", function()
    local near = title.near_misses({ win("zsh", { alias = A:lower() }) }, A)
    expect.contains(near[1].reason, "its window's name: other case")
end)

test("the nearest comes first", function()
    local windows = { win "HITECHOS_A_core_20261121_1", win "HITECHOS_A_kore_20261122_1", win(A .. "7"), win(A:upper()),
        win(A), win(changed("core", "c\u{2060}ore")) }
    local order = {}
    for i, near in ipairs(title.near_misses(windows, A)) do order[i] = near.window.title end
    expect.equal(order, { windows[5].title, windows[6].title, windows[4].title, windows[3].title, windows[2].title,
        windows[1].title })
end)

test("the message of a failed find names every missing title, and why", function()
    local text = title.explain({ win(A .. "0"), win "x" }, { { title = A }, { title = B }, { title = "C", pin = {} } })
    expect.contains(text, "no window has '" .. A .. "' in its title; near: '" .. A .. "0' (xterm, pid 7, id 1): of")
    expect.contains(text, "\nno window has '" .. B .. "' in its title\n")
    expect.lacks(text, "C in its")
    expect.contains(text, "2 windows were looked at")
    expect.contains(title.explain({}, { { title = A } }), "0 windows were looked at")
end)

test("broken bytes and control characters in titles do no harm", function()
    local wild = win("\xFF\27[2J" .. A:lower() .. "\0\xC3")
    expect.contains(title.near_misses({ wild }, A)[1].reason, "other case")
    expect.lacks(title.describe(wild), "\27")
    expect.equal(title.near_misses({ win(nil, { title = "" }) }, A), {})
end)
