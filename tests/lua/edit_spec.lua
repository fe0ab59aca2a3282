-- The module edit, where there is no terminal. At one: edit_spec.lua and repl_spec.lua of tests/desktop,
-- repl_spec.lua of tests/win32.
local expect = require "expect"
local edit = require "edit"
local test = expect.test

test("a pipe cannot be edited", function()
    local run = expect.dispatch { "-e", "print(select(2, edit.open {}), select(3, edit.open()))", input = "" }
    expect.matches(run.out, "^std[a-z]+: is no terminal\tEUNSUPPORTED\n$")
end)

test("a caller's mistake raises", function()
    expect.raises("unknown field 'file'; known: complete history", edit.open, { file = "x" })
    expect.raises("field 'history' must be a string", edit.open, { history = 1 })
    expect.raises("field 'complete' must be a function", edit.open, { complete = "x" })
end)
