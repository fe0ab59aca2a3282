-- reader.lua: a program in a terminal that takes what it is given as it comes: dispatch reader.lua FILE TITLE.
-- Its title says that it is ready: raw mode and bracketed paste are on by then.
local term = require "term"
local wait = require "wait"

local out = assert(io.open(arg[1], "wb"))
out:setvbuf("no")
assert(term.raw())
assert(term.write("\27[?2004h\27]0;" .. arg[2] .. "\7ready\r\n"))
local input = assert(term.input())
while true do
    assert(wait.any({ input }, math.huge))
    local bytes = term.read(65536)
    if not bytes then
        break
    end
    out:write(bytes)
end
