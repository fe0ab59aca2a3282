--- The module term, where there is no terminal. Pseudo-terminals and signals: tests/unit/test_term*.c.
local expect = require "expect"
local test = expect.test

--- Runs Lua code in the program as a child with this input; what it wrote.
local function child(code, input)
    local path = expect.folder() .. "/child.lua"
    expect.write(path, code)
    local run = expect.dispatch { path, input = input or "" }
    expect.equal(run.err, "")
    expect.equal(run.exit, 0)
    return run.out
end

test("a pipe is no terminal", function()
    expect.equal(child [[
        local term = require "term"
        term.write(tostring(term.is_tty "in") .. tostring(term.is_tty "out"))
        local columns, message, code = term.size()
        term.write(" " .. tostring(columns) .. " " .. code)
        local raw, why, word = term.raw()
        term.write(" " .. tostring(raw) .. " " .. word)
        term.restore()
    ]], "falsefalse nil EUNSUPPORTED nil EUNSUPPORTED")
end)

test("all of a long text is written", function()
    expect.equal(#child [[require "term".write(("x"):rep(200000))]], 200000)
end)

test("input is read to its end, as it comes", function()
    expect.equal(child([[
        local clock, term, wait = require "clock", require "term", require "wait"
        local input = term.input()
        assert(input == term.input())
        local all = {}
        while true do
            assert(wait.any({ input }, clock.now() + 10) == input)
            local bytes, message = term.read(7)
            assert(not message, message)
            if not bytes then break end
            all[#all + 1] = bytes
        end
        term.write(table.concat(all, "|"))
    ]], "one two three"), "one two| three")
end)

test("a caller's mistake raises", function()
    local term = require "term"
    expect.raises("invalid option", term.is_tty, "stdout")
    expect.raises("\"out\" or \"err\"", term.write, "x", "in")
    expect.raises("1 to 65536", term.read, 0)
    expect.raises("1 to 65536", term.read, 65537)
end)
