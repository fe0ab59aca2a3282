local expect = require "expect"
local command_line = require "dispatch.command_line"
local test = expect.test

local VALUES = { worker = "A_core", run_id = "20261122_1", run_dir = "/a project/runs", title = "x {worker} 'y" }

local function fill(text) return command_line.fill(text, VALUES) end

test("a command is split at blanks of every kind", function()
    expect.equal(fill "code  --new-window\t.\n", { "code", "--new-window", "." })
end)

test("both kinds of quotes group, also in the middle of a word, and may be empty", function()
    expect.equal(fill [['a b' "c  d" e"f g"'h i' '' "it's"]], { "a b", "c  d", "ef gh i", "", "it's" })
end)

test("a backslash is a backslash, and nothing is expanded", function()
    expect.equal(fill [["C:\Program Files\x.exe" \n $HOME ~ * %PATH% `id` ; | &&]],
        { [[C:\Program Files\x.exe]], [[\n]], "$HOME", "~", "*", "%PATH%", "`id`", ";", "|", "&&" })
end)

test("placeholders are filled after the split, so that no value becomes two arguments", function()
    expect.equal(fill "run --in {run_dir} --id={run_id}", { "run", "--in", "/a project/runs", "--id=20261122_1" })
end)

test("what a value holds is not filled again", function()
    expect.equal(fill "x {title}", { "x", "x {worker} 'y" })
end)

test("braces that are no placeholder stand for themselves", function()
    expect.equal(fill "sh -c '{ x; }' {} {1}", { "sh", "-c", "{ x; }", "{}", "{1}" })
end)

test("an unknown placeholder is an error that names the known ones", function()
    local message = expect.refused("EINVAL", "{runid} is no placeholder", fill "x {runid}")
    expect.contains(message, "{run_id}")
end)

test("a worker's placeholder in a command for all is an error", function()
    expect.refused("EINVAL", "{prompt} belongs to one worker", command_line.check("x {prompt}", { "run_id" }))
end)

test("a quote without its partner is an error with its column, in characters", function()
    expect.refused("EINVAL", 'column 4: the quote " has no partner', fill 'é x"y')
end)

test("a command that names no program is an error", function()
    expect.refused("EINVAL", "names no program", fill "  \t")
    expect.refused("EINVAL", "names no program", fill "'' x")
end)

test("an unknown value is the caller's mistake", function()
    expect.raises("'wroker' is no placeholder", command_line.fill, "x", { wroker = "A" })
end)

test("a command line is shown so that it can be read back", function()
    expect.equal(command_line.show { "a b", "c", "", "it's" }, [['a b' c '' "it's"]])
end)
