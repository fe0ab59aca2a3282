-- How long the program takes to start: a hundred starts in a shell loop, so that the shell costs both the same.
local expect = require "expect"
local measure = require "measure"

local LOOP = 'i=0; while [ $i -lt 100 ]; do "$@" || exit 1; i=$((i+1)); done'

local function starts(...)
    local argv = { "sh", "-c", LOOP, "sh", ... }
    return function() return measure.command(argv) / 100 end
end

return function()
    local ours, lua, bash, python = table.unpack(measure.in_turn(9, {
        starts(expect.binary(), "-e", ""), starts(expect.need "lua5.4", "-e", ""), starts("bash", "-c", ""),
        starts("/usr/bin/python3", "-c", "") }))
    return {
        { what = "start: `dispatch -e ''` beside `lua5.4 -e ''`", ours = measure.shown(ours),
            theirs = measure.shown(lua), figure = ("%.2f ×"):format(ours / lua), promise = "at most 1.25 ×",
            kept = ours / lua <= 1.25 },
        { what = "start: beside `bash -c ''`", ours = measure.shown(ours), theirs = measure.shown(bash),
            figure = ("%.2f ×"):format(ours / bash) },
        { what = "start: beside `python3 -c ''`", ours = measure.shown(ours), theirs = measure.shown(python),
            figure = ("%.2f ×"):format(ours / python) },
    }
end
