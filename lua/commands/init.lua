-- init: editable copies of what a team may change, in tools/codex/dispatch/, with the contract's one-line command
-- beside them, and git told to leave out what a run makes. What is there already is never overwritten.

local file = require "file"
local host = require "host"
local layout = require "dispatch.layout"
local settings = require "dispatch.settings"

local USAGE = "dispatch init [-Root FOLDER]"

-- Inside the program -> beside the project's flow.
local COPIES = { { "run_iter.lua", "run_iter.lua" }, { "dispatch/agents.lua", "agents.lua" },
    { "templates/run_iter.ps1", "run_iter.ps1" }, { "templates/ahk_template.ahk", "ahk_template.ahk" } }

local function say(word, path) io.stdout:write(("%-9s%s\n"):format(word, path)) end

local function complain(message)
    io.stderr:write("dispatch init: ", message, "\n")
    return 2
end

local function copy(source, path)
    if file.stat(path) then
        say("kept", path)
        return true
    end
    local ok, message = file.write(path, source)
    if ok then say("written", path) end
    return ok, message
end

---Adds the lines that are missing, and nothing else.
local function ignore(path)
    local text = file.stat(path) and file.read(path) or ""
    local has, missing = {}, {}
    for line in text:gmatch "[^\r\n]+" do has[line] = true end
    for _, line in ipairs(layout.IGNORED) do
        if not has[line] then missing[#missing + 1] = line .. "\n" end
    end
    if not missing[1] then
        say("kept", path)
        return true
    end
    if text ~= "" and text:sub(-1) ~= "\n" then text = text .. "\n" end
    local ok, message = file.write(path, text .. table.concat(missing))
    if ok then say("written", path) end
    return ok, message
end

local function run(argv)
    local cfg, message = settings.parse(argv)
    if not cfg then
        io.stderr:write("dispatch init: ", message, "\n")
        return 64
    end
    local root
    root, message = layout.find_root(cfg.root)
    if not root then return complain(message) end
    local folder = layout.dispatch_folder(root)
    local ok, why = file.mkdir(folder)
    if not ok then return complain(why) end
    for _, each in ipairs(COPIES) do
        ok, why = copy(host.source(each[1]), folder .. "/" .. each[2])
        if not ok then return complain(why) end
    end
    ok, why = ignore(layout.ignore_file(root))
    if not ok then return complain(why) end
    return 0
end

return { usage = USAGE, run = run,
    summary = "editable copies of the flow, agents.lua and run_iter.ps1 into the project" }
