-- mermaid.lua: a run's timeline as a Mermaid gantt chart, which GitHub and GitLab draw where it stands in a Markdown
-- page (https://mermaid.js.org/syntax/gantt.html). Pure.

local M = {}

-- Times are counted from a day without a change of the clocks, and written as a date: Mermaid reads and shows dates in
-- the reader's own time zone, so that what it shows is again the time since the run began.
local DAY_ONE = 946684800                        -- 2000-01-01T00:00:00Z
local NARROWEST = 1 / 300                        -- of the run: what took less is still to be seen

-- { up to so many milliseconds, what the axis shows (d3-time-format), how its title names that }
local AXES = {
    { 1e3, "%L ms", "milliseconds" },
    { 1e4, "%-S.%L s", "seconds" },
    { 36e5, "%-M:%S", "minutes and seconds" },
    { 864e5, "%-H:%M", "hours and minutes" },
    { math.huge, "day %-d, %-H:%M", "hours and minutes of each day" },
}

---Any text as a name in a chart: what Mermaid would read as something else (`:`, `;`, `#`, `%`, a line's end) stands as
---its character's number. The names of a flow are data, the title of a chart as well.
---@param value string
---@return string
function M.text(value)
    if not utf8.len(value) then value = value:gsub("[\x80-\xFF]", "?") end
    local escaped = value:gsub("%c+", " "):gsub(utf8.charpattern, function(character)
        if not character:find "^[%w _.,()/+-]$" then return ("#%d;"):format(utf8.codepoint(character)) end
    end)
    return escaped
end

local function moment(ms)
    local s = ms // 1000
    return os.date("!%Y-%m-%d %H:%M:%S", DAY_ONE + s) .. (".%03d"):format(ms - s * 1000)
end

local function task(bar, least)
    local ms = math.max(bar.ms, least, 1)
    return ("    %s :%s, %s, %dms"):format(M.text(bar.label), bar.mark, moment((bar.from + 0.5) // 1), math.ceil(ms))
end

---@param sections table[]            of timeline.of(): each label begins with a word that is none of Mermaid's own
---@param total number                milliseconds
---@return string                     the chart's text, for a fenced block of the language `mermaid`
function M.gantt(sections, total)
    local axis
    for _, row in ipairs(AXES) do
        axis = axis or total <= row[1] and row
    end
    local lines = { "gantt", "    title Since the run began, in " .. axis[3],
        "    dateFormat YYYY-MM-DD HH:mm:ss.SSS", "    axisFormat " .. axis[2], "    todayMarker off" }
    for _, section in ipairs(sections) do
        lines[#lines + 1] = "    section " .. M.text(section.name)
        for _, bar in ipairs(section.bars) do lines[#lines + 1] = task(bar, total * NARROWEST) end
    end
    return table.concat(lines, "\n")
end

return M
