-- repl: an interactive prompt with every primitive at hand; for debugging window matching first of all.

local file = require "file"
local carriers = require "dispatch.carriers"
local settings = require "dispatch.settings"

local USAGE = ("dispatch repl [-Via %s]%s"):format(carriers.alternatives(),
    settings.on_windows and "" or " [-TmuxSocket PATH]")

---The file of earlier lines; nil where its folder cannot be had.
local function history()
    local folder = settings.state_folder()
    if not folder or not file.mkdir(folder) then return nil end
    return folder .. "/history"
end

local function run(argv)
    local cfg, message = settings.parse(argv)
    message = message or carriers.refuses(cfg)
    if message then
        io.stderr:write("dispatch repl: ", message, "\n")
        return 64
    end
    return require "dispatch.repl.session".run { cfg = cfg, history = history() }
end

return { usage = USAGE, summary = "an interactive prompt, for finding out why a window does not match", run = run }
