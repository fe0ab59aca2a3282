-- layout.lua: the one place that knows a path of the contract (spec, "Path Contract"), and which folder is the root.
--
-- Paths are made with forward slashes on every system; nothing here touches the disk but find_root().

local file = require "file"

local M = {}

local CODEX = "tools/codex"
local WORKTREES = "/" .. CODEX .. "/worktrees/"

-- ----------------------------------------------------------------------------------------------------------- the root

---@return boolean
local function is(path, type)
    local real = file.real(path)
    local info = real and file.stat(real)
    return info ~= nil and info.type == type
end

---@return string? folder            nil at the top of the disk
local function parent(folder)
    local up = folder:match("^(.*)/[^/]*$")
    if not up or folder:find("^%a:/$") then return nil end
    if up == "" then return folder ~= "/" and "/" or nil end
    return up:find("^%a:$") and up .. "/" or up
end

local function upwards(folder)
    local next_folder = folder
    return function()
        local this = next_folder
        next_folder = this and parent(this)
        return this
    end
end

local function below(folder, name)
    return (folder:find("/$") and folder or folder .. "/") .. name
end

---Is this folder a worktree of another root (or inside one)? Its own tools/codex is then a copy of that root's.
local function in_worktrees(folder)
    local from, to = (folder .. "/"):find(WORKTREES, 1, true)
    return from ~= nil and to < #folder + 1
end

local function absolute(base, path)
    path = path:gsub("\\", "/")
    return (path:find("^/") or path:find("^%a:/")) and path or below(base, path)
end

---The main worktree of the repository whose `.git` is in this folder, read from git's own files.
local function main_worktree(folder)
    local git = below(folder, ".git")
    if is(git, "folder") then return folder end
    local text = is(git, "file") and file.read(git, 4096)
    local admin = text and text:match("^gitdir: ([^\r\n]+)")
    if not admin then return nil end
    admin = absolute(folder, admin)
    local common = file.read(below(admin, "commondir"), 4096)
    if not common then return folder end                     -- a submodule: a repository of its own
    local real = file.real(absolute(admin, common:match("^[^\r\n]*")))
    return real and real:gsub("\\", "/"):match("^(.*)/%.git$") -- a bare repository has no main worktree
end

---@return string? root
local function search(from)
    for folder in upwards(from) do
        if not in_worktrees(folder) and is(below(folder, CODEX), "folder") then return folder end
    end
    for folder in upwards(from) do
        if file.stat(below(folder, ".git")) then return main_worktree(folder) end
    end
end

---The folder that everything else is in: `-Root`, else the nearest folder upwards that has tools/codex and is not
---inside another one's worktrees/, else the main worktree of the git repository.
---@param given? string               the value of -Root
---@param from? string                where the search begins; default: the working directory
---@return string? root               absolute, links resolved
---@return string? message, string? code     ENOENT
function M.find_root(given, from)
    if given then
        local real, message, code = file.real(given)
        if not real then return nil, "-Root: " .. message, code end
        if not is(real, "folder") then return nil, ("-Root %s: is not a folder"):format(given), "ENOENT" end
        return (real:gsub("\\", "/"))
    end
    local start, message, code = file.real(from or ".")
    if not start then return nil, message, code end
    start = start:gsub("\\", "/")
    local root = search(start)
    if root then return root end
    return nil, ("%s: no folder upwards from here has %s, and it is in no git repository; "
        .. "go into the project, give -Root FOLDER, or make this folder a project: dispatch init -Root ."):format(start,
        CODEX), "ENOENT"
end

---Where the project's own flow and agents.lua are.
---@param root string
---@return string path
function M.dispatch_folder(root) return below(root, CODEX .. "/dispatch") end

---A team's own template of AutoHotkey's script.
---@param root string
---@return string path
function M.ahk_template(root) return M.dispatch_folder(root) .. "/ahk_template.ahk" end

---Where the team's Python factory is: a package.
---@param root string
---@return string path
function M.factory_folder(root) return below(root, CODEX .. "/factory") end

---Where the prompt zips of all runs are.
---@param root string
---@return string path
function M.zips(root) return below(root, CODEX .. "/prompt_zips") end

---Where all runs' markers and results are.
---@param root string
---@return string path
function M.runs(root) return below(root, CODEX .. "/runs") end

---What a run makes: not for git.
M.IGNORED = { "/runs/", "/worktrees/", "/prompts/", "/prompt_zips/" }

---The .gitignore that says so.
---@param root string
---@return string path
function M.ignore_file(root) return below(root, CODEX .. "/.gitignore") end

-- -------------------------------------------------------------------------------------------------- the paths of a run

---@class layout                      the paths of a run, all absolute
---@field root string
---@field run_id string
local layout = {}
layout.__index = layout

---The paths of a run.
---@param root string                 as find_root() answers it
---@param run_id string               checked already: it becomes part of paths
---@return layout
function M.new(root, run_id)
    assert(type(root) == "string", "layout.new: root must be a string")
    assert(type(run_id) == "string" and run_id:find("^%w[%w_-]*$"),
        "layout.new: a RUN_ID is made of letters, digits, '_' and '-'; check it before it becomes a path")
    return setmetatable({ root = root, run_id = run_id }, layout)
end

local function path(self, ...)
    return below(self.root, table.concat({ CODEX, ... }, "/"))
end

---A path as messages and the report show it: relative to the root where it is inside.
---@param full string                absolute
---@return string
function layout:show(full)
    local start = below(self.root, "")
    return full:sub(1, #start) == start and full:sub(#start + 1) or full
end

---What the title of a worker's window must contain.
---@param worker string
---@return string title
function layout:title(worker) return ("HITECHOS_%s_%s"):format(worker, self.run_id) end

---The prompt zip.
---@return string path
function layout:zip() return path(self, "prompt_zips", self.run_id .. ".zip") end

---The prompt folder.
---@return string path
function layout:prompts() return path(self, "prompts", self.run_id) end

---The name of a worker's prompt, without its folder.
---@param worker string
---@return string name
function layout:prompt_name(worker) return ("%s_%s.txt"):format(worker, self.run_id) end

---A worker's prompt.
---@param worker string
---@return string path
function layout:prompt(worker) return self:prompts() .. "/" .. self:prompt_name(worker) end

---A worker's git worktree.
---@param worker string
---@return string path
function layout:worktree(worker) return path(self, "worktrees", worker) end

---Where all workers put their markers.
---@return string path
function layout:run_dir() return path(self, "runs", self.run_id) end

---The same of one worker.
---@param worker string
---@return string path
function layout:worker_dir(worker) return self:run_dir() .. "/" .. worker end

---What VS Code is opened on: the worktree, under the title that is looked for. Outside the worktree, which is git's.
---@param worker string
---@return string path
function layout:workspace(worker)
    return ("%s/%s.code-workspace"):format(self:worker_dir(worker), self:title(worker))
end

---A worker's DONE marker.
---@param worker string
---@return string path
function layout:marker(worker) return self:worker_dir(worker) .. "/DONE.marker" end

---What a prompt must say: the marker's path from the root on.
---@param worker string
---@return string
function layout:marker_text(worker)
    return ("%s/runs/%s/%s/DONE.marker"):format(CODEX, self.run_id, worker)
end

---What the marker must say.
---@param worker string
---@return string
function layout:token(worker) return ("DONE %s %s"):format(self.run_id, worker) end

---Where a worker that takes its own worktree for the root writes its marker.
---@param worker string
---@return string path
function layout:stray_marker(worker) return self:worktree(worker) .. "/" .. self:marker_text(worker) end

-- What is kept in logs/. Everything that dispatch writes there has its name here.

---Where everything that dispatch writes is kept.
---@return string path
function layout:logs() return self:prompts() .. "/logs" end

---A file of that folder.
---@param name string
---@return string path
function layout:log(name) return self:logs() .. "/" .. name end

---Held while a run is at work.
---@return string path
function layout:lock() return self:log ".lock" end

---An extraction that is not checked yet.
---@return string path
function layout:extracting() return self:log ".extracting" end

---One that is checked, and not in its place yet.
---@return string path
function layout:placing() return self:log ".placing" end

---The events of the run.
---@return string path
function layout:journal() return self:log "EVENTS.jsonl" end

---What was shown while it ran.
---@return string path
function layout:run_log() return self:log "RUN_ITER.log" end

---The report.
---@return string path
function layout:report() return self:log "DISPATCH_REPORT.md" end

---The same for a browser: `-Report html`.
---@return string path
function layout:html_report() return self:log "DISPATCH_REPORT.html" end

---An earlier attempt's files.
---@param n integer                   from 1
---@return string path
function layout:attempt(n) return self:log(("attempt-%d"):format(n)) end

---Is this name in logs/ an earlier attempt's folder?
---@param name string
---@return integer? n
function M.attempt_number(name) return math.tointeger(tonumber(name:match("^attempt%-([1-9]%d*)$"))) end

---What a stage wrote.
---@param stage string                "launch", "worktrees open", …
---@return string out, string err     paths
function layout:stage_streams(stage)
    local name = stage:gsub("[^%w]+", "_")
    return self:log(name .. ".stdout.log"), self:log(name .. ".stderr.log")
end

---What a send that failed left to see.
---@param worker string
---@param kind "screenshot"|"screen_text"
---@return string path
function layout:evidence(worker, kind)
    return self:log(("SEND_%s.%s"):format(worker, kind == "screenshot" and "png" or "txt"))
end

---What AutoHotkey runs.
---@return string path
function layout:ahk_script() return self:log "DISPATCH_RUNTIME.ahk" end

---What that script says.
---@return string path
function layout:ahk_log() return self:log "AHK_DISPATCH.log" end

---What became of each worker, by that script.
---@return string path
function layout:ahk_results() return self:log "AHK_WORKER_RESULTS.log" end
---What AutoHotkey itself wrote.
---@return string out, string err     paths
function layout:ahk_streams() return self:log "AHK_STDOUT.log", self:log "AHK_STDERR.log" end

return M
