--- project - a throw-away project for specs: folders of the contract, good prompts, a zip, and a run object.
local expect = require "expect"
local layout = require "dispatch.layout"

local M = {}

M.ID = "20261122_1"
M.WORKERS = { "A_core", "B_tooling", "C_features", "D_validation", "Z_aggregator" }

--- A prompt that keeps every rule.
---@param at layout
function M.prompt(at, worker)
    return ("RUN_ID: %s\nCODEX_ID: %s\n\nDo the work of %s.\nThen write %s with this line:\n%s\n"):format(at.run_id,
        worker, worker, at:marker_text(worker), at:token(worker))
end

--- {file name = bytes} of five good prompts; `change` replaces (or with false removes) some.
---@param at layout
---@param change? table<string, string|false>
function M.prompts(at, change)
    local files = {}
    for _, worker in ipairs(M.WORKERS) do files[at:prompt_name(worker)] = M.prompt(at, worker) end
    for name, bytes in pairs(change or {}) do files[name] = bytes or nil end
    return files
end

--- A new root with tools/codex in it.
---@param id? string
---@param name? string           of its folder
---@return layout
function M.new(id, name)
    local root = expect.folder() .. (name and "/" .. name or "")
    expect.mkdir(root .. "/tools/codex")
    return layout.new(root, id or M.ID)
end

--- Puts a prompt zip in its place.
---@param at layout
---@param files table<string, string>
function M.zip(at, files)
    expect.mkdir(layout.zips(at.root))
    expect.ok(require "zip".create(at:zip(), files))
end

--- Puts prompts into the prompt folder.
function M.unpacked(at, files)
    for name, bytes in pairs(files) do expect.write(at:prompts() .. "/" .. name, bytes) end
end

--- A sample stage command. It notes each stage in factory/stages; a spec may write factory/STAGE.says (in place of
--- PASS), STAGE.fails (exit 1) and STAGE.does (Lua, run by the stage).
M.FACTORY = [[
local here, stage = arg[0]:match "^(.*)/", arg[2] == "open" and "worktrees" or arg[1]
local list = assert(io.open(here .. "/stages", "ab"))
list:write(stage, "\n")
list:close()
local does = loadfile(here .. "/" .. stage .. ".does")
if does then does() end
local says = io.open(here .. "/" .. stage .. ".says")
io.write(says and says:read "a" or '{"status": "PASS", "meaningful_gate": {"verdict": "PASS"}}\n')
if io.open(here .. "/" .. stage .. ".fails") then
    io.stderr:write(stage, ": it broke\n")
    os.exit(1)
end
]]

--- Puts it into the project.
---@return string command        for -Factory
function M.factory(at)
    local path = at.root .. "/factory/stub.lua"
    expect.write(path, M.FACTORY)
    return ("'%s' '%s'"):format(expect.binary(), path)
end

--- A desktop of rules with a good window for each worker; the nth writes its marker 10 n seconds after its prompt.
---@return string source
function M.desktop(at, workers)
    local rules = {}
    for i, worker in ipairs(workers) do
        rules[#rules + 1] = ("{ at = 0, window = %q, title = %q, pid = %d, app = 'agent', screen = %q }"):format(
            worker, at:title(worker), i, "sample worker x\n> ")
        rules[#rules + 1] = ("{ on = 'submit', window = %q, after = %d, write = %q, text = %q }"):format(worker,
            10 * i, at:marker(worker), at:token(worker) .. "\n")
    end
    return "return {\n" .. table.concat(rules, ",\n") .. "\n}\n"
end

--- A project in which an iteration passes: this flow (nil: the built-in one), its zip, its desktop.
---@param source? string
---@param workers string[]
---@param id? string
---@return layout
function M.iteration(source, workers, id)
    local at, files = M.new(id), {}
    for _, worker in ipairs(workers) do files[at:prompt_name(worker)] = M.prompt(at, worker) end
    M.zip(at, files)
    expect.write(at.root .. "/README.md", "a project\n")
    if source then expect.write(layout.dispatch_folder(at.root) .. "/run_iter.lua", source) end
    expect.write(at.root .. "/desktop.lua", M.desktop(at, workers))
    return at
end

--- Runs it, as an operator would.
---@param at layout
function M.rehearse(at)
    return expect.dispatch { "run_iter.lua", "-RunId", at.run_id, "-Via", "fake:desktop.lua", "-Factory", expect.idle(),
        cwd = at.root }
end

--- What the modules of steps 1 to 4 and the factory need of a run; `more` overrides. Events are kept in run.events.
function M.run(at, more)
    local run = { id = at.run_id, root = at.root, layout = at, cfg = {}, flow = {}, workers = M.WORKERS,
        all_workers = M.WORKERS, events = {} }
    function run.emit(name, fields)
        fields.ev = name
        run.events[#run.events + 1] = fields
    end
    for key, value in pairs(more or {}) do run[key] = value end
    return run
end

--- The events of one name.
function M.events(run, name)
    local found = {}
    for _, event in ipairs(run.events) do
        if event.ev == name then found[#found + 1] = event end
    end
    return found
end

return M
