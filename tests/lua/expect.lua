--- expect - what a spec needs: tests, claims about values, throw-away folders, the program itself as a child.
-- A spec is a file NAME_spec.lua in tests/lua or tests/desktop:
--
--     local expect = require "expect"
--     local test = expect.test
--
--     test("a marker that is not yet right is waited on", function()
--         local folder = expect.folder()                        -- removed after the test
--         expect.write(folder .. "/DONE.marker", "DONE")
--         expect.equal(marker.read(folder), nil)
--         expect.refused("EINVAL", "second line", marker.check(folder))
--     end)
--
--     test("wrong usage is exit 64", function()
--         local run = expect.dispatch { "check", "-RunID", "x", cwd = expect.folder() }
--         expect.equal(run.exit, 64)
--         expect.contains(run.err, "-RunId")
--     end)
--
-- tests/README.md says how to run one.
local lfs = require "lfs"

local M = require "programs"               -- run, dispatch, lua, lives …

--- Set by run.lua: the folder of the repository, and whether this is CI.
M.root = "."
M.ci = os.getenv("CI") ~= nil and os.getenv("CI") ~= ""
--- Is this Windows (or Wine)?
M.windows = package.config:sub(1, 1) == "\\"

local declared = {} ---@type {name: string, body: fun()}[]
local cleanups, endings = {}, {} ---@type fun()[], fun()[]

--- Declares a test. It runs once its file has been read.
---@param name string a sentence that is true when it passes
---@param body fun()
function M.test(name, body)
    assert(type(name) == "string" and type(body) == "function", 'test("a sentence", function() … end)')
    declared[#declared + 1] = { name = name, body = body }
end

--- The tests declared since the last call; for run.lua.
---@return {name: string, body: fun()}[]
function M.take_declared()
    local taken = declared
    declared = {}
    return taken
end

-- Values ------------------------------------------------------------------------------------------------------------

local function key_order(a, b)
    if type(a) == type(b) and (type(a) == "number" or type(a) == "string") then
        return a < b
    end
    return type(a) .. tostring(a) < type(b) .. tostring(b)
end

--- A value as a person reads it, keys sorted.
---@param value any
---@return string
function M.show(value, depth)
    if type(value) == "string" then
        return (("%q"):format(value):gsub("\\\n", "\\n"))
    elseif type(value) ~= "table" or depth == 6 then
        return tostring(value)
    end
    local keys, parts = {}, {}
    for key in pairs(value) do
        keys[#keys + 1] = key
    end
    table.sort(keys, key_order)
    for i, key in ipairs(keys) do
        local shown = M.show(value[key], (depth or 0) + 1)
        local named = type(key) == "string" and key:find("^[%a_][%w_]*$") and key or "[" .. M.show(key, 6) .. "]"
        parts[i] = key == i and shown or named .. " = " .. shown
    end
    return "{" .. table.concat(parts, ", ") .. "}"
end

local function same(a, b)
    if a == b or type(a) ~= "table" or type(b) ~= "table" then
        return a == b or (a ~= a and b ~= b)
    end
    for key, value in pairs(a) do
        if not same(value, b[key]) then
            return false
        end
    end
    for key in pairs(b) do
        if a[key] == nil then
            return false
        end
    end
    return true
end

local function fail(what, format, ...)
    error({ failure = (what and what .. ": " or "") .. format:format(...) }, 0)
end

local function lines(text)
    local all = {}
    for line in (text .. "\n"):gmatch("(.-)\n") do
        all[#all + 1] = line
    end
    return all
end

--- Long texts differ somewhere: the first line that does, of both.
local function first_difference(got, want)
    local a, b = lines(got), lines(want)
    for i = 1, math.max(#a, #b) do
        if a[i] ~= b[i] then
            return ("line %d differs\n    got  %s\n    want %s"):format(i, M.show(a[i]), M.show(b[i]))
        end
    end
end

local function indented(value)
    return type(value) == "string" and value:gsub("\n", "\n    ") or M.show(value)
end

--- Equal, tables by content.
---@param got any
---@param want any
---@param what string? what it is about
function M.equal(got, want, what)
    if same(got, want) then
        return
    end
    if type(got) == "string" and type(want) == "string" and (got .. want):find("\n.") then
        fail(what, "%s", first_difference(got, want))
    end
    fail(what, "\n    got  %s\n    want %s", M.show(got), M.show(want))
end

--- Answers the value, which must be neither nil nor false.
function M.truthy(value, what)
    if not value then
        fail(what, "got %s", tostring(value))
    end
    return value
end

function M.falsy(value, what)
    if value then
        fail(what, "wanted nil or false, got %s", M.show(value))
    end
end

--- For `value` or `nil, message, CODE`: answers all values, or fails with the message.
function M.ok(...)
    local value, message, code = ...
    if not value then
        fail(nil, "refused: %s (%s)", tostring(message), tostring(code))
    end
    return ...
end

--- For `nil, message, CODE`: it was refused with this code, and the message has this text in it.
---@param code string
---@param text string|nil plain text; nil: any message
function M.refused(code, text, ...)
    local value, message, got = ...
    if value or got ~= code then
        fail(nil, "wanted a refusal with %s, got %s, %s, %s", code, M.show(value), M.show(message), M.show(got))
    end
    M.contains(message, text or "")
    return message
end

--- The text has this plain text in it.
function M.contains(text, part, what)
    if type(text) ~= "string" or not text:find(part, 1, true) then
        fail(what, "%s is not in\n    %s", M.show(part), indented(text))
    end
end

--- The text has not.
function M.lacks(text, part, what)
    if type(text) ~= "string" or text:find(part, 1, true) then
        fail(what, "%s is in\n    %s", M.show(part), indented(text))
    end
end

--- The text matches this Lua pattern. Answers its captures.
function M.matches(text, pattern, what)
    if type(text) ~= "string" or not text:find(pattern) then
        fail(what, "%s does not match\n    %s", M.show(pattern), M.show(text))
    end
    return text:match(pattern)
end

--- The function raises, and the message has this plain text in it. Answers the message.
---@param text string
---@param f function
function M.raises(text, f, ...)
    local done, message = pcall(f, ...)
    if done then
        fail(nil, "wanted an error about %s, got none", M.show(text))
    end
    M.contains(tostring(message), text)
    return tostring(message)
end

-- Waiting -----------------------------------------------------------------------------------------------------------

--- Asks until the answer is neither nil nor false, and answers it. No test sleeps for a fixed time.
---@param what string what is waited for
---@param seconds number at most
---@param ask fun(): any
function M.eventually(what, seconds, ask)
    local clock, wait = require "clock", require "wait"
    local deadline = clock.now() + seconds
    while true do
        local answer = ask()
        if answer then
            return answer
        end
        if clock.now() >= deadline then
            fail(nil, "%s: not within %g s", what, seconds)
        end
        wait.sleep(math.min(deadline, clock.now() + 0.01))
    end
end

-- Files -------------------------------------------------------------------------------------------------------------

local function remove_tree(path)
    if lfs.symlinkattributes(path, "mode") == "directory" then
        for name in lfs.dir(path) do
            if name ~= "." and name ~= ".." then
                remove_tree(path .. "/" .. name)
            end
        end
        lfs.rmdir(path)
    else
        os.remove(path)
    end
end

--- Runs this after the test, whatever comes. Last in, first out.
---@param f fun()
function M.after(f)
    cleanups[#cleanups + 1] = f
end

--- What `body` tells after() to do is done after the spec's last test: it makes something that all its tests use.
---@param body fun(): any
function M.shared(body)
    cleanups, endings = endings, cleanups
    local done, result = pcall(body)
    cleanups, endings = endings, cleanups
    return done and result or error(result, 0)
end

--- A new empty folder, absolute; removed after the test.
---@return string
function M.folder()
    local base = os.getenv("TMPDIR") or M.windows and os.getenv("TEMP"):gsub("\\", "/") or "/tmp"
    for _ = 1, 100 do
        local path = ("%s/dispatch-test-%08x"):format(base, math.random(0, 0xffffffff))
        if lfs.mkdir(path) then
            M.after(function()
                remove_tree(path)
            end)
            return path
        end
    end
    error("cannot make a folder in " .. base)
end

--- Makes a symbolic link; leaves the test out where there are none.
function M.link(target, path)
    M.posix "a symbolic link wants a privilege, and Wine has none"
    assert(lfs.link(target, path, true))
end

--- Does the path begin at a root?
function M.is_absolute(path)
    return path:find("^/") ~= nil or (M.windows and path:find("^%a:[/\\]") ~= nil)
end

--- Makes a folder and its parents.
function M.mkdir(path)
    for stop in path:gmatch("()/") do
        lfs.mkdir(path:sub(1, stop - 1))
    end
    lfs.mkdir(path)
end

--- Writes a file, making its folder.
---@param path string
---@param text string
function M.write(path, text)
    local folder = path:match("^(.*)/[^/]*$")
    if folder and folder ~= "" then
        M.mkdir(folder)
    end
    local file = assert(io.open(path, "wb"))
    assert(file:write(text))
    assert(file:close())
end

--- A file's bytes; nil when it is not there.
---@param path string
---@return string|nil
function M.read(path)
    local file = io.open(path, "rb")
    if not file then
        return nil
    end
    local text = file:read("a")
    file:close()
    return text
end

--- Every file below a folder, sorted, relative; folders end in `/`.
---@param folder string
---@return string[]
function M.tree(folder)
    local found = {}
    local function walk(prefix)
        for name in lfs.dir(folder .. "/" .. prefix) do
            if name ~= "." and name ~= ".." then
                local is_folder = lfs.symlinkattributes(folder .. "/" .. prefix .. name, "mode") == "directory"
                found[#found + 1] = prefix .. name .. (is_folder and "/" or "")
                if is_folder then
                    walk(prefix .. name .. "/")
                end
            end
        end
    end
    walk("")
    table.sort(found)
    return found
end

-- Leaving out -------------------------------------------------------------------------------------------------------

--- Leaves the test out since something is missing that could be installed: fails in CI.
---@param why string
function M.skip(why)
    error(M.ci and { failure = "left out in CI: " .. why } or { skipped = why }, 0)
end

--- Leaves the test out since this kind of machine can never run it; allowed in CI.
---@param why string
function M.elsewhere(why)
    error({ skipped = why }, 0)
end

--- Leaves the test out on Windows.
---@param why string what is not there
function M.posix(why)
    if M.windows then
        M.elsewhere("Windows: " .. why)
    end
end

--- Path of a program; leaves the test out when it is missing.
---@param name string
---@return string
function M.need(name)
    return require("process").which(name) or (M.windows and M.elsewhere or M.skip)(name .. " is not installed")
end

--- Runs what after() was told, after a test or at the end of a spec; for run.lua. Answers the first error.
---@param of_spec boolean|nil
---@return string|nil
function M.clean(of_spec)
    local first
    local list = of_spec and endings or cleanups
    while list[1] do
        local done, message = pcall(table.remove(list))
        first = first or (not done and tostring(message) or nil)
    end
    return first
end

return M
