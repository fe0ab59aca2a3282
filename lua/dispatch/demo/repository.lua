-- repository.lua: the demo's throw-away git repository, with a prompt zip in its place.

local clock = require "clock"
local file = require "file"
local process = require "process"
local zip = require "zip"
local layout = require "dispatch.layout"
local prompt = require "dispatch.prompt"

local M = {}

-- What must arrive unchanged: quotes of every kind, tabs, shell words, and letters of several scripts.
local HARD = [[
Quotes: 'single' "double" `backticks` $(not run) ${HOME} %PATH% \backslash\ ; & | < > * ? ~ !
	a line that begins with a tab, and	tabs	inside
Größe, naïve, żółć, Ελληνικά, кириллица, 日本語, 한국어, العربية, emoji 🚀 and é as two code points.
]]

local function written(run_id, worker, marker)
    local text = ("RUN_ID: %s\nCODEX_ID: %s\n\nYou are %s, one of five workers of a demonstration.\n\n"):format(
        run_id, worker, worker)
    while #text < 3800 do text = text .. HARD .. ("%d characters so far.\n"):format(utf8.len(text)) end
    return text .. ("\nWhen you are done, create %s\nwith this one line:\nDONE %s %s\n"):format(marker, run_id, worker)
end

local function git(folder, ...)
    local result, message = process.run({ "git", ... }, { cwd = folder, deadline = clock.now() + 60 })
    if not result then return nil, message end
    if result.exit ~= 0 then return nil, "git: " .. result.err end
    return true
end

local function first_commit(folder)
    local ok, message = git(folder, "init", "--quiet")
    if ok then ok, message = git(folder, "config", "user.name", "dispatch demo") end
    if ok then ok, message = git(folder, "config", "user.email", "demo@example.invalid") end
    if ok then ok, message = file.write(folder .. "/README.md", "Made by `dispatch demo`, to be thrown away.\n") end
    if ok then ok, message = git(folder, "add", "README.md") end
    if ok then ok, message = git(folder, "commit", "--quiet", "--message", "The project before its first iteration") end
    return ok, message
end

---@param folder string               is made
---@param workers string[]
---@return table? made                {root, run_id, sha256 = {worker = hex}}
---@return string? message
function M.make(folder, workers)
    local ok, message = file.mkdir(folder)
    if ok then ok, message = first_commit(folder) end
    if not ok then return nil, message end
    local run_id = os.date("%Y%m%d") .. "_1"
    local paths = layout.new(folder, run_id)
    local files, sha256 = {}, {}
    for _, worker in ipairs(workers) do
        local text = written(run_id, worker, paths:marker_text(worker))
        files[paths:prompt_name(worker)] = text
        sha256[worker] = prompt.sent(text).sha256
    end
    ok, message = file.mkdir(paths:zip():match("^(.*)/"))
    if ok then ok, message = zip.create(paths:zip(), files) end
    if not ok then return nil, message end
    return { root = folder, run_id = run_id, sha256 = sha256 }
end

return M
