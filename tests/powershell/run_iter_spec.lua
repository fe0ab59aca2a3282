-- run_iter.ps1: there is no PowerShell for the systems that the tests run on, so it is read by its grammar (PyPI's
-- tree-sitter-powershell), and what it does is checked by rules.
local cjson = require "cjson"
local expect = require "expect"
local host = require "host"
local settings = require "dispatch.settings"
local test = expect.test

local here = debug.getinfo(1, "S").source:match("^@(.*)/[^/]*$")
local SCRIPT = expect.root .. "/lua/templates/run_iter.ps1"

---What the grammar says of it.
---@param path string
---@param lists? string[][]           words, to be quoted as it quotes them
local function look(path, lists)
    expect.need "python3"
    local folder = expect.root .. "/build/powershell"
    local installed = expect.run { expect.root .. "/tests/pip_install", here, folder, seconds = 250 }
    if installed.exit ~= 0 then
        expect.skip("pip could not install PowerShell's grammar: " .. installed.err:gsub("%s+", " "):sub(-300))
    end
    local lines = {}
    for i, words in ipairs(lists or {}) do lines[i] = cjson.encode(words) .. "\n" end
    local run = expect.run { folder .. "/bin/python", here .. "/look.py", path, input = table.concat(lines) }
    expect.equal(run.exit, 0, run.err)
    return cjson.decode(run.out)
end

test("PowerShell's grammar knows all of it, and would not know a mistake", function()
    expect.equal(look(SCRIPT).mistakes, {})
    local broken = expect.folder() .. "/broken.ps1"
    expect.write(broken, (expect.read(SCRIPT):gsub("exit %$child", "exit ) $child", 1)))
    expect.truthy(look(broken).has_error)
end)

test("PowerShell 5.1 reads it as it is: ASCII, no tabs", function()
    expect.falsy(expect.read(SCRIPT):find "[^\n -~]")
end)

test("its parameters are the settings of Windows, in their order: what takes no value is a switch", function()
    local wanted = {}
    for _, setting in ipairs(settings.TABLE) do
        local kind = setting.switch and "switch" or setting.name == "Workers" and "string[]" or "string"
        if setting.later ~= true and not setting.posix then
            wanted[#wanted + 1] = { name = setting.name, type = kind }
        end
    end
    expect.equal(look(SCRIPT).parameters, wanted)
end)

test("it starts one program and nothing else, and ends with its exit status", function()
    local seen = look(SCRIPT)
    expect.equal(seen.operators, {}, "& and . run what a text says")
    expect.equal(seen.functions, { "ConvertTo-Word", "Find-Dispatch", "Stop-Blocked" })
    expect.equal(seen.commands, { "ConvertTo-Word", "Find-Dispatch", "ForEach-Object", "Get-Command", "Get-Location",
        "Join-Path", "New-Object", "Resolve-Path", "Select-Object", "Set-StrictMode", "Stop-Blocked", "Test-Path" })
    expect.equal(seen.exits, { "exit 2", "exit $child.ExitCode" })
    expect.equal(seen.last, "exit $child.ExitCode")
end)

---A command line as CommandLineToArgvW reads it, but for its first word (learn.microsoft.com, "Parsing C command-line
---arguments").
local function words_of(line)
    local words, word, inside, at = {}, nil, false, 1
    while at <= #line do
        local slashes, quote = line:match('^(\\*)("?)', at)
        at = at + #slashes + #quote
        if quote ~= "" then
            word = (word or "") .. ("\\"):rep(#slashes // 2) .. (#slashes % 2 == 1 and '"' or "")
            if #slashes % 2 == 0 then inside = not inside end
        elseif slashes ~= "" then
            word = (word or "") .. slashes
        else
            local char = line:sub(at, at)
            at = at + 1
            if not inside and char:find "[ \t]" then
                words[#words + 1], word = word, nil
            else
                word = (word or "") .. char
            end
        end
    end
    words[#words + 1] = word
    return words
end

test("every value arrives as it was given: blanks, quotes, backslashes, nothing at all", function()
    local values = { "", " ", "a b", 'say "hi"', '"', '\\"', '\\\\"', [[C:\My Folder\]], [[C:\folder\]], "\\\\", "\\ ",
        "tab\there", "ctrl+shift+p, \"Open Codex Sidebar\", Return", "$env:PATH", "%PATH%", "`n", "a&b|c>d", "é漢🎉",
        "-Via", "'single'", "line\nend\\\n" }
    local lists = { values }
    for i, value in ipairs(values) do lists[i + 1] = { "-Root", value, "last" } end
    for i, line in ipairs(look(SCRIPT, lists).lines) do expect.equal(words_of(line), lists[i], line) end
end)

test("dispatch init puts it where the contract's one-line command looks for it", function()
    local root = expect.folder()
    expect.mkdir(root .. "/tools/codex")
    expect.equal(expect.dispatch({ "init", "-Root", root }).exit, 0)
    expect.equal(expect.read(root .. "/tools/codex/dispatch/run_iter.ps1"), host.source "templates/run_iter.ps1")
    expect.equal(host.source "templates/run_iter.ps1", expect.read(SCRIPT))
end)
