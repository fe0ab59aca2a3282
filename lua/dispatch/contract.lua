-- contract.lua: what a RUN_ID, a zip, a prompt and a marker must look like; steps 1 to 4, and what step 9 waits for.
-- The rules themselves stand in run_id.lua, prompt.lua, prompts_folder.lua and marker.lua, all of them pure.
--
-- `run` has: id, root, layout, cfg, flow, all_workers, workers, emit; read_only: nothing may be written.

local file = require "file"
local marker = require "dispatch.marker"
local prompt = require "dispatch.prompt"
local prompts_folder = require "dispatch.prompts_folder"
local run_id = require "dispatch.run_id"

local M = {}

---A flow's `run_id`: YYYYMMDD_N, a real date and a number from 1 without leading zeros.
M.DATE_AND_NUMBER = run_id.DATE_AND_NUMBER

---A flow's `run_id`: YYYYMMDD_HHMMSS_RAND4, a real date and time and four letters or digits.
M.DATE_TIME_RANDOM = run_id.DATE_TIME_RANDOM

---Looks at a worker's marker.
---@param path string
---@param run_id string
---@param worker string
---@return true? ok
---@return string? message             nil: nothing is there; else what is there and is not (yet) a marker
---@return string? code                ENOENT EINVAL EACCES EIO
M.read_marker = marker.read

---Is there a marker inside the worker's own worktree, where it does not count?
---@param job job
---@return string? why                 names both paths; nil: no
M.stray_marker = marker.stray

---What is sent of a prompt: no BOM, CRLF as LF, no white space at the end.
---@param bytes string
---@return {text: string, bytes: integer, sha256: string} sent     bytes and sha256: of the text
M.sent = prompt.sent

-- -------------------------------------------------------------------------------------------------------------- step 1

---Is this a RUN_ID of the form? For whoever must know before there is a run.
---@param form run_id_form            DATE_AND_NUMBER, DATE_TIME_RANDOM, or a team's own: {name, check, next}
---@param text string
---@return true? ok, string? message, string? code     EINVAL
M.check_id = run_id.check

---Step 1: has the run's RUN_ID the form that its flow names?
---@param run run
---@return true? ok, string? message, string? code     EINVAL
function M.check_run_id(run)
    return run_id.check(run.flow.run_id or M.DATE_AND_NUMBER, run.id)
end

-- -------------------------------------------------------------------------------------------------------------- step 2

local function other_zips(run)
    local names = file.list(require "dispatch.layout".zips(run.root)) or {}
    local zips = {}
    for _, name in ipairs(names) do
        if name:lower():find "%.zip$" then zips[#zips + 1] = name end
    end
    local all = #zips
    while #zips > 5 do table.remove(zips, 1) end
    return all == 0 and "no zip is there" or ("%s there: %s%s"):format(all == 1 and "only this is" or "these are",
        all > 5 and "…, " or "", table.concat(zips, ", "))
end

---Step 2: is the prompt zip there? It is not opened.
---@param run run
---@return string? note               where it is, and how big
---@return string? message, string? code     ENOENT; EINVAL: something else has its name; EACCES EIO
function M.find_zip(run)
    local path = run.layout:zip()
    local real, message, code = file.real(path)
    local info = real and file.stat(real)
    if not real and code ~= "ENOENT" then return nil, message, code end
    if not info then
        return nil, ("%s: no such file; %s. Put the prompt zip there, or give another -RunId"):format(
            run.layout:show(path), other_zips(run)), "ENOENT"
    end
    if info.type ~= "file" then
        return nil, ("%s: is a %s, and must be the prompt zip"):format(run.layout:show(path), info.type), "EINVAL"
    end
    return ("%s, %d bytes"):format(run.layout:show(path), info.bytes)
end

-- -------------------------------------------------------------------------------------------------------------- step 3

---Is the prompt folder there? It is when it holds anything besides logs/. One that an extraction was killed over is
---not: extract() finishes it.
---@param run run
---@return boolean
function M.has_prompts(run)
    if file.stat(run.layout:placing()) then return false end
    for _, name in ipairs(file.list(run.layout:prompts()) or {}) do
        if name ~= "logs" then return true end
    end
    return false
end

---Names of what is not the same in both, the flow's prompts and whatever else the zip has.
local function differing(run, zipped)
    local names, seen = {}, {}
    local function look(name, theirs)
        local ours = file.read(run.layout:prompts() .. "/" .. name, prompt.MAX_BYTES)
        if not theirs or theirs ~= ours then names[#names + 1] = name end
        seen[name] = true
    end
    for _, entry in ipairs(zipped.entries) do look(entry.name, zipped.read(entry.name)) end
    for _, worker in ipairs(run.all_workers) do
        local name = run.layout:prompt_name(worker)
        if not seen[name] then look(name, nil) end
    end
    return names
end

---Compares the prompt folder that is there with the zip: what differs is a warning, since the folder's files are used.
---@param run run
---@return string note
function M.compare(run)
    local shown = run.layout:show(run.layout:zip())
    local zipped, message = prompts_folder.zip(run.layout:zip(), shown)
    if not zipped then
        run.emit("warning", { code = "ZIP", message = "the prompt folder is used, and the zip cannot be compared: "
            .. message })
        return "the prompt folder was there; the zip cannot be read"
    end
    local names = differing(run, zipped)
    if not names[1] then return "the prompt folder was there, and equals the zip" end
    run.emit("warning", { code = "DIFFERS", message = ("%s: %s in the prompt folder %s from the zip; the folder's are "
        .. "used. To take the zip's, remove %s (but logs/) and run again"):format(shown, table.concat(names, ", "),
        #names == 1 and "differs" or "differ", run.layout:show(run.layout:prompts())) })
    return ("the prompt folder was there; %d of its files %s from the zip"):format(#names,
        #names == 1 and "differs" or "differ")
end

---The commit is done: each file goes up into the prompt folder. Also finishes what a killed attempt began.
local function place(run)
    local from, to = run.layout:placing(), run.layout:prompts()
    local names, message, code = file.list(from)
    if not names then return nil, message, code end
    for _, name in ipairs(names) do
        if file.stat(to .. "/" .. name) then
            return nil, ("%s: is there already, and so is %s of an extraction that was interrupted; remove one of them")
                :format(run.layout:show(to .. "/" .. name), run.layout:show(from .. "/" .. name)), "EEXIST"
        end
    end
    for _, name in ipairs(names) do
        local ok
        ok, message, code = file.rename(from .. "/" .. name, to .. "/" .. name)
        if not ok then return nil, message, code end
    end
    return file.remove_tree(from)
end

---The zip in memory; read once.
local function zipped(run)
    if run.zipped then return run.zipped end
    local message, code
    run.zipped, message, code = prompts_folder.zip(run.layout:zip(), run.layout:show(run.layout:zip()))
    return run.zipped, message, code
end

---From the zip to logs/.placing: all of it, checked, or nothing.
---@return boolean? placing           false: prompts break rules, run.refused has them
---@return string? message, string? code
local function unpack_checked(run)
    local zip = require "zip"
    local at = run.layout:extracting()
    local ok, message, code = file.mkdir(run.layout:logs())
    if ok then ok, message, code = file.remove_tree(at) end
    if ok then ok, message, code = zip.extract(run.layout:zip(), at) end
    if not ok then return nil, message, code end
    local source
    source, message, code = prompts_folder.folder(at, run.layout:show(run.layout:zip()), { deep = true })
    if not source then return nil, message, code end
    local violations, prompts = prompts_folder.examine(source, run.layout, run.all_workers)
    if not violations[1] then return file.rename(at, run.layout:placing()) end
    run.refused = { source = source, violations = violations, prompts = prompts }
    ok, message, code = file.remove_tree(at)
    if not ok then return nil, message, code end
    return false
end

local function may_not_write(run) return run.read_only or run.cfg.what_if end

---Fills the prompt folder from the zip, all or nothing: what is in the zip is checked by the rules of steps 3 and 4
---before anything is put in place, so that a corrected zip works when the command is run again. A zip that is none, or
---has what no zip may have, stops here; where its prompts break a rule nothing is put in place, and step 4 tells it.
---With -WhatIf and `dispatch check` the zip is only read.
---@param run run
---@return string? note               how many, and where they are now
---@return string? message, string? code     EINVAL: the zip breaks a rule; EEXIST EACCES EIO EINTR
function M.extract(run)
    local resumed = file.stat(run.layout:placing()) ~= nil
    local ok, message, code = true, nil, nil
    if not resumed and may_not_write(run) then
        ok, message, code = zipped(run)
        if not ok then return nil, message, code end
        return ("%s can be extracted"):format(ok.shown)
    end
    if not resumed then ok, message, code = unpack_checked(run) end
    if ok then ok, message, code = place(run) end
    if ok == false then return "nothing was put in place: not all that is in the zip keeps the contract" end
    if not ok then return nil, message, code end
    return ("%d prompts into %s%s"):format(#run.all_workers, run.layout:show(run.layout:prompts()),
        resumed and ", finishing what an interrupted attempt began" or "")
end

-- -------------------------------------------------------------------------------------------------------------- step 4

local function prompts_of(run)
    local paths = run.layout
    if may_not_write(run) and not M.has_prompts(run) then return zipped(run) end
    return prompts_folder.folder(paths:prompts(), paths:show(paths:prompts()), { allowed = { logs = true } })
end

---Checks every prompt by every rule; all that is wrong is said, not only the first. With -WhatIf and `dispatch check`
---the zip is read in memory when there is no prompt folder yet.
---@param run run
---@return string? note
---@return string? message, string? code     EINVAL ENOENT
function M.check_prompts(run)
    local source, violations, prompts
    if run.refused then
        source, violations, prompts = run.refused.source, run.refused.violations, run.refused.prompts
    else
        local message, code
        source, message, code = prompts_of(run)
        if not source then return nil, message, code end
        violations, prompts = prompts_folder.examine(source, run.layout, run.all_workers)
    end
    run.prompts = {}
    for _, found in ipairs(prompts) do
        run.prompts[found.worker] = found
        run.emit("prompt.ok", { worker = found.worker, file = found.file, bytes = found.bytes, sha256 = found.sha256,
            warnings = found.warnings })
    end
    if violations[1] then return nil, prompts_folder.message(source, violations), "EINVAL" end
    return ("%d prompts in %s"):format(#prompts, source.shown)
end

-- ------------------------------------------------------------------------------------------------------------- workers

---@class job
---@field worker string
---@field title string                what its window is called
---@field token string                what its marker holds
---@field marker_path string          absolute, as the other paths
---@field stray_marker_path string    where a marker does not count
---@field prompt_path string
---@field text? string                what is sent
---@field bytes? integer              of the text
---@field sha256? string              of the text

---What is known of a worker without its prompt: enough to wait for it.
---@param run run
---@param worker string
---@return job
function M.target(run, worker)
    local paths = run.layout
    return { worker = worker, title = paths:title(worker), token = paths:token(worker),
        marker_path = paths:marker(worker), stray_marker_path = paths:stray_marker(worker),
        prompt_path = paths:prompt(worker) }
end

---The same with the text that is sent. It is read again: what step 4 did not see is not sent.
---@param run run
---@param worker string
---@return job?
---@return string? message, string? code     EINVAL: it breaks a rule, or changed after step 4; ENOENT EACCES EIO
function M.job(run, worker)
    local job = M.target(run, worker)
    local shown = run.layout:show(job.prompt_path)
    local bytes, message, code = file.read(job.prompt_path, prompt.MAX_BYTES)
    if not bytes then return nil, message, code end
    local problems, _, sent = prompt.check(bytes, { run_id = run.id, worker = worker, token = job.token,
        marker_text = run.layout:marker_text(worker) })
    local checked = run.prompts and run.prompts[worker]
    if checked and checked.sha256 ~= sent.sha256 then
        return nil, shown .. ": was changed after step 4 checked it; run again", "EINVAL"
    end
    if problems[1] then
        for _, found in ipairs(problems) do found.file = shown end
        return nil, prompts_folder.message({ shown = shown }, problems), "EINVAL"
    end
    job.text, job.bytes, job.sha256 = sent.text, sent.bytes, sent.sha256
    return job
end

return M
