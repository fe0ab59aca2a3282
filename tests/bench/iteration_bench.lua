-- A whole iteration with five workers in tmux: what dispatch itself takes of it, in time and in memory; and how long
-- after the last marker step 9 ends.
local cjson = require "cjson"
local clock = require "clock"
local expect = require "expect"
local measure = require "measure"
local process = require "process"
local wait = require "wait"
local project = require "project"

-- The built-in flow, and the most memory that the process ever had (proc(5), VmHWM, kB).
local FLOW = [[
local launch, host = require "dispatch.launch", require "host"
local steps = launch.load(host.source "run_iter.lua", { path = "run_iter.lua", builtin = true })
table.insert(steps, { "memory", always = true, function()
    for line in io.lines "/proc/self/status" do
        local kb = line:match "^VmHWM:%s*(%d+)"
        if kb then return kb end
    end
end })
return steps
]]

local OUTSIDE = { launch = true, open_worktrees = true, bundle_validate = true, integrate = true, wait_done = true }

---ms of dispatch's own: steps but for the team's commands and the waiting; sends but for settle and confirm; no pauses.
local function own_time(events)
    local own, kb = 0, nil
    for _, e in ipairs(events) do
        if e.ev == "step.end" and not OUTSIDE[e.step] and e.step ~= "dispatch" then own = own + e.ms end
        if e.ev == "step.end" and e.step == "memory" then kb = tonumber(e.note) end
        for phase, ms in pairs(e.ev == "send.receipt" and e.ms or {}) do
            if phase ~= "settle" and phase ~= "confirm" then own = own + ms end
        end
    end
    return own / 1000, kb
end

local function one_run()
    local folder = expect.folder() .. "/demo"
    local flow = expect.folder() .. "/run_iter.lua"
    expect.write(flow, FLOW)
    local run = expect.dispatch { "demo", "-Via", "tmux", "-Folder", folder, "-Flow", flow, seconds = 100 }
    assert(run.exit == 0, run.out .. run.err)
    local path = run.out:match "report%s+(%S+)/DISPATCH_REPORT%.md"
    local events = {}
    for line in io.lines(path .. "/EVENTS.jsonl") do events[#events + 1] = cjson.decode(line) end
    return own_time(events)
end

---Seconds from the rename of the last marker to the end of `dispatch wait`: an upper bound, the process's end included.
local function marker_to_end()
    local at = project.new()
    for i = 1, 4 do expect.write(at:marker(project.WORKERS[i]), at:token(project.WORKERS[i]) .. "\n") end
    local log = expect.folder() .. "/out"
    local child <close> = expect.ok(process.spawn({ expect.binary(), "wait", "-RunId", project.ID, "-Root", at.root },
        { out = log, err = log .. ".err" }))
    local ready <close> = wait.file(log)
    while not (expect.read(log) or ""):find "wait_done%s+begins" do assert(wait.any({ ready }, clock.now() + 20)) end
    local last = at:marker(project.WORKERS[5])
    expect.write(last .. ".new", at:token(project.WORKERS[5]) .. "\n")
    local began = clock.now()
    assert(os.rename(last .. ".new", last))
    assert(wait.any({ child }, clock.now() + 20))
    assert(child:status().exit == 0)
    return clock.now() - began
end

return function()
    local own, memory, ends = {}, {}, {}
    for i = 1, 7 do own[i], memory[i] = one_run() end
    for i = 1, 15 do ends[i] = marker_to_end() end
    local time, kb, after = measure.median(own), measure.median(memory), measure.median(ends)
    return {
        { what = "the last marker is written: to the end of `dispatch wait`, the process's own end included",
            ours = measure.shown(after), figure = measure.shown(after), promise = "under 5 ms", kept = after < 0.005 },
        { what = "an iteration with five workers in tmux: dispatch's own time", ours = measure.shown(time),
            figure = measure.shown(time), promise = "under 60 ms", kept = time < 0.060 },
        { what = "the same: peak memory", ours = ("%.1f MB"):format(kb / 1024), figure = ("%.1f MB"):format(kb / 1024),
            promise = "under 12 MB", kept = kb < 12 * 1024 },
    }
end
