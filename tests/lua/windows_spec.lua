-- dispatch windows, on a desktop of rules.
local expect = require "expect"
local test = expect.test

local A = "HITECHOS_A_core_20261122_1"

local function windows(rules, ...)
    local folder = expect.folder()
    expect.write(folder .. "/desk top.lua", "return {" .. rules .. "}")
    local command = { "windows", "-Via", "fake:desk top.lua", ... }
    command.cwd = folder
    return expect.dispatch(command)
end

local function rule(name, title, more)
    return ("{ at = 0, window = %q, title = %q, app = 'xterm'%s },"):format(name, title, more or "")
end

test("all windows are listed in columns", function()
    local ran = windows(rule("a", A, ", pid = 71") .. rule("b", "é\27[2J", ", minimised = true, shell = true"))
    expect.equal({ ran.exit, ran.err }, { 0, "" })
    expect.matches(ran.out, "^via +id +pid +app +state +title\n")
    expect.matches(ran.out, "\nfake[^\n]* +71 +xterm +%- +" .. A .. "\n")
    expect.matches(ran.out, "\nfake[^\n]* xterm +shell,minimised +é<1B>%[2J\n")
end)

test("with a title each near miss has its reason, and exit 0 means exactly one", function()
    local ran = windows(rule("a", A:lower()) .. rule("b", A .. " - x", ", elsewhere = true") .. rule("c", "other"), A)
    expect.equal(ran.exit, 0, ran.err)
    expect.matches(ran.out, "^matches +[^\n]*" .. A .. " %- x[^\n]*out of sight[^\n]*\nnear [^\n]*other case[^\n]*\n$")
    ran = windows(rule("a", A .. "0"), A)
    expect.equal(ran.exit, 2)
    expect.contains(ran.out, "of another run: 20261122_10")
    expect.contains(ran.err, "none of 1 windows has " .. A)
    ran = windows(rule("a", A) .. rule("b", A), A)
    expect.equal(ran.exit, 2)
    expect.contains(ran.out, "one of 2 that match")
    expect.contains(ran.err, "only one may")
end)

test("what cannot be looked at is exit 2, wrong usage 64", function()
    local folder = expect.folder()
    local function run(...)
        local command = { "windows", ... }
        command.cwd, command.env = folder, { DISPLAY = ":997", TMUX = "" }
        return expect.dispatch(command)
    end
    expect.equal(run("-Via", "x11").exit, expect.windows and 64 or 2)
    expect.equal(run("-Via", "tmux", "-TmuxSocket", folder .. "/none").exit, expect.windows and 64 or 2)
    expect.equal(run("-Via", "fake:none.lua").exit, 2)
    expect.equal(run("-Via", "exec").exit, 64)
    expect.equal(run("-Via", "nonsense").exit, 64)
    expect.equal(run("a", "b").exit, 64)
    expect.equal(run("-Root", folder .. "/none").exit, 64)
end)

test("rules are read as Lua reads a file: behind a byte order mark, and a first line that begins with #", function()
    local folder = expect.folder()
    local command = { "windows", "-Via", "fake:marked.lua", cwd = folder }
    expect.write(folder .. "/marked.lua", "\u{FEFF}# rules\nreturn {" .. rule("a", A) .. "}")
    local ran = expect.dispatch(command)
    expect.equal({ ran.exit, ran.err }, { 0, "" })
    expect.contains(ran.out, A)
    expect.write(folder .. "/marked.lua", "\xFF\xFEr\0")
    ran = expect.dispatch(command)
    expect.equal(ran.exit, 2)
    expect.contains(ran.err, "marked.lua: is UTF-16; save it as UTF-8")
end)

test("a mistake in the rules of a fake desktop is told with the file and the rule", function()
    for rules, why in pairs { ["{ at = 0, windo = 'a' }"] = "rule 1: unknown field 'windo'",
        ["1"] = "rule 1 must be a table" } do
        local ran = windows(rules)
        expect.equal({ ran.exit, ran.err }, { 2, "dispatch windows: desk top.lua: " .. why .. "\n" })
    end
    expect.matches(windows("1 +").err, "desk top.lua:1: unexpected symbol")
end)
