-- stage.lua: the demo's sample stage command. Stands where a team's factory stands, takes the same sub-commands and
-- options, and does a small honest piece of each: worktrees are made by git, markers are read, results are committed.

local cjson = require "cjson"
local file = require "file"
local process = require "process"
local clock = require "clock"
local layout = require "dispatch.layout"

local M = {}

local function git(...)
    local result, message = process.run({ "git", ... }, { deadline = clock.now() + 60 })
    if not result then return nil, message end
    if result.exit ~= 0 then return nil, result.err end
    return result.out
end

local stage = {}

function stage.launch(o)
    for _, worker in ipairs(o.workers) do
        local ok, message = file.mkdir(o.paths:worker_dir(worker))
        if not ok then return nil, message end
    end
    return ("run folders for %d workers"):format(#o.workers)
end

function stage.worktrees(o)
    for _, worker in ipairs(o.workers) do
        local path = o.paths:worktree(worker)
        if not file.stat(path) then
            local ok, message = git("worktree", "add", "--quiet", "-b", o.run_id .. "/" .. worker, path)
            if not ok then return nil, message end
        end
    end
    return "a worktree each, on a branch of its own"
end

stage["bundle-validate"] = function(o)
    for _, worker in ipairs(o.workers) do
        local path = o.paths:marker(worker)
        local text, message = file.read(path)
        if not text then return nil, message end
        if not text:find(o.paths:token(worker), 1, true) then return nil, path .. ": wrong token" end
    end
    return ("%d markers hold their token"):format(#o.workers)
end

function stage.integrate(o)
    local ok, message = git("add", "--force", o.paths:run_dir())
    if ok then ok, message = git("commit", "--quiet", "--message", "Results of " .. o.run_id) end
    if not ok then return nil, message end
    return "results committed"
end

---@param argv string[]           launch --run-id ID --workers A,B | worktrees open … | bundle-validate … | integrate …
---@return integer exit_status    0 PASS, 1 FAIL: as the Python factory answers
function M.run(argv)
    local o = { workers = {} }
    for i = 2, #argv do
        if argv[i] == "--run-id" then o.run_id = argv[i + 1] end
        if argv[i] == "--workers" then
            for worker in argv[i + 1]:gmatch("[^,]+") do o.workers[#o.workers + 1] = worker end
        end
    end
    o.paths = layout.new(".", o.run_id)
    local note, message = stage[argv[1]](o)
    local answer = { status = note and "PASS" or "FAIL", note = note, error = message }
    if argv[1] == "integrate" and note then answer.meaningful_gate = { verdict = "PASS" } end
    print(cjson.encode(answer))
    return note and 0 or 1
end

return M
