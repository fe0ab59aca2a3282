-- One title among many windows: whole processes, as an operator would call them.
local expect = require "expect"
local measure = require "measure"
local x11_display = require "x11_display"

return function()
    expect.need "xdotool"
    local rows = {}
    for _, count in ipairs { 5, 100, 1000 } do
        local display = x11_display.start()
        display:puppet("windows", tostring(count)):await "shown"
        local title = ("window %d"):format(count - 1)
        local desktop = display:open()
        expect.eventually("all windows", x11_display.SECONDS, function() return #desktop:list() >= count end)
        local options = { env = display.env, unset = { "TMUX" } }
        local ours, theirs = table.unpack(measure.in_turn(count > 500 and 5 or 7, {
            function() return (measure.command({ expect.binary(), "windows", title, "-Via", "x11" }, options)) end,
            function() return (measure.command({ "xdotool", "search", "--name", "^" .. title .. "$" }, options)) end }))
        rows[#rows + 1] = { what = ("`dispatch windows TITLE` among %d windows, beside `xdotool search`"):format(count),
            ours = measure.shown(ours), theirs = measure.shown(theirs),
            figure = ("%.0f × faster"):format(theirs / ours) }
        if count == 1000 then rows[#rows].promise, rows[#rows].kept = "at least 100 ×", theirs / ours >= 100 end
        expect.clean()
    end
    return rows
end
