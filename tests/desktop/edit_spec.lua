--- The module edit at a terminal: what the REPL does not do with it.
local expect = require "expect"
local lfs = require "lfs"
local tmux_server = require "tmux_server"
local test = expect.test

local HEAD = [[
    local edit = require "edit"
    local folder, file = %q, io.open(%q, "w")
    local function say(...)
        file:write(table.concat({ ... }, " "), "\n")
        file:flush()
    end
    local function code_of(...) return tostring((...)) .. " " .. tostring((select(3, ...))) end
]]

---Runs Lua code in a pane, keys: what is typed, each once its first element is on the screen. Answers what it said.
local function run(code, keys)
    local server = tmux_server.start()
    local script, said = server.folder .. "/script.lua", server.folder .. "/said"
    expect.write(script, HEAD:format(server.folder, said) .. code .. "\nsay 'over'")
    local pane = server:pane { run = ("exec %s %s 2>%s.err"):format(expect.binary(), script, said), name = "edit" }
    for _, key in ipairs(keys or {}) do
        if key[1] then
            expect.eventually(key[1], 20, function()
                return server:run("capture-pane", "-p", "-t", pane.id):find(key[1], 1, true)
            end)
        end
        server:run("send-keys", "-t", pane.id, table.unpack(key, 2))
    end
    expect.eventually("it is over", 20, function()
        local text = expect.read(said) or ""
        return text:find("over\n", 1, true) or (expect.read(said .. ".err") or "") ~= ""
    end)
    expect.equal(expect.read(said .. ".err"), "")
    return (expect.read(said):gsub("over\n$", "")), server
end

test("one editor at a time, and none after it was closed", function()
    expect.equal(run [[
        local first = edit.open()
        say(code_of(edit.open()))
        first:close()
        first:close()
        say(select(2, pcall(first.line, first)))
        local second <close> = edit.open {}
        say(second and "open")
    ]], "nil EEXIST\nbad argument #1 to '?' (the editor is closed)\nopen\n")
end)

test("a history that cannot be read is refused, and one that cannot be written is told", function()
    expect.equal(run [[
        say(code_of(edit.open { history = folder }))
        local editor <close> = edit.open { history = folder .. "/no/history" }
        say(code_of(editor:keep "x"))
        say(code_of(editor:keep ""))
    ]], "nil EINVAL\nnil ENOENT\ntrue nil\n")
end)

test("a line as it was typed, an empty one, and the end", function()
    expect.equal((run([[
        local editor <close> = edit.open {}
        say(("%q"):format(editor:line "first? "))
        say(("%q"):format(editor:line "second? "))
        say(select("#", editor:line "third? "), tostring(editor:line "fourth? "))
    ]], { { "first?", "-l", "é 名" }, { "名", "Enter" }, { "second?", "Enter" }, { "third?", "C-d" },
        { "fourth?", "C-d" } })), '"é 名"\n""\n1 nil\n')
end)

test("an error of the completing function is a beep, and it cannot ask for a line itself", function()
    expect.equal((run([[
        local editor, inner
        editor = edit.open { complete = function(line, cursor)
            inner = select(2, pcall(editor.line, editor)) .. " " .. select(2, pcall(editor.close, editor))
            if line == "a" then error "x" end
            if line == "ab" then return { from = 0 } end
            return { from = cursor, text = "c" .. cursor }
        end }
        say(editor:line "? ")
        say(inner)
        editor:close()
    ]], { { "?", "a", "Tab", "b", "Tab", "c", "Tab", "Enter" } })), "abc3\nbad argument #1 to '?' (it asks for a line "
        .. "already) bad argument #1 to '?' (it asks for a line just now)\n")
end)

test("the same line is kept once, sessions side by side keep each other's", function()
    local _, server = run [[
        local editor = edit.open { history = folder .. "/history" }
        editor:keep "one"
        editor:keep "one"
        local other = io.open(folder .. "/history", "a")
        other:write "of another\n"
        other:close()
        editor:keep "two\nlines"
        editor:close()
    ]]
    expect.equal(expect.read(server.folder .. "/history"), "one\nof another\ntwo\\nlines\n")
    expect.equal(lfs.attributes(server.folder .. "/history", "permissions"), "rw-------")
end)
