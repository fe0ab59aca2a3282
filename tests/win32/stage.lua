--- stage - Windows' desktop, and programs on it that do what a test needs somebody else to do (puppet.c). All of them
--- end with the test.
local expect = require "expect"
local puppets = require "puppets"
local window = require "window"

local M = setmetatable({}, { __index = puppets })

if not expect.windows then
    expect.elsewhere "these tests are for Windows, or Wine: ctest --preset mingw -L win32"
end

M.puppet_path = expect.binary():gsub("[^/\\]*$", "") .. "tests/win32_puppet.exe"
local folder

--- A folder of this test.
function M.folder()
    if not folder then
        folder = expect.folder()
        expect.after(function()
            folder = nil
        end)
    end
    return folder
end

--- Starts a program; ends it after the test. Its output goes into the file `out`.
---@param options? table as for process.spawn
function M.spawn(argv, options)
    return puppets.spawn(M.folder(), argv, options)
end

--- Starts a puppet: stage.puppet("own", "text")
function M.puppet(verb, ...)
    return puppets.puppet(M.spawn { M.puppet_path, verb, ... }, verb)
end

--- Runs one to its end. Answers its output and its exit status.
function M.order(verb, ...)
    local run = expect.run { M.puppet_path, verb, seconds = M.SECONDS, ... }
    return (run.out:gsub("\r\n", "\n")), run.exit
end

--- The processes that run these programs.
---@param names table<string, true>      "AutoHotkeyV2.exe"
---@return string[] numbers
function M.processes(names)
    local found = {}
    for pid, name in M.order("processes"):gmatch "(%d+) ([^\n]+)" do
        if names[name] then
            found[#found + 1] = pid
        end
    end
    return found
end

--- PATH for who needs git: where nobody has it, something that stands in for it does.
function M.path_with_git()
    return os.getenv "PATH" .. ";" .. expect.binary():gsub("[^/\\]*$", "") .. "tests/git-stand-in"
end

--- What a paste elsewhere would give: the text, or nil.
function M.clipboard()
    local out, exit = M.order "text"
    return exit == 0 and out or nil
end

local Chat = setmetatable({}, { __index = puppets.Puppet })
Chat.__index = Chat

--- A chat's window. Answers the puppet; `log` is the path of what was submitted there.
---@param title string
---@param manner? string as in puppet_editor.c
function M.editor(title, manner)
    local pid
    expect.after(function() -- a window may outlive its process by a moment: the next test must not meet it
        local desktop <close> = expect.ok(window.open "win32")
        expect.eventually("no window " .. title, M.SECONDS, function()
            for _, w in ipairs(expect.ok(desktop:list())) do
                if w.pid == pid then
                    return false
                end
            end
            return true
        end)
    end)
    local log = ("%s/%s.txt"):format(M.folder(), title:gsub("[^%w_]", "_"))
    local chat = setmetatable(M.puppet("edit", title, log, manner), Chat)
    pid = chat.child:pid()
    chat:await "shown"
    chat.log = log
    return chat
end

--- What was submitted there: a list of texts.
function Chat:submitted()
    local texts = {}
    for text in (expect.read(self.log) or ""):gmatch "([^\30]*)\30" do
        texts[#texts + 1] = text
    end
    return texts
end

--- Notepad, with an empty file in it. Answers its pin and its window.
---@param token string what stands in its title
function M.notepad(desktop, token)
    local path = ("%s/%s.txt"):format(M.folder(), token)
    expect.write(path, "")
    M.spawn { "notepad.exe", (path:gsub("/", "\\")) }
    local found = expect.eventually("Notepad's window", M.SECONDS, function()
        for _, w in ipairs(expect.ok(desktop:list())) do
            if w.title:find(token, 1, true) then
                return w
            end
        end
    end)
    return { id = found.id, pid = found.pid, token = token }, found
end

--- The back end; closed after the test.
function M.open()
    local desktop = expect.ok(window.open "win32")
    expect.after(function()
        desktop:close()
    end)
    return desktop
end

return M
