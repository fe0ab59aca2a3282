-- check: the flow's steps up to validate_prompts, with the zip read in memory. Writes nothing, takes no lock.

local launch = require "dispatch.launch"
local screens = require "dispatch.screens"

local USAGE = "dispatch check -RunId ID [-Root FOLDER]"
local LAST = "validate_prompts"

local function say(word, name, text)
    io.stdout:write((("%-8s%-18s%s"):format(word, name, text or ""):gsub(" +$", "")), "\n")
end

local function complain(message)
    io.stdout:flush()
    io.stderr:write("dispatch check: ", message, "\n")
    return 2
end

---What the steps tell while they run.
local function tell(name, fields)
    if name == "warning" then say("warning", fields.worker or "", fields.message) end
    if name ~= "prompt.ok" then return true end
    say("ok", fields.worker, ("%s, %d bytes, SHA-256 %s"):format(fields.file, fields.bytes, fields.sha256))
    for _, warning in ipairs(fields.warnings) do say("warning", fields.worker, "the prompt " .. warning) end
    return true
end

---Steps with a plan act, so they only say what they would do.
---@return string word, any ok, string? message
local function perform(run, step)
    if not step.plan then return "ok", step[2](run) end
    return "would", type(step.plan) == "function" and step.plan(run) or step.plan
end

local function check(run)
    for _, step in ipairs(run.flow) do
        local word, ok, message = perform(run, step)
        if not ok then return complain(("%s: %s"):format(step[1], message)) end
        say(word, step[1], type(ok) == "string" and ok or run.id)
        if step[1] == LAST then
            say("ok", "", ("the prompts of %s keep the contract"):format(run.id))
            return 0
        end
    end
    return complain(("%s: has no step '%s'"):format(run.origin.path, LAST))
end

local function run(argv)
    local context, exit = launch.follow("check", argv)
    if not context then return exit end
    local tables, message = screens.load(context.root)
    if not tables then return complain(message) end
    context.read_only, context.emit = true, tell
    return check(context)
end

return { usage = USAGE, summary = "steps 1 to 4 with the zip read in memory: writes nothing, takes no lock", run = run }
