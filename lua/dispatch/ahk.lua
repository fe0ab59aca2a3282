-- ahk.lua: a team's own AutoHotkey script, run from a flow.
--
--     local ahk = require "dispatch.ahk"
--     local result, message = ahk.run("tools/codex/dispatch/arrange.ahk", { run.id }, { exe = run.cfg.ahk_exe })

local clock = require "clock"
local file = require "file"
local process = require "process"
local find = require "dispatch.ahk.find"
local settings = require "dispatch.settings"

local M = {}

-- Read before the script: a mistake at run time, or a warning while it is loaded, would open a dialog and wait for
-- somebody to close it. What is warned of is an error where it is come to, so nothing is lost.
local GUARD = [[
#Warn All, Off
OnError(DispatchFail)
DispatchFail(problem, mode) {
    where := problem.File " (" problem.Line ")"
    FileAppend(where " : ==> " problem.Message "`n     Specifically: " problem.Extra "`n", "**", "UTF-8-RAW")
    ExitApp 1
}
]]

-- What the guard cannot keep away.
local DIALOG = " (a dialog that waits for somebody? MsgBox, or #Warn without StdOut or Off, opens one)"

local function guard()
    local path = ("%s/dispatch-guard-%.0f.ahk"):format(settings.temporary_folder(), clock.now() * 1e9)
    local ok, message, code = file.write(path, "\u{FEFF}" .. GUARD)
    if not ok then return nil, message, code end
    return path
end

---What a mistake in the script looks like on its standard error.
local function mistake(err)
    local path, line, words = err:match "([^\r\n]-) %((%d+)%) : ==> ([^\r\n]*)"
    if not path then return nil end
    local detail = err:match "Specifically: ([^\r\n]*)"
    return ("%s, line %s: %s%s"):format(path:gsub("^\u{FEFF}", ""), line, words,
        detail and detail ~= "" and " (" .. detail .. ")" or "")
end

---@param options {deadline?: number, exe?: string}
---@return string? exe, number|string deadline_or_message, string? code
local function chosen(options)
    local cfg, message, code = settings.parse({}, { only = { ahk_exe = true, stage_timeout = true } })
    if not cfg then return nil, message, code end
    local found
    found, message, code = find.find(options.exe or cfg.ahk_exe)
    if not found then return nil, message, code end
    return found.path, options.deadline or clock.now() + cfg.stage_timeout
end

---Runs a script of your own with AutoHotkey v2. No dialog is left open: a mistake in it is an error here, and at the
---deadline it is ended.
---@param script string           its path
---@param args? string[]          what it finds in A_Args; data, never parsed
---@param options? {deadline?: number, exe?: string}      deadline: default: as long as a command of the team may take
---                               (-StageTimeout's variable); exe: AutoHotkey, default: FACTORY_AHK_EXE,
---                               FACTORY_DISPATCH__AHK_EXE, else found as for -Via ahk. In a flow, run.cfg.ahk_exe is
---                               what -AhkExe says
---@return {exit: integer, out: string, err: string, seconds: number}? result      whatever its exit status is
---@return string? message        a mistake: file, line and what it is
---@return string? code           EINVAL: a mistake in the script, or in a variable; ENOENT: no script, no AutoHotkey;
---                               EUNSUPPORTED: only a v1; ETIMEOUT EINTR
function M.run(script, args, options)
    local exe, deadline, code = chosen(options or {})
    if not exe then return nil, deadline, code end
    local there, before, message, result
    there, message, code = file.stat(script)
    if not there then return nil, message, code end
    before, message, code = guard()
    if not before then return nil, message, code end
    result, message, code = process.run({ exe, "/ErrorStdOut=UTF-8", "/include", before, script,
        table.unpack(args or {}) }, { deadline = deadline })
    file.remove_tree(before)
    if code == "ETIMEOUT" then message = message .. DIALOG end
    if not result then return nil, message, code end
    local wrong = result.exit ~= 0 and mistake(result.err)
    if wrong then return nil, wrong, "EINVAL" end
    return result
end

return M
