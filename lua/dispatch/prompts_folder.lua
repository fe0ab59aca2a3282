-- prompts_folder.lua: steps 3 and 4 on a whole set of prompts, wherever it lies: the prompt folder, the folder that a
-- zip was just extracted to, or the zip itself in memory (`dispatch check` and -WhatIf write nothing).

local file = require "file"
local prompt = require "dispatch.prompt"

local M = {}

M.MAX_TOTAL = 64 * 1024 * 1024

---@class prompt_source
---@field shown string                             how messages call it
---@field entries {name: string, type: string, bytes: integer}[]
---@field allowed table<string, boolean>           folders that may be there besides the prompts
---@field read fun(name: string): string?, string?, string?

---@class violation: problem
---@field file string                              its name in the folder or zip

-- ------------------------------------------------------------------------------------------------------------- sources

local function entries_in(folder, prefix, deep, entries)
    local names, message, code = file.list(folder .. "/" .. prefix)
    if not names then return nil, message, code end
    for _, name in ipairs(names) do
        local info = file.stat(folder .. "/" .. prefix .. name)
        local type = info and info.type or "other"
        if deep and type == "folder" then
            entries_in(folder, prefix .. name .. "/", deep, entries)
        else
            entries[#entries + 1] = { name = prefix .. name, type = type, bytes = info and info.bytes or 0 }
        end
    end
    return entries
end

---@param path string
---@param shown string
---@param o? {allowed?: table<string, boolean>, deep?: boolean}    deep: files in folders count, folders do not
---@return prompt_source?, string? message, string? code
function M.folder(path, shown, o)
    o = o or {}
    local entries, message, code = entries_in(path, "", o.deep, {})
    if not entries then return nil, message, code end
    return { shown = shown, entries = entries, allowed = o.allowed or {},
        read = function(name) return file.read(path .. "/" .. name, prompt.MAX_BYTES) end }
end

---All of it is read at once, 64 MiB at most: a lie about one entry refuses the whole, as it does when it is extracted.
---People zip folders: one top folder is dropped, and folders do not count.
---@param path string
---@param shown string
---@return prompt_source?, string? message, string? code     EINVAL: a name, size or header that no zip may have
function M.zip(path, shown)
    local zip = require "zip"
    local list, message, code = zip.list(path)
    if not list then return nil, message, code end
    local entries, content = {}, {}
    for _, entry in ipairs(list) do
        if not entry.folder then
            entries[#entries + 1] = { name = entry.path, type = "file", bytes = entry.bytes }
            content[entry.path], message, code = zip.read(path, entry.name)
            if not content[entry.path] then return nil, message, code end
        end
    end
    return { shown = shown, entries = entries, allowed = {}, read = function(name) return content[name] end }
end

-- --------------------------------------------------------------------------------------------------------------- shape

local function plain(name)
    return (name:lower():gsub("[^%w]", ""):gsub("txt", ""):gsub("copy", ""))
end

---The stranger that was probably meant to be this file.
local function looks_like(name, strangers)
    local values = require "dispatch.values"
    local best, cost
    for _, entry in ipairs(strangers) do
        local base = entry.name:match "[^/]*$"
        local distance = plain(base) == plain(name) and 0 or values.distance(base, name)
        if entry.type ~= "folder" and distance <= 4 and (not cost or distance < cost) then
            best, cost = entry, distance
        end
    end
    return best
end

local TYPES = { folder = "is a folder", link = "is a link", other = "is no regular file" }

---@param wanted table<string, string>             file name -> worker
local function strangers_in(source, wanted)
    local strangers, present = {}, {}
    for _, entry in ipairs(source.entries) do
        if wanted[entry.name] then
            present[entry.name] = entry
        elseif not (source.allowed[entry.name] and entry.type == "folder") then
            strangers[#strangers + 1] = entry
        end
    end
    return strangers, present
end

local function why_strange(entry)
    local name = entry.name
    if name:find "^__MACOSX" then return "macOS adds it to zips; pack the files with zip -X" end
    if name:find "^%.DS_Store" or name == "Thumbs.db" or name == "desktop.ini" then
        return "the file manager put it there; remove it"
    end
    if name == "logs" then return "logs is a folder of dispatch's own; remove the file" end
    return "only the prompt files belong here; remove it"
end

---@param workers string[]
---@param name_of fun(worker: string): string
local function shape(source, workers, name_of, add)
    local wanted = {}
    for _, worker in ipairs(workers) do wanted[name_of(worker)] = worker end
    local strangers, present = strangers_in(source, wanted)
    local renamed = {}
    for _, worker in ipairs(workers) do
        local name = name_of(worker)
        local entry = present[name]
        if not entry then
            local like = looks_like(name, strangers)
            if like then renamed[like] = true end
            add { file = name, message = like and ("is missing; '%s' looks like it: rename it%s"):format(like.name,
                like.name:sub(-#name + #worker) == name:sub(#worker + 1) and ", or correct that worker in the flow"
                or "")
                or ("is missing: the prompt of %s"):format(worker) }
        elseif TYPES[entry.type] then
            add { file = name, message = TYPES[entry.type] .. "; put the prompt file itself there" }
            present[name] = nil
        end
    end
    for _, entry in ipairs(strangers) do
        if not renamed[entry] then
            add { file = entry.name .. (entry.type == "folder" and "/" or ""),
                message = "does not belong here: " .. why_strange(entry) }
        end
    end
    return present
end

-- ----------------------------------------------------------------------------------------------------------- the whole

---@class checked_prompt
---@field worker string
---@field file string
---@field bytes integer               of the text that is sent
---@field sha256 string               of the same
---@field text string
---@field warnings string[]

local function content(source, name, entry, rules, add)
    if entry.bytes > prompt.MAX_BYTES then
        add { file = name, message = ("has %d bytes; a prompt has at most %d (8 MiB)"):format(entry.bytes,
            prompt.MAX_BYTES) }
        return nil
    end
    local bytes, message = source.read(name)
    if not bytes then
        add { file = name, message = "cannot be read: " .. message }
        return nil
    end
    local problems, warnings, sent = prompt.check(bytes, rules)
    for _, problem in ipairs(problems) do
        problem.file = name
        add(problem)
    end
    return problems[1] == nil and { worker = rules.worker, file = name, bytes = sent.bytes, sha256 = sent.sha256,
        text = sent.text, warnings = warnings } or nil
end

---Checks a set of prompts by every rule of shape and content.
---@param source prompt_source
---@param layout layout
---@param workers string[]            all of the flow
---@return violation[] violations     all of them; empty: it is good
---@return checked_prompt[] prompts   the good ones, in the order of the workers
function M.examine(source, layout, workers)
    local violations, prompts, total = {}, {}, 0
    local function add(found) violations[#violations + 1] = found end
    local function name_of(worker) return layout:prompt_name(worker) end
    local present = shape(source, workers, name_of, add)
    for _, worker in ipairs(workers) do
        local entry = present[name_of(worker)]
        total = total + (entry and entry.bytes or 0)
    end
    if total > M.MAX_TOTAL then
        add { file = "all", message = ("%d bytes together, and at most %d (64 MiB) are taken"):format(total,
            M.MAX_TOTAL) }
        return violations, prompts
    end
    for _, worker in ipairs(workers) do
        local name = name_of(worker)
        if present[name] then
            prompts[#prompts + 1] = content(source, name, present[name], { run_id = layout.run_id, worker = worker,
                marker_text = layout:marker_text(worker), token = layout:token(worker) }, add)
        end
    end
    return violations, prompts
end

---Every violation on a line of its own, under a headline.
---@return string
function M.message(source, violations)
    local lines = { ("%s: %s against the contract:"):format(source.shown,
        #violations == 1 and "one thing is" or ("%d things are"):format(#violations)) }
    for i, found in ipairs(violations) do
        local where = found.file
        if found.line then where = ("%s, line %d"):format(where, found.line) end
        if found.column then where = ("%s, column %d"):format(where, found.column) end
        lines[i + 1] = ("  %s: %s"):format(where, found.message)
    end
    return table.concat(lines, "\n")
end

return M
