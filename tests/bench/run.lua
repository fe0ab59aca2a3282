--- run - the benchmarks: dispatch tests/bench/run.lua [-write] [NAME …]. Prints a table; -write also puts it into
--- docs/performance.md, between its two marks. Each NAME_bench.lua here answers a function that answers rows:
--- { what, ours, theirs, ratio or figure, promise, kept }.
local here = arg[0]:match("^(.*)/[^/]*$") or "."
package.path = ("%s/?.lua;%s/../lua/?.lua;%s/../desktop/?.lua"):format(here, here, here)
local file = require "file"
local expect = require "expect"
expect.root = here .. "/../.."

local BEGIN, END = "<!-- bench: begin -->\n", "<!-- bench: end -->"
local ALL = { "startup", "find", "send", "tmux", "iteration", "many" }

local function wanted()
    local names, write = {}, false
    for _, word in ipairs(arg) do
        if word == "-write" then write = true else names[#names + 1] = word end
    end
    return names[1] and names or ALL, write
end

local function put_into_docs(text)
    local path = expect.root .. "/docs/performance.md"
    local page = assert(file.read(path))
    local first, last = page:find(BEGIN, 1, true), page:find(END, 1, true)
    assert(first and last, path .. ": has no place for the table")
    assert(file.write(path, page:sub(1, first + #BEGIN - 1) .. text .. page:sub(last)))
end

local function explained(problem)
    return debug.traceback(type(problem) == "table" and (problem.failure or problem.skipped) or tostring(problem), 2)
end

local names, write = wanted()
local lines = { "| what | dispatch | beside it | ratio or figure | promised | |",
    "| --- | ---: | ---: | ---: | --- | --- |" }
local broken = 0
for _, line in ipairs(lines) do print(line) end
for _, name in ipairs(names) do
    local ok, rows = xpcall(require(name .. "_bench"), explained)
    expect.clean()
    if not ok then
        io.stderr:write(name, ": ", rows, "\n")
        os.exit(1)
    end
    for _, row in ipairs(rows) do
        lines[#lines + 1] = "| " .. table.concat({ row.what, row.ours, row.theirs or "", row.figure, row.promise or "",
            row.kept == nil and "" or row.kept and "kept" or "**not kept**" }, " | ") .. " |"
        print(lines[#lines])
        if row.kept == false then broken = broken + 1 end
    end
end
if write then put_into_docs(table.concat(lines, "\n") .. "\n") end
print(("%d promises not kept"):format(broken))
os.exit(broken == 0 and 0 or 1)
