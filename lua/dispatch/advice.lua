-- advice.lua: what to do next, by the step and the code that stopped a run. The contract's "Recovery" list as data.

local settings = require "dispatch.settings"

local M = {}

local AGAIN = "Run the same command again: what was sent is not sent twice."
local TITLES = "Confirm that each window's title includes `HITECHOS_<CODEX_ID>_{run_id}`: `dispatch windows {title}`"
    .. " says why a near miss does not match."
local ARTIFACTS = "Inspect the run artifacts in `{run_dir}/` and the stage's logs beside this page, then"
    .. " run the same command again."
local PROMPTS = "Fix what the message names and run the same command again; `dispatch check -RunId {run_id}` tells"
    .. " when the prompts keep the contract."
local LOOK = "Look at the window of each worker that is named; the evidence is beside this page."

local INTERPRETER = "Put its interpreter in front of it in -Factory, as the message says."
local MIXED = not settings.on_windows and "Where panes and windows are mixed, say which: -Via tmux or -Via x11." or nil

-- What a step of a team answered without a code; ours have one.
local OWN = { "The reason is the step's own: do what it says, then run the same command again.",
    "Where it says nothing: correct the step in the flow's Lua file; it answers true, a sentence, or nil, message,"
        .. " CODE." }

-- { step, code, advice … }: the first row that fits decides; "*" fits all.
local ROWS = {
    { "*", "EINTR", "Run the same command again: it goes on where it is safe, and waits for what was sent." },
    { "*", "ENOWINDOW", TITLES, "Open the windows that are missing: `dispatch open -RunId {run_id}`.",
        "Increase -WindowReadyTimeout, or -WindowMatchRetries (FACTORY_WINDOW_MATCH_RETRIES)." },
    { "*", "EAMBIGUOUS", "Close or rename the windows that share a title, so that each worker has one.",
        MIXED },
    { "*", "EFOCUS", "Close menus and dialogs, and leave keyboard and mouse alone while prompts are sent.",
        "Increase -FocusRetries (FACTORY_FOCUS_RETRIES)." },
    { "*", "EREFUSED", "Do what the message says in that window (answer the dialog, clear the draft, start the agent).",
        AGAIN },
    { "*", "EGONE", TITLES, AGAIN },
    { "*", "ENOTSENT", LOOK, "Adjust -SendMode (enter, ctrl_enter, both) to how this agent submits.", AGAIN },
    { "*", "EINDOUBT", "Look at the window of each worker that is named. The prompt is there: submit it by hand if need"
        .. " be, wait with `dispatch wait -RunId {run_id}`, then run the same command again.",
        "It is not there: -Resend -Workers NAME pastes it again; then run without both." },
    { "*", "ECHANGED", "Take a new RUN_ID for the new prompts; or put the prompt back that was sent.",
        "Where a DONE.marker is of the old prompt or of a rehearsal: remove it."
            .. " Where it was only pasted: -Resend -Workers NAME." },
    { "*", "ENOTDONE", "Run the command without -Workers: it sends to the others, and not again to these." },
    { "*", "ENODISPLAY", "Is the display or tmux server there? `dispatch windows` lists what can be seen.", AGAIN },
    { "*", "ELOCKED", "Another dispatch is at work there: wait until it ends.", AGAIN },
    { "ensure_ahk", "ENOENT",
        "Where AutoHotkey is missing: install version 2, name one with -AhkExe, or choose -Via win32.",
        "Where a fake desktop is: name a file that is there, -Via fake:FILE.lua; its path begins where you are." },
    { "ensure_ahk", "EUNSUPPORTED",
        "Where AutoHotkey is too old, or none: install version 2 beside it, or name the program of one with -AhkExe.",
        "Else choose another way for the prompts: -Via." },
    { "ensure_ahk", "ETIMEOUT", "Is it AutoHotkey? Name another one with -AhkExe, or choose -Via win32.",
        "Where winget took too long: install AutoHotkey version 2 by hand, or increase -StageTimeout." },
    { "ensure_ahk", "EINVAL", "Correct the file that the message names, then run the same command again.",
        "Where that is `tools/codex/dispatch/ahk_template.ahk`: or remove it, and the built-in one is taken." },
    { "ensure_ahk", "EIO", "Where AutoHotkey's script is wrong: DISPATCH_RUNTIME.ahk, beside this page, is made of"
        .. " `tools/codex/dispatch/ahk_template.ahk`; correct that, or remove it, and the built-in one is taken.",
        "Else: is the disk full, or the file system gone?", AGAIN },
    { "dispatch", "EIO", "Where AutoHotkey ended: AHK_DISPATCH.log, beside this page, ends with the last order that it"
        .. " carried out; AHK_STDERR.log has its words.", "Else: is the disk full, or the file system gone?", AGAIN },
    { "dispatch", "ETIMEOUT", LOOK, "Where the window did not take the text: is the cursor in the chat (-FocusKeys),"
        .. " and is it the chord that pastes there (-PasteKeys)?",
        "Where AutoHotkey hung: AHK_DISPATCH.log ends with the last order that it carried out.", AGAIN },
    { "launch", "ENOENT", "Name what runs the stages: -Factory COMMAND; or put the Python factory where it belongs." },
    { "launch", "EUNSUPPORTED", INTERPRETER }, { "bundle_validate", "EUNSUPPORTED", INTERPRETER },
    { "integrate", "EUNSUPPORTED", INTERPRETER },
    { "*", "EUNSUPPORTED", "Choose another way for the prompts: -Via." },
    { "*", "ESTAGE", ARTIFACTS }, { "*", "EGATE", ARTIFACTS },
    { "launch", "*", ARTIFACTS }, { "open_worktrees", "*", ARTIFACTS },
    { "bundle_validate", "*", ARTIFACTS }, { "integrate", "*", ARTIFACTS },
    { "*", "ETIMEOUT", "Look at the workers that are named: a question, a stop, an error?",
        "Increase -WorkerDoneTimeout, or only run the same command again: what was sent is waited for." },
    { "validate_run_id", "*", "Give a RUN_ID of the right form." },
    { "find_zip", "*", "Put the zip there and run the same command again." },
    { "extract", "*", PROMPTS }, { "validate_prompts", "*", PROMPTS },
    { "*", "EACCES", "Correct the permissions that the message names.", AGAIN },
    { "*", "EIO", "Is the disk full, or the file system gone?", AGAIN },
    { "*", "*", AGAIN },
}

---The title that the verdict is about: the first that its message names.
local function title_in(message, run)
    local titles = {}
    for i, worker in ipairs(run.workers) do titles[i] = run.layout:title(worker) end
    for _, title in ipairs(titles) do
        if message and message:find(title, 1, true) then return title end
    end
    return titles[1]
end

---@param verdict {verdict: string, step?: string, code?: string, message?: string, worker?: string}
---@param run {id: string, workers: string[], layout: table}
---@return string[]
function M.of(verdict, run)
    if verdict.verdict == "PASS" then return {} end
    if verdict.verdict == "FAILED" then
        return { "Correct the Lua file that the message names, then run the same command again." }
    end
    if not verdict.code then return OWN end
    local paths = run.layout
    local fill = { run_id = run.id, title = title_in(verdict.message, run), run_dir = paths:show(paths:run_dir()) }
    for _, row in ipairs(ROWS) do
        if (row[1] == "*" or row[1] == verdict.step) and (row[2] == "*" or row[2] == verdict.code) then
            local advice = {}
            for i = 3, #row do advice[i - 2] = row[i]:gsub("{([%l_]+)}", fill) end
            return advice
        end
    end
    error "advice: the last row fits everything"
end

return M
