-- docs/repl.md: its sessions, run line by line on its desktop of rules.
local expect = require "expect"
local test = expect.test

local page = expect.read(expect.root .. "/docs/repl.md")

---The blocks of one kind, joined.
local function blocks(kind)
    local found = {}
    for text in page:gmatch("\n```" .. kind .. "\n(.-)```\n") do found[#found + 1] = text end
    return table.concat(found)
end

test("docs/repl.md shows what the prompt does", function()
    local folder = expect.folder()
    expect.write(folder .. "/desk.lua", blocks "lua")
    local typed, wanted = {}, {}
    for line in blocks("repl"):gmatch "([^\n]*)\n" do
        local input = line:match "^> (.*)$" or line:match "^%.%. (.*)$"
        table.insert(input and typed or wanted, input or line)
    end
    expect.truthy(#typed > 10, "there is a session")
    local out = folder .. "/out"
    expect.dispatch { "repl", "-Via", "fake:desk.lua", cwd = folder, out = out, err = out,
        input = table.concat(typed, "\n") .. "\n", env = { HOME = folder } }
    expect.equal(expect.read(out), table.concat(wanted, "\n") .. "\n")
end)

test("docs/repl.md names each tool, and each has its help", function()
    for name in pairs(require "dispatch.repl.tools") do expect.contains(page, "`" .. name) end
end)
