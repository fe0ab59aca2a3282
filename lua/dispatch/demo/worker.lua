-- worker.lua: the demo's sample worker. A small terminal program as real agents are: raw keys, bracketed paste, a
-- composer whose last line begins with "> ", and a screen that says what it does. It takes what is pasted into its
-- terminal, compares its SHA-256 with what was meant, and only then writes the marker that the prompt asks for.

local clock = require "clock"
local digest = require "digest"
local file = require "file"
local term = require "term"
local wait = require "wait"
local window = require "window"
local settings = require "dispatch.settings"

local M = {}

local PASTE_ON, PASTE_OFF = "\27[?2004h", "\27[?2004l"
local WIDTH, HEIGHT = 480, 220                  -- of a window and the room around it, pixels
local BEGIN, END = "\27[200~", "\27[201~"      -- xterm, "Bracketed Paste Mode"

local function composer(text)
    local _, newlines = text:gsub("\n", "")
    return newlines == 0 and text or ("[Pasted %d lines]"):format(newlines + 1)
end

local function draw(w)
    local lines = { "sample worker " .. w.name }
    for _, line in ipairs(w.log) do lines[#lines + 1] = line end
    lines[#lines + 1] = w.busy                     -- shown while it is true, as agents do
    lines[#lines + 1] = "> " .. composer(w.text)
    term.write("\27[H\27[2J" .. table.concat(lines, "\r\n"))
end

local function say(w, line)
    w.log[#w.log + 1] = line
    draw(w)
end

---What the prompt asks for, found in the prompt itself: no other way leads here.
local function marker_of(w)
    local path = w.text:match("[%w_./-]*runs/[%w_]+/" .. w.name .. "/DONE%.marker")
    local token = w.text:match("DONE [%w_]+ " .. w.name)
    return path, token
end

---Is it the prompt that was meant?
---@return string? sha256, string? line
local function judge(w)
    local got = digest.sha256(w.text)
    if got == w.sha256 then return got end
    file.write(w.folder .. "/received-" .. w.name .. ".txt", w.text)
    return nil, ("refused: %d bytes arrived that are not the prompt; see received-%s.txt"):format(#w.text, w.name)
end

---@return string line
local function mark(sha256, path, token)
    file.mkdir(path:match("^(.*)/"))
    local ok, message = file.write(path, token .. "\n")
    return ok and ("did %s: %s"):format(sha256:sub(1, 8), path) or message
end

local function work(w)
    local got, line = judge(w)
    if not got then
        say(w, line)
        return
    end
    local path, token = marker_of(w)
    w.text, w.busy = "", "working on " .. got:sub(1, 8)
    draw(w)
    wait.sleep(clock.now() + w.seconds)
    w.busy = nil
    say(w, mark(got, path, token))
end

local function type_key(w, key)
    if key == "\r" then
        if w.text ~= "" then work(w) end
        w.text = ""
    elseif key == "\127" then
        w.text = w.text:sub(1, (utf8.offset(w.text, -1) or 1) - 1)
    elseif key == "\3" then
        w.ended = true
    elseif key >= " " then
        w.text = w.text .. key
    end
end

---Takes whole things off the front of what was read: a paste from its begin to its end, or a key.
local function take(w, bytes)
    while bytes ~= "" and not w.ended do
        local starts = bytes:sub(1, #BEGIN)
        if starts == BEGIN then
            local last, after = bytes:find(END, 1, true)
            if not last then break end
            w.text = w.text .. bytes:sub(#BEGIN + 1, last - 1):gsub("\r\n?", "\n")
            bytes = bytes:sub(after + 1)
        elseif BEGIN:sub(1, #starts) == starts then
            break                              -- the first bytes of a bracket, perhaps
        else
            type_key(w, bytes:sub(1, 1))
            bytes = bytes:sub(2)
        end
    end
    draw(w)
    return bytes
end

---On Windows, whose consoles show nobody what they were given: a window with a field for text.
local function run_in_window(w, title, place)
    local ok, message = window.sample(title, "sample worker " .. w.name, function(text)
        w.text = text
        local got, line = judge(w)
        if not got then return line end
        local path, token = marker_of(w)
        return mark(got, path, token)
    end, { x = (place - 1) % 2 * WIDTH, y = (place - 1) // 2 * HEIGHT, width = WIDTH - 10, height = HEIGHT - 40 })
    if ok then return 0 end
    io.stderr:write("dispatch: the sample worker's window: ", message, "\n")
    return 2
end

---@param options {worker: string, sha256: string, seconds: number, folder: string, title: string, place: integer}
---       place: among the windows, from 1
---@return integer exit_status
function M.run(options)
    local w = { name = options.worker, sha256 = options.sha256, seconds = options.seconds, folder = options.folder,
        text = "", log = {} }
    if settings.on_windows then return run_in_window(w, options.title, options.place) end
    local ok, message = term.raw()
    if not ok then
        io.stderr:write("dispatch: the sample worker needs a terminal: ", message, "\n")
        return 64
    end
    term.write(PASTE_ON .. "\27]2;" .. options.title .. "\7")
    draw(w)
    local rest = ""
    while not w.ended and wait.any({ term.input() }, math.huge) do
        local bytes = term.read(65536)
        if not bytes then break end
        rest = take(w, rest .. bytes)
    end
    term.write(PASTE_OFF)
    term.restore()
    return 0
end

return M
