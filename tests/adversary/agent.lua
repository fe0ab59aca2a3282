--- agent - a program in a terminal with the composer of an agent, hostile on demand: dispatch agent.lua LOG TITLE
--- MANNER…  It takes bracketed paste and Return as agents do, shows a long paste as a placeholder, and keeps the truth
--- about itself in LOG, a line each: "ready PID", "received BYTES SHA256" (a paste), "accepted BYTES SHA256" (Return),
--- "swallowed", "consented", "empty" (Return in an empty composer), "typed BYTES", "stops", "continued", "ended", and
--- "marked": F12 was read, and all before it has had its effect.
--- MANNER, words of which each may have a value:
---
---     swallow=2     so many Returns do nothing            lose          a paste is dropped
---     cut=40        only so many bytes of a paste stay    late=0.5      what was pasted shows so much later
---     slow=0.5      Return works so much later            works         shows "working on SHA" after Return
---     ask=start     asks for an approval: now, or ask=paste: once something was pasted
---     draft         somebody's text is in the composer    retitle       another title once something was pasted
---     stop=start    suspends itself: now; stop=hidden:    leave=paste   ends, or leave=key: at the first Return
---                   at a paste; stop=paste: once it shows
---     redraw=0.01   draws again and again, in pieces      stranger      shows nothing that agents.lua knows
local clock = require "clock"
local digest = require "digest"
local host = require "host"
local term = require "term"
local wait = require "wait"

local LOG, TITLE = arg[1], arg[2]
local COLLAPSES = 4                              -- a paste of more lines shows as a placeholder
local F12, BEGIN, END = "\27[24~", "\27[200~", "\27[201~"

local manner = {}
for i = 3, #arg do
    local name, value = arg[i]:match "^(%l+)=?(.*)$"
    manner[name] = tonumber(value) or value
end

local log = assert(io.open(LOG, "ab"))
log:setvbuf "no"
local function say(...) log:write(table.concat({ ... }, " "), "\n") end

-- ------------------------------------------------------------------------------------------------------------- drawing

local composer, asks, working = manner.draft and { "somebody's draft" } or {}, manner.ask == "start", nil
local frames, typed = 0, 0

---The composer's parts, each as it was pasted or typed.
local function shown()
    local parts = {}
    for i, text in ipairs(composer) do
        local _, newlines = text:gsub("\n", "")
        parts[i] = newlines >= COLLAPSES and ("[Pasted %d chars]"):format(utf8.len(text)) or text
    end
    return table.concat(parts)
end

local function frame()
    frames = frames + 1
    local name = manner.stranger and "some program" or "adversary agent"
    local lines = { name, ("frame %d, %d typed"):format(frames, typed) }
    if working then lines[#lines + 1] = "working on " .. working end
    if asks then lines[#lines + 1] = "Allow? [y/n]" end
    lines[#lines + 1] = (manner.stranger and "$ " or "> ") .. shown()
    return "\27[H\27[2J" .. table.concat(lines, "\n"):gsub("\n", "\r\n")
end

---A terminal may be looked at between two writes of one picture.
local function draw()
    local picture = frame()
    local at = manner.redraw and math.random(#picture) or #picture
    term.write(picture:sub(1, at))
    if at < #picture then term.write(picture:sub(at + 1)) end
end

local function set_title(title) term.write("\27]0;" .. title .. "\7") end

-- ------------------------------------------------------------------------------------------------------- what it does

local later = {}                                 -- { at, what }

local function do_later(seconds, what)
    if not seconds then return what() end
    later[#later + 1] = { clock.now() + seconds, what }
end

local function leave()
    say "ended"
    term.restore()
    os.exit(0)
end

local function suspend()
    say "stops"
    os.execute("kill -STOP " .. host.machine().pid)
    say "continued"
end

local function pasted(text)
    say("received", #text, digest.sha256(text))
    if manner.stop == "hidden" then suspend() end
    if manner.cut then text = text:sub(1, (utf8.offset(text, 0, math.min(manner.cut, #text)) or 1) - 1) end
    if manner.retitle then set_title "another title" end
    if manner.ask == "paste" then asks = true end
    if not manner.lose then
        do_later(manner.late, function() composer[#composer + 1] = text end)
    end
    draw()
    if manner.stop == "paste" then suspend() end
    if manner.leave == "paste" then leave() end
end

local function take()
    local text = table.concat(composer)
    if text == "" then return say "empty" end
    say("accepted", #text, digest.sha256(text))
    if manner.works then working = digest.sha256(text):sub(1, 8) end
    composer = {}
end

local function entered()
    if manner.leave == "key" then leave() end
    if asks then
        asks = false
        return say "consented"
    end
    if (manner.swallow or 0) > 0 then
        manner.swallow = manner.swallow - 1
        return say "swallowed"
    end
    do_later(manner.slow, take)
end

-- --------------------------------------------------------------------------------------------------------------- input

local bytes, marks = "", 0

---What stands at the beginning of the input: how long it is, and what to do with it. nil: not all of it is there yet.
local function next_input()
    if bytes:sub(1, #BEGIN) == BEGIN then
        local last, stop = bytes:find(END, 1, true)
        if not last then return nil end
        local text = bytes:sub(#BEGIN + 1, last - 1):gsub("\r", "\n")
        return stop, function() pasted(text) end
    end
    if bytes:sub(1, #F12) == F12 then return #F12, function() marks = marks + 1 end end
    if bytes:byte() == 27 then
        local _, stop = bytes:find "^\27%[[%d;?]*[%a~]"
        if not stop and #bytes < #BEGIN then return nil end
        return stop or 1, function() say "escape" end
    end
    if bytes:sub(1, 1) == "\r" then return 1, entered end
    local _, stop = bytes:find "^[^\27\r]+"
    local words = bytes:sub(1, stop)
    return stop, function()
        say("typed", #words)
        composer[#composer + 1] = words
        typed = typed + #words
    end
end

local function take_input()
    while bytes ~= "" do
        local size, act = next_input()
        if not size then return end
        bytes = bytes:sub(size + 1)
        act()
    end
end

local function do_due()
    for i = #later, 1, -1 do
        if later[i][1] <= clock.now() then table.remove(later, i)[2]() end
    end
end

local function do_marks()
    if later[1] then return end
    for _ = 1, marks do say "marked" end
    marks = 0
end

local function wake()
    local at = manner.redraw and clock.now() + manner.redraw or math.huge
    for _, each in ipairs(later) do at = math.min(at, each[1]) end
    return at
end

assert(term.raw())
term.write "\27[?2004h"
draw()
set_title(TITLE)
local input = assert(term.input())
say("ready", host.machine().pid)
if manner.stop == "start" then suspend() end
while true do
    local ready, _, code = wait.any({ input }, wake())
    local more = ready and term.read(65536)
    local gone = ready and not more or not ready and code ~= "ETIMEOUT"          -- the terminal is: SIGHUP
    if gone then leave() end
    bytes = bytes .. (more or "")
    take_input()
    do_due()
    do_marks()
    draw()
end
