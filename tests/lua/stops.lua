--- stops - stop conditions that are the same on every kind of window, from the command line: exit 2, a report that
--- names step and reason and says what to do, and nothing is sent that should not be.
local expect = require "expect"
local iteration = require "iteration"

local M = {}

-- Windows -------------------------------------------------------------------------------------------------------------

-- They wait for the time-out side by side. Each opens its windows, and answers what is named.
local MISSING = {
    function(it)
        it:workers(iteration.but "D_validation")
        return { it.at:title "D_validation" }
    end,
    function(it)                                 -- all of them
        local titles = {}
        for i, worker in ipairs(iteration.WORKERS) do titles[i] = it.at:title(worker) end
        return titles
    end,
    function(it)                                 -- one has a title that only begins like the right one
        it:workers(iteration.but "A_core")
        it:open_title(it.at:title "A_core" .. "0")
        return { it.at:title "A_core", it.at:title "A_core" .. "0" }
    end,
}

--- Windows are missing.
---@param place place
function M.missing(place)
    local runs, named = {}, {}
    for i, open in ipairs(MISSING) do
        local it = iteration.new(place)
        named[i] = open(it)
        runs[i] = it:start { WindowReadyTimeout = 1 }
    end
    for i in ipairs(MISSING) do
        local run = runs[i]:blocks("dispatch", "ENOWINDOW", named[i])
        expect.contains(run:top(), "dispatch windows")
        run.it:expect_untouched()
        expect.equal(run.it:stages(), { "launch", "worktrees" })
    end
end

--- Two windows have one title.
function M.two(it)
    it:workers()
    it:open_title(it.at:title "B_tooling")
    it:blocks("dispatch", "EAMBIGUOUS", {}, { it.at:title "B_tooling" })
    it:expect_untouched()
end

--- A window comes late.
function M.late(it)
    it:workers(iteration.but "Z_aggregator")
    local run = it:start()
    run:await_event { ev = "target.found", worker = "D_validation" }
    it:workers { "Z_aggregator" }
    expect.equal(run:finish().exit, 0)
    it:expect_whole()
end

--- A window closes between paste and key.
function M.closes(it)
    it:workers()
    local run = it:meanwhile({ ev = "send.phase", worker = "B_tooling", phase = "settle" }, function()
        it.opened.B_tooling.stop()
    end)
    run:blocks("dispatch", "EGONE", { "B_tooling", "not sent: C_features" })
    expect.equal(it:submits(), iteration.once { "A_core" })
    expect.equal(it:pastes(), iteration.once { "A_core", "B_tooling" })
end

-- Markers -------------------------------------------------------------------------------------------------------------

local function write_marker(text)
    return function(it) it:mark("C_features", text:gsub("ID", it.id)) end
end

--- How a marker is wrong when the time is up: what is done to C_features', and what is said.
M.MARKERS = {
    { "none", nil, "nothing at" },
    { "another run's", write_marker "DONE 20261122_4711 C_features\n", "is of another run" },
    { "another worker's", write_marker "DONE ID D_validation\n", "is another worker's" },
    { "something more on its line", write_marker "DONE ID C_features.\n", "no line is exactly" },
    { "half written", write_marker "DONE ID C_feat", "no line is exactly" },
    { "UTF-16 without a mark", write_marker "D\0O\0N\0E\0", "without a byte order mark" },
    { "half a character of UTF-16", write_marker "\xFF\xFED\0O\0N", "in the middle of a UTF-16 character" },
    { "no UTF-8", write_marker "DONE \xFF", "is not valid UTF-8" },
    { "a folder", function(it) expect.mkdir(it.at:marker "C_features") end, "is a folder" },
    { "over 64 KiB", write_marker("DONE ID C_features\n" .. (" "):rep(64 * 1024)), "64 KiB" },
}
-- Not on Windows.
M.LINK = { "a link to a good one", function(it)
    it:write("elsewhere", it.at:token "C_features" .. "\n")
    expect.mkdir(it.at:worker_dir "C_features")
    expect.truthy(require "lfs".link(it.root .. "/elsewhere", it.at:marker "C_features", true))
end, "is a link" }

--- Each of these is named with its worker.
---@param cases table[]        some of MARKERS
---@param place_of fun(i: integer): place
---@param receipt string       what the workers' windows can show of a send
function M.markers(cases, place_of, receipt)
    local all, runs = {}, {}
    for i, case in ipairs(cases) do
        local it = iteration.new(place_of(i))
        it:workers { "C_features" }              -- all of them first: a new window takes the focus
        for _, worker in ipairs(iteration.but "C_features") do it:mark(worker) end
        it.idle.C_features = true
        if case[2] then case[2](it) end
        all[i] = it
    end
    for i, it in ipairs(all) do runs[i] = it:start { WorkerDoneTimeout = 1 } end
    for i, case in ipairs(cases) do
        local run = runs[i]:blocks("wait_done", "ETIMEOUT",
            { "no valid DONE.marker within 1.0 s", "C_features", case[3], receipt })
        expect.contains(run:top(), "-WorkerDoneTimeout")
        run.it:expect_whole { "C_features" }
        expect.equal(run.it:stages(), { "launch", "worktrees" }, case[1])
    end
end

--- A marker in UTF-16, as PowerShell 5 writes it, and one that is completed late: both count.
function M.late_markers(it)
    it:workers()
    it.idle.A_core, it.idle.B_tooling = true, true
    local run = it:start()
    run:await_event { ev = "send.receipt", worker = "Z_aggregator" }
    it:mark("A_core", "\xFF\xFE" .. (it.at:token "A_core" .. "\r\n"):gsub(".", "%0\0"))
    it:mark("B_tooling", "DONE ")
    run:await_event { ev = "marker.partial", worker = "B_tooling" }
    it:mark("B_tooling", it.at:token "B_tooling")
    expect.equal(run:finish().exit, 0)
end

return M
