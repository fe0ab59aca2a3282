-- find.lua: which AutoHotkey? The one that was named; else what the registry, PATH and the usual folders have, and the
-- first of them that is a v2; else winget installs one.

local clock = require "clock"
local file = require "file"
local process = require "process"
local places = require "dispatch.ahk.places"

local M = {}

M.PROBE_SECONDS = 20
M.WINGET = { "winget", "install", "--id", "AutoHotkey.AutoHotkey", "-e", "--silent", "--accept-package-agreements",
    "--accept-source-agreements" }
M.ADVICE = "install AutoHotkey v2, name one with -AhkExe, or choose -Via win32"
M.NO_WINGET = "there is no winget to install it with: " .. M.ADVICE
local NAMES = { "AutoHotkey64.exe", "AutoHotkey.exe", "AutoHotkey32.exe" }
local KEYS = { [[HKLM\SOFTWARE\AutoHotkey]], [[HKCU\SOFTWARE\AutoHotkey]], [[HKLM\SOFTWARE\WOW6432Node\AutoHotkey]] }
-- A v1 refuses the first line, and names itself.
local PROBE = '#NoTrayIcon\n#Requires AutoHotkey v2.0\nFileAppend(A_AhkVersion, "*")\n'

---@class autohotkey
---@field path string
---@field version string

---Which version is it?
---@param path string
---@return string? version, string? message, string? code     ENOENT EACCES EIO ETIMEOUT EINTR
function M.version(path)
    local result, message, code = process.run({ path, "/ErrorStdOut", "*" },
        { input = PROBE, deadline = clock.now() + M.PROBE_SECONDS })
    if not result then return nil, message, code end
    local version = result.out:match "^%d+%.%d[%w.-]*" or result.err:match "interpreter: AutoHotkey v(%d[%w.-]*)"
    if version then return version end
    return nil, ("%s does not tell its version (exit status %s): is it AutoHotkey?"):format(path, result.exit), "EIO"
end

---@return autohotkey?
---@return string? message, string? code          EUNSUPPORTED: an older one
local function judge(path)
    local version, message, code = M.version(path)
    if not version then return nil, message, code end
    if version:match "^%d+" == "2" then return { path = path, version = version } end
    return nil, ("%s is AutoHotkey %s, and version 2 is needed"):format(path, version), "EUNSUPPORTED"
end

---The folder that AutoHotkey's set-up wrote down.
local function registered(key)
    local result = process.run({ "reg", "query", key, "/v", "InstallDir" },
        { deadline = clock.now() + M.PROBE_SECONDS })
    return result and result.exit == 0 and result.out:match "InstallDir%s+REG_SZ%s+([^\r\n]+)" or nil
end

---What may be AutoHotkey, the likeliest first.
---@return string[] paths
function M.candidates()
    local paths, seen, set_up = {}, {}, {}
    for _, key in ipairs(KEYS) do set_up[#set_up + 1] = registered(key) end
    for _, folder in ipairs(places.folders(set_up)) do
        for _, name in ipairs(NAMES) do
            local path = folder .. "\\" .. name
            if not seen[path:lower()] and file.stat(path) then paths[#paths + 1] = path end
            seen[path:lower()] = true
        end
    end
    return paths
end

---@param named? string                           -AhkExe: no other one is looked for then
---@return autohotkey?
---@return string? message, string? code          ENOENT: none is here; EUNSUPPORTED: only an older one; and others
function M.find(named)
    if named then
        local path, message, code = file.real(named)         -- a bare name would be looked for in PATH
        if not path then return nil, message, code end
        return judge(path)
    end
    local why, what
    for _, path in ipairs(M.candidates()) do
        local found, message, code = judge(path)
        if found then return found end
        why, what = why or message, what or code
    end
    return nil, why or "AutoHotkey v2 is not here: not in the registry, on PATH or in the usual folders",
        what or "ENOENT"
end

---Has winget install it. The message says what a person can do.
---@param deadline number
---@return true? installed, string? message, string? code
function M.install(deadline)
    local result, message, code = process.run(M.WINGET, { deadline = deadline })
    if code == "ENOENT" then return nil, M.NO_WINGET, "ENOENT" end
    if not result then return nil, ("winget: %s: %s"):format(message, M.ADVICE), code end
    if result.exit == 0 then return true end
    local words = (result.out .. result.err):gsub("%s+", " "):sub(-200)
    return nil, ("winget could not install it (exit status %s: %s): %s"):format(result.exit, words, M.ADVICE), "EIO"
end

---What ensure() would do.
---@param named? string
---@return string? plan, string? message, string? code        those of find(): what ensure() would stop at
function M.plan(named)
    local found, message, code = M.find(named)
    if found then return ("start AutoHotkey %s, %s"):format(found.version, found.path) end
    if named or code == "EINTR" then return nil, message, code end
    if process.which(M.WINGET[1]) then return "have winget install AutoHotkey v2, and start that" end
    return nil, ("%s; %s"):format(message, M.NO_WINGET), "ENOENT"
end

---Finds it, else installs it and finds it then.
---@param named? string
---@param deadline number                         for winget
---@return autohotkey?
---@return string? message, string? code
function M.ensure(named, deadline)
    local found, message, code = M.find(named)
    if found or named or code == "EINTR" then return found, message, code end
    local ok, why, what = M.install(deadline)
    if not ok then return nil, ("%s; %s"):format(message, why), what end
    return M.find()
end

return M
