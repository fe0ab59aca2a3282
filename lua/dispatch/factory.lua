-- factory.lua: runs the team's factory for steps 5, 6, 10 and 11, keeps all that it says, and reads its verdict.
--
--   -Factory python     python -m tools.codex.factory STAGE --run-id ID --workers A,B,…
--                       (python3 where there is no python)
--   -Factory COMMAND    the team's own, with the same STAGE and options behind it
--   -Factory auto       python where tools/codex/factory is
--
-- A stage answers a sentence, or nil, message, CODE: ESTAGE (it failed), EGATE (its gate is not PASS), ETIMEOUT, EINTR,
-- ENOENT, EINVAL.

local clock = require "clock"
local file = require "file"
local process = require "process"
local wait = require "wait"
local cjson = require "cjson"
local characters = require "dispatch.characters"
local command_line = require "dispatch.command_line"
local layout = require "dispatch.layout"
local mistake = require "dispatch.mistake"
local settings = require "dispatch.settings"

local M = {}

local ANSWER_MAX = 16 * 1024 * 1024                -- of stdout, looked through for a verdict
local KILL_SECONDS = 5                             -- from being asked to being made to end
local TAIL_BYTES, TAIL_LINES = 4096, 3             -- of stderr, into the message of a stage that failed

-- ------------------------------------------------------------------------------------------------------ what is run

---@return boolean
local function has_python_factory(run)
    local folder = layout.factory_folder(run.root)
    return file.stat(folder) ~= nil or file.stat(folder .. ".py") ~= nil
end

---The program that the stages are run with, before a stage's own words.
---@param run {id: string, root: string, cfg: table, layout: layout}
---@return string[]? program          "python" first means: python, or python3 where there is none
---@return string? message, string? code     ENOENT: -Factory auto, and there is none; EUNSUPPORTED; EINVAL: no command
function M.program(run)
    local chosen = run.cfg.factory
    if chosen == "auto" then
        if not has_python_factory(run) then
            return nil, ("there is no factory: %s is not there. Put the Python factory there, or name the command "
                .. "that runs the stages: -Factory COMMAND"):format(layout.factory_folder(run.root)), "ENOENT"
        end
        chosen = "python"
    end
    if chosen == "python" then return { "python", "-m", "tools.codex.factory" } end
    return command_line.fill(chosen, { run_id = run.id, run_dir = run.layout:run_dir() })
end

---@param stage string                "launch", "worktrees open", …
local function command_of(run, stage)
    local argv, message, code = M.program(run)
    if not argv then return nil, message, code end
    for word in stage:gmatch "%S+" do argv[#argv + 1] = word end
    return table.move({ "--run-id", run.id, "--workers", table.concat(run.all_workers, ",") }, 1, 4, #argv + 1, argv)
end

---What -WhatIf says in place of a stage.
---@param stage string                "launch", "worktrees open", …
---@return fun(run: run): string?, string?, string? plan     a step's `plan`; nil, message, CODE: there is nothing to
---run it with
function M.command(stage)
    return function(run)
        local argv, message, code = command_of(run, stage)
        if not argv then return nil, message, code end
        return "run " .. command_line.show(argv)
    end
end

-- ------------------------------------------------------------------------------------------------------- what it said

local function decode(text)
    local ok, value = pcall(cjson.decode, text)
    return ok and type(value) == "table" and value or nil
end

---The JSON object on stdout: all of it, else the last one that begins a line (a command may talk before it).
---@param text string
---@return table? answer              nil: there is none
function M.answer_in(text)
    text = text:gsub("^\xEF\xBB\xBF", ""):match "^%s*(.-)%s*$"
    local whole = text:find "^{" and decode(text)
    if whole then return whole end
    local starts = {}
    for at in ("\n" .. text):gmatch "\n(){" do starts[#starts + 1] = at - 1 end
    local last = text:match "^.*()}"
    for i = #starts, math.max(1, #starts - 50), -1 do
        local at = starts[i]
        local object = last and last > at and decode(text:sub(at, last)) or decode(text:match("^[^\n]*", at))
        if object then return object end
    end
end

local function word(value)
    if value == nil or value == cjson.null then return nil end
    return type(value) == "string" and value or tostring(value)
end

---@param path string                 stdout of the stage
---@return string? status, string? verdict
---@return string? why                what was said cannot be looked through
local function answer_of(path)
    local said, why = file.read(path, ANSWER_MAX)
    if not said then return nil, nil, why end
    local answer = M.answer_in(said)
    if not answer then return nil end
    local gate = answer.meaningful_gate
    if type(gate) == "table" then return word(answer.status), word(gate.verdict) or "without a verdict" end
    return word(answer.status), word(gate)
end

---The last lines that are not blank, on one.
local function tail(path)
    local text = file.read(path) or ""
    local lines = {}
    for line in text:sub(-TAIL_BYTES):gmatch "[^\r\n]+" do
        if line:find "%S" then lines[#lines + 1] = characters.reveal(line:match "^%s*(.*%S)") end
    end
    return table.concat(lines, " | ", math.max(1, #lines - TAIL_LINES + 1))
end

-- ----------------------------------------------------------------------------------------------------------- the run

---@return table? child, string[]|string argv_or_message, string? code
local function spawn(run, argv, out, err, outlives)
    local function try()
        return process.spawn(argv, { cwd = run.root, unset = settings.names_to_unset(), out = out, err = err,
            outlives = outlives })
    end
    local child, message, code = try()
    if not child and code == "ENOENT" and argv[1] == "python" then
        argv[1] = "python3"
        child, message, code = try()
        if not child and code == "ENOENT" then
            message = "neither python nor python3 is on PATH; install Python 3, or give -Factory COMMAND"
        end
    end
    if not child then return nil, message, code end
    return child, argv
end

---Waits for the child; ends it when the time is up or somebody interrupts.
local function finish(run, child, stage)
    local deadline = clock.now() + run.cfg.stage_timeout
    local ready, message, code
    repeat
        ready, message, code = wait.any({ child }, math.min(deadline, run.tick and run.tick() or deadline))
    until ready or code ~= "ETIMEOUT" or clock.now() >= deadline
    if ready then return true end
    child:kill(clock.now() + KILL_SECONDS)
    if code == "ETIMEOUT" then
        message = ("%s did not end within %g s (-StageTimeout), and was stopped"):format(stage, run.cfg.stage_timeout)
    end
    return nil, message, code
end

---@return string? why                 the exit, when it is none of success
local function failed(status)
    if status.signal and status.signal ~= 0 then return ("was ended by signal %d"):format(status.signal) end
    if status.exit ~= 0 then return ("ended with exit status %d"):format(status.exit) end
end

---@return true? ok, string? message, string? code
local function judge(run, stage, argv, result, want)
    local where = run.layout:show(result.stdout)
    if result.why then
        local said = tail(result.stderr)
        return nil, ("%s %s: %s%s. Its output: %s and %s"):format(stage, result.why, command_line.show(argv),
            said ~= "" and ", which said: " .. said or "", where, run.layout:show(result.stderr)), "ESTAGE"
    end
    if not want then return true end
    if result.unread then
        return nil, ("%s: its verdict cannot be read: %s"):format(stage, result.unread), "EGATE"
    end
    for _, said in ipairs { { "its status", result.status }, { "the meaningful gate", result.gate } } do
        if said[2] and said[2] ~= want then
            return nil, ("%s: %s is %s, and must be %s. Its output: %s"):format(stage, said[1],
                characters.reveal(said[2]), want, where), "EGATE"
        end
    end
    return true
end

local function note(result, want)
    local parts = { "exit status 0" }
    if result.status then parts[#parts + 1] = "status " .. characters.reveal(result.status) end
    if want then parts[#parts + 1] = "gate: " .. characters.reveal(result.gate or "not given") end
    return table.concat(parts, ", ")
end

---Starts a stage, waits for it, tells of both.
local function perform(run, stage, argv)
    local out, err = run.layout:stage_streams(stage)
    local began = clock.now()
    local child <close>, used, code = spawn(run, argv, out, err, stage == "worktrees open")
    if not child then return nil, used, code end
    run.emit("stage.start", { stage = stage, argv = used, cwd = run.root })
    local done, message
    done, message, code = finish(run, child, stage)
    local status = child:status()
    local result = { stdout = out, stderr = err, why = failed(status) }
    if done then result.status, result.gate, result.unread = answer_of(out) end
    run.emit("stage.end", { stage = stage, exit = status.exit, signal = status.signal ~= 0 and status.signal or nil,
        ms = (clock.now() - began) * 1000, status = result.status, gate = result.gate, stdout = out, stderr = err })
    if not done then return nil, message, code end
    return result
end

---Runs one stage of the factory: its command with `--run-id ID --workers A,B,…` behind it, its output kept in logs/.
---@param run run
---@param stage "launch"|"worktrees open"|"bundle-validate"|"integrate"
---@param o? {gate?: string}          gate: what status and verdict must be where they are printed
---@return string? note               "exit status 0, status PASS, gate: PASS"
---@return string? message, string? code     ESTAGE: its exit status is not 0; EGATE: the gate; ETIMEOUT: -StageTimeout;
---ENOENT EACCES: it cannot be started; EINTR
function M.stage(run, stage, o)
    o = o or {}
    for key in pairs(o) do
        if key ~= "gate" then mistake.raise(("factory.stage: '%s' is no key here; there is gate"):format(key)) end
    end
    local argv, message, code = command_of(run, stage)
    if not argv then return nil, message, code end
    local result, ok
    result, message, code = perform(run, stage, argv)
    if result then
        ok, message, code = judge(run, stage, argv, result, o.gate)
    end
    if ok then return note(result, o.gate) end
    if stage == "worktrees open" and code ~= "EINTR" then           -- step 8 decides by the windows
        run.emit("warning", { code = code, message = message })
        return "failed, which is a warning: the windows decide"
    end
    return nil, message, code
end

return M
