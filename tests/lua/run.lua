--- run - runs specs: dispatch tests/lua/run.lua [-only TEXT] [FILE_spec.lua …]
-- Without files: every spec beside this one. -only: just the tests whose name has TEXT in it. Exit 1 when one failed.
-- What a spec looks like: expect.lua.
local here = arg[0]:match("^(.*)/[^/]*$") or "."
package.path = here .. "/?.lua;" .. package.path
local lfs = require "lfs"
local expect = require "expect"

expect.root = (here:find("^/") and here or lfs.currentdir() .. "/" .. here) .. "/../.."

local function specs_beside()
    local found = {}
    for name in lfs.dir(here) do
        if name:find("_spec%.lua$") then
            found[#found + 1] = here .. "/" .. name
        end
    end
    table.sort(found)
    return found
end

local function command_line()
    local files, only = {}, nil
    local i = 1
    while arg[i] do
        if arg[i] == "-only" then
            only = assert(arg[i + 1], "-only needs a text")
            i = i + 1
        else
            files[#files + 1] = arg[i]
        end
        i = i + 1
    end
    return files[1] and files or specs_beside(), only
end

--- "file:line" of the innermost call that is in the spec itself.
local function place(spec)
    for level = 3, 60 do
        local info = debug.getinfo(level, "Sl")
        if not info then
            return spec
        elseif info.source == "@" .. spec then
            return spec .. ":" .. info.currentline
        end
    end
    return spec
end

--- What xpcall hands on: where, what, and for an error that is none of ours the traceback.
local function judge(spec)
    return function(problem)
        local word = type(problem) == "table" and problem or {}
        if word.skipped then
            return word
        elseif word.failure then
            return { failure = ("%s: %s"):format(place(spec), word.failure) }
        end
        return { failure = (debug.traceback(tostring(problem), 2):gsub("\n\t%[C%]: in function 'xpcall'.*", "")) }
    end
end

local count = { passed = 0, failed = 0, skipped = 0 }

local function say(word, name, detail)
    count[word] = count[word] + 1
    local mark = ({ passed = "ok      ", failed = "not ok  ", skipped = "skipped " })[word]
    print(mark .. name .. (word == "skipped" and ": " .. detail or ""))
    if word == "failed" then
        print("    " .. detail:gsub("\n", "\n    "))
    end
end

local function run_test(spec, name, body)
    local done, problem = xpcall(body, judge(spec))
    local untidy = expect.clean()
    if done and untidy then
        done, problem = false, { failure = "while cleaning up: " .. untidy }
    end
    if done then
        say("passed", name)
    elseif problem.skipped then
        say("skipped", name, problem.skipped)
    else
        say("failed", name, problem.failure)
    end
end

local function run_spec(spec, only)
    local label = spec:match("([^/]*)_spec%.lua$") or spec
    local beside = (spec:match("^(.*)/[^/]*$") or ".") .. "/?.lua;"
    if package.path:sub(1, #beside) ~= beside then
        package.path = beside .. package.path
    end
    local chunk, message = loadfile(spec, "t")
    local done, problem = false, { failure = message }
    if chunk then
        done, problem = xpcall(chunk, judge(spec))
    end
    if not done then
        say(problem.skipped and "skipped" or "failed", label, problem.skipped or problem.failure)
    end
    for _, test in ipairs(expect.take_declared()) do
        if done and (not only or test.name:find(only, 1, true)) then
            run_test(spec, label .. ": " .. test.name, test.body)
        end
    end
    local untidy = expect.clean(true)
    if untidy then
        say("failed", label, "while cleaning up: " .. untidy)
    end
end

io.stdout:setvbuf("line")
local files, only = command_line()
for _, spec in ipairs(files) do
    run_spec(spec, only)
end
print(("%d passed, %d failed%s"):format(count.passed, count.failed,
    count.skipped > 0 and (", %d skipped"):format(count.skipped) or ""))
if count.failed > 0 or count.passed + count.skipped == 0 then
    os.exit(1, true)
end
