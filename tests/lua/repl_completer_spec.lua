-- What Tab makes of a line.
local expect = require "expect"
local completer = require "dispatch.repl.completer"
local help = require "dispatch.repl.help"
local window = require "window"
local test = expect.test

local A = "HITECHOS_A_core_20261122_1"

local function context(more)
    local made = {
        globals = { print = print, string = string, w = { 10, { title = 1 }, title = "t", time = 2, _hidden = 3 },
            text = "x", prefix_one = 1, prefix_two = 2 },
        touchable = function() return { "window", "wait", "desktop" } end,
        touch = function(name) return name == "desktop" and more and more.desktop or require(name) end,
        titles = function()
            return { A .. " - Code", A, "HITECHOS_B_tooling_20261122_1", 'say "hi"', "a\27b", "xterm" }
        end,
        topics = function() return { "window", "window.open", "windows" } end,
        files = function() return { "dispatch.title", "dispatch.text" } end,
        members = function(value)
            local found = help.members(help.class_of(value))
            for name in pairs(help.methods_of(value)) do found[#found + 1] = { name = name, method = true } end
            return found
        end,
        columns = 80,
    }
    return made
end

---The line after Tab, `|` is the cursor; and what is shown below.
local function tab(marked, pending, more)
    local at = marked:find("|", 1, true) or #marked + 1
    local line, cursor = marked:sub(1, at - 1) .. marked:sub(at + 1), at - 1
    local change = completer.complete(line, cursor, context(more), pending)
    if not change then return nil end
    if not change.text then return marked, change.shown end
    return line:sub(1, change.from - 1) .. change.text .. line:sub(cursor + 1), change.shown
end

test("Tab completes globals, modules, keywords and fields", function()
    expect.equal(tab "pri", "print")
    expect.equal(tab "x = prefix_o|+1", "x = prefix_one+1")
    expect.equal(tab "pref", "prefix_")
    expect.equal(select(2, tab "prefix_"), "prefix_one  prefix_two")
    expect.equal(tab "func", "function")
    expect.equal(tab "win", "window")
    expect.equal(tab "window.ha", "window.has_token")
    expect.equal(tab "f(window.has", "f(window.has_token")
    expect.equal(tab "string.rep", "string.rep")
    expect.equal(tab "w.ti", "w.ti")
    expect.equal(tab "w.", "w.ti")
    expect.equal(select(2, tab "w.ti"), "time   title")
    expect.equal(tab "w._", "w._hidden")
    expect.equal(tab "w[2].", "w[2].title")
    expect.equal(tab "text:up", "text:upper")
    expect.equal(tab "1 .. pri", "1 .. print")
end)

test("Tab completes the methods and fields of userdata", function()
    local desktop <close> = expect.ok(window.fake {})
    local more = { desktop = desktop }
    expect.equal(tab("desktop:screens", nil, more), "desktop:screenshot")
    expect.equal(tab("desktop.excl", nil, more), "desktop.exclusive")
    local _, shown = tab("desktop:", nil, more)
    for _, name in ipairs { "changes", "check", "close", "focus", "key", "list", "paste" } do
        expect.contains(shown, name)
    end
end)

test("Tab has nothing to say where nothing begins so, in a comment, behind a call", function()
    for _, line in ipairs { "nosuch", "window.nosuch", "-- pri", "f().", "(x):", "x.y.z.", "--[[ win", "print(" } do
        expect.equal(tab(line), nil, line)
    end
end)

test("Tab at the beginning of a line is a blank", function()
    expect.equal(tab "", "    ")
    expect.equal(tab("  ", "for i = 1, 2 do"), "      ")
    expect.equal(tab "x = 1\n", "x = 1\n    ")
end)

test("Tab completes titles of windows inside a string", function()
    expect.equal(tab 'explain "HITECHOS_B', 'explain "HITECHOS_B_tooling_20261122_1"')
    expect.equal(tab "explain 'HITECHOS_B", "explain 'HITECHOS_B_tooling_20261122_1'")
    expect.equal(tab 'explain "HITECHOS_B|"', 'explain "HITECHOS_B_tooling_20261122_1"')
    expect.equal(tab 'explain "HIT', 'explain "HITECHOS_')
    expect.equal(tab 'explain "HITECHOS_A', 'explain "' .. A)
    expect.equal(select(2, tab('x = "' .. A)), A .. "         " .. A .. " - Code")
    expect.equal(tab 'x = "say', [[x = "say \"hi\""]])
    expect.equal(tab "x = 'say", [[x = 'say "hi"']])
    expect.equal(tab "x = [[xte", "x = [[xterm")
    expect.equal(tab 'x = "a\\"b" .. "xte', 'x = "a\\"b" .. "xterm"')
    expect.equal(tab 'x = "a', nil, "a title with control characters is no candidate")
    expect.equal(tab('HITECHOS_B', 'x = [['), nil, "a string of an earlier line")
end)

test("Tab completes topics of help and names of modules", function()
    expect.equal(tab 'help "window.o', 'help "window.open"')
    expect.equal(tab 'help("wi', 'help("window')
    expect.equal(tab 'require "dispatch.ti', 'require "dispatch.title"')
end)

test("many candidates are counted", function()
    local made = context()
    for i = 1, 100 do made.globals[("many%03d"):format(i)] = i end
    local change = completer.complete("many", 4, made)
    expect.contains(change.shown or completer.complete("many0", 5, made).shown, "… 40 more")
end)
