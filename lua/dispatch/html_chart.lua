-- html_chart.lua: a run's timeline as an inline SVG: the same bars as mermaid.lua's. Lengths along the time are
-- percents, so that it is as wide as its page while its letters keep their size. Pure.

local escape = require "dispatch.html_escape"

local M = {}

local ROW, TITLE, AXIS = 22, 26, 22              -- pixels: a bar with its air, a section's name, the axis below
local BAR, LETTER = 18, 13                       -- pixels: a bar, from its top to the foot of its letters
local NARROWEST = 0.4                            -- percent
local TICKS = 6                                  -- at most: there is room for so many on a telephone
local ROOMY = 20                                 -- percent: a bar this long has its words inside

-- Steps of an axis: { milliseconds of one, how many of them, its unit }
local UNITS = {
    { 1, { 1, 2, 5, 10, 20, 50, 100, 200, 500 }, "ms" },
    { 1e3, { 1, 2, 5, 10, 15, 30 }, "s" },
    { 6e4, { 1, 2, 5, 10, 15, 30 }, "min" },
    { 36e5, { 1, 2, 3, 6, 12 }, "h" },
    { 864e5, { 1, 2, 5, 10, 20, 50, 100 }, "d" },
}

---@param total number                milliseconds
---@return number step                milliseconds
---@return number one                 of its unit
---@return string unit
local function axis_of(total)
    for _, unit in ipairs(UNITS) do
        for _, n in ipairs(unit[2]) do
            if total / (unit[1] * n) <= TICKS then return unit[1] * n, unit[1], unit[3] end
        end
    end
    return total, 864e5, "d"
end

---"0.5 s" and not "500 ms" where the next one is "1 s".
local function tick(ms, one, unit, total)
    if one == 1 and total >= 1e3 then return ("%g s"):format(ms / 1e3) end
    return ("%d %s"):format(ms // one, unit)
end

local function percent(n) return ("%.2f%%"):format(n) end

local function axis(total, height, out)
    local step, one, unit = axis_of(total)
    for i = 0, total // step do
        local x = i * step / total * 100
        out[#out + 1] = ('<line class="grid" x1="%s" x2="%s" y1="0" y2="%d"/>'):format(percent(x), percent(x), height)
        local anchor = i == 0 and "start" or x > 95 and "end" or "middle"
        out[#out + 1] = ('<text class="tick" x="%s" y="%d" text-anchor="%s">%s</text>'):format(percent(x),
            height + AXIS - 6, anchor, tick(i * step, one, unit, total))
    end
end

---A bar, and its words: inside a long one, else behind it or, where there is more room, before it.
local function draw(bar, total, y, out)
    local from, wide = bar.from / total * 100, math.max(bar.ms / total * 100, NARROWEST)
    from = math.min(from, 100 - wide)
    local before = wide < ROOMY and from + wide > 55
    local x = (wide >= ROOMY or before) and from or from + wide
    out[#out + 1] = ('<rect class="%s" x="%s" y="%d" width="%s" height="%d" rx="2"/>'):format(bar.mark, percent(from),
        y, percent(wide), BAR)
    if wide >= ROOMY and from > 60 then x, before = from + wide, true end     -- inside, at its end: words may be longer
    out[#out + 1] = ('<text x="%s" dx="%d" y="%d"%s%s>%s</text>'):format(percent(x), before and -5 or 5, y + LETTER,
        before and ' text-anchor="end"' or "", bar.mark == "crit" and ' class="bad"' or "", escape(bar.label))
end

---@param sections table[]            of timeline.of()
---@param total number                milliseconds
---@return string
function M.svg(sections, total)
    total = math.max(total, 1)
    local out, y = {}, 0
    for _, section in ipairs(sections) do
        out[#out + 1] = ('<text class="name" x="0" y="%d">%s</text>'):format(y + TITLE - 8, escape(section.name))
        y = y + TITLE
        for _, bar in ipairs(section.bars) do
            draw(bar, total, y, out)
            y = y + ROW
        end
    end
    local grid = {}
    axis(total, y, grid)
    return ('<svg role="img" aria-label="When each step, send and wait was" width="100%%" height="%d">\n%s\n%s\n</svg>')
        :format(y + AXIS, table.concat(grid, "\n"), table.concat(out, "\n"))
end

return M
