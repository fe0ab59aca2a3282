--- run - the adversarial set: dispatch tests/adversary/run.lua [-write] [-seed S] [-only I] [N]. N sends (2,000) to
--- hostile targets (kinds.lua), in panes of private tmux servers, windows of displays of their own, and on the fake
--- desktop; in random order, the same for the same seed. Prints what was said of them, a line for each kind and sort of
--- target; -write puts that into docs/delivery.md, between its two marks. -only: one send of such a set.
--- Exit 1: something that was said is not so, something is left behind, or a failure has no evidence (judge.lua).
local here = arg[0]:match "^(.*)/[^/]*$" or "."
package.path = ("%s/?.lua;%s/../lua/?.lua;%s/../desktop/?.lua;"):format(here, here, here) .. package.path
local cjson = require "cjson"
local clock = require "clock"
local file = require "file"
local process = require "process"
local expect = require "expect"
local summary = require "summary"
expect.root = here .. "/../.."

local BEGIN, END = "<!-- adversary: begin -->\n", "<!-- adversary: end -->"
-- Most of a send to a hostile target is waiting, so several at a time; each has a server of its own.
local WORKERS = { tmux = 3, x11 = 7, fake = 1 }
local SECONDS = 1800

local function options()
    local o, i = { n = 2000, seed = os.time() % 1000000 }, 1
    while arg[i] do
        if arg[i] == "-write" then
            o.write = true
        elseif arg[i] == "-seed" or arg[i] == "-only" then
            o[arg[i]:sub(2)] = assert(math.tointeger(tonumber(arg[i + 1])), arg[i] .. " needs a number")
            i = i + 1
        else
            o.n = assert(math.tointeger(tonumber(arg[i])), arg[i] .. ": is neither -write, -seed, -only nor a number")
        end
        i = i + 1
    end
    return o
end

local function start(arena, k, of, o, folder)
    local out = ("%s/%s%d"):format(folder, arena, k)
    local argv = { expect.binary(), here .. "/worker.lua", arena }
    for _, number in ipairs { o.seed, o.n, k, of, o.only or 0 } do argv[#argv + 1] = tostring(number) end
    local child = assert(process.spawn(argv, { out = out, err = out .. ".err" }))
    expect.after(function()
        child:kill(clock.now() + 2)
        child:close()
    end)
    return { child = child, out = out, name = arena .. " " .. k }
end

local function start_all(o, folder)
    local workers = {}
    for _, arena in ipairs { "tmux", "x11", "fake" } do
        for k = 0, WORKERS[arena] - 1 do
            workers[#workers + 1] = start(arena, k, WORKERS[arena], o, folder)
        end
    end
    return workers
end

---@return table[] said                           a line of each worker's
---@return string[] broken                        what workers said of themselves
local function finish(workers)
    local said, broken = {}, {}
    for _, worker in ipairs(workers) do
        local status = expect.eventually(worker.name .. " ends", SECONDS, function()
            local now = worker.child:status()
            return now.exited and now
        end)
        for line in (expect.read(worker.out) or ""):gmatch "[^\n]+" do said[#said + 1] = cjson.decode(line) end
        local problem = expect.read(worker.out .. ".err") or ""
        if status.exit ~= 0 or problem ~= "" then broken[#broken + 1] = ("%s: %s"):format(worker.name, problem) end
    end
    return said, broken
end

local function put_into_docs(text)
    local path = expect.root .. "/docs/delivery.md"
    local page = assert(file.read(path))
    local first, last = page:find(BEGIN, 1, true), page:find(END, 1, true)
    assert(first and last, path .. ": has no place for the table")
    assert(file.write(path, page:sub(1, first + #BEGIN - 1) .. text .. page:sub(last)))
end

local function report(o, said, broken, seconds)
    local table_of = summary.lines(said)
    print(table.concat(table_of, "\n"))
    local problems = broken
    for _, each in ipairs(said) do
        for _, problem in ipairs(each.problems) do
            problems[#problems + 1] = ("send %d, %s, %s: %s\n    again: ./dev adversary -seed %d -only %d %d"):format(
                each.i, each.sort, each.kind, problem, o.seed, each.i, o.n)
        end
    end
    if not o.only and #said ~= o.n then
        problems[#problems + 1] = ("%d sends were to be done, %d were"):format(o.n, #said)
    end
    local words = summary.totals(said)
    local line = ("%d sends in %.0f s, seed %d: %s; %d problem%s"):format(#said, seconds, o.seed, words, #problems,
        #problems == 1 and "" or "s")
    print("\n" .. line)
    for _, problem in ipairs(problems) do print(problem) end
    if o.write and not problems[1] then
        put_into_docs(("`./dev adversary -write -seed %d %d`: %s.\n\n%s\n\n%s\n"):format(o.seed, o.n, line,
            table.concat(table_of, "\n"), table.concat(summary.reasons(), "\n")))
    end
    return #problems == 0
end

local function main()
    local o = options()
    print(("seed %d, %d sends"):format(o.seed, o.n))
    local began = clock.now()
    local said, broken = finish(start_all(o, expect.folder()))
    return report(o, said, broken, clock.now() - began)
end

local done, good = xpcall(main, function(problem)
    return debug.traceback(type(problem) == "table" and (problem.failure or problem.skipped) or tostring(problem), 2)
end)
local untidy = expect.clean()
if not done then print(good) end
if untidy then print("while cleaning up: " .. untidy) end
os.exit(done and good and not untidy and 0 or 1, true)
