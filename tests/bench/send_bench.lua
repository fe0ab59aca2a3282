-- Five xterms, a prompt of 4 KB and Enter each: find, focus, paste, submit. Beside it what people write today: bash,
-- xdotool and xclip, once without any sleep (fast, and nobody knows what arrived), once with the usual ones.
local expect = require "expect"
local measure = require "measure"
local x11_display = require "x11_display"

local BASH = [[
pause() { [ "$1" = yes ] && sleep "$2"; :; }
usual=$1; file=$2; shift 2
for title; do
    id=$(xdotool search --name "^$title\$" | head -n 1)
    xclip -selection primary -in "$file" </dev/null >/dev/null 2>&1
    xdotool windowactivate --sync "$id"
    pause "$usual" 0.5
    xdotool key --clearmodifiers shift+Insert
    pause "$usual" 0.5
    xdotool key --clearmodifiers Return
    pause "$usual" 0.7
done
]]

local function five_readers(display)
    local titles = {}
    local desktop <close> = display:open()
    for i = 1, 5 do
        titles[i] = "HITECHOS_reader" .. i .. "_20261122_1"
        display:xterm(titles[i])
    end
    for _, title in ipairs(titles) do x11_display.pin(desktop, title) end
    return titles
end

return function()
    expect.need "xdotool"
    expect.need "xclip"
    local display = x11_display.start()
    local titles = five_readers(display)
    local prompt = display.folder .. "/prompt.txt"
    expect.write(prompt, x11_display.text(4096))
    local options = { env = display.env, unset = { "TMUX" } }
    local ours = { expect.binary(), "send", "-Via", "x11", "-SettleMs", "0", "-BetweenWorkersDelayMs", "0" }
    for _, title in ipairs(titles) do
        ours[#ours + 1] = title
        ours[#ours + 1] = prompt
    end
    local function bash(usual)
        local argv = { "bash", "-c", BASH, "bash", usual, prompt, table.unpack(titles) }
        return function() return (measure.command(argv, options)) end
    end
    local us, without, with = table.unpack(measure.in_turn(5, {
        function() return (measure.command(ours, options)) end, bash "no", bash "yes" }))
    return {
        { what = "`dispatch send` to five xterms, 4 KB and Enter each, `-SettleMs 0`; beside bash + xdotool + xclip "
            .. "without sleeps", ours = measure.shown(us), theirs = measure.shown(without),
            figure = ("%.0f × faster"):format(without / us), promise = "at least 20 ×", kept = without / us >= 20 },
        { what = "the same beside the usual sleeps", ours = measure.shown(us), theirs = measure.shown(with),
            figure = ("%.0f × faster"):format(with / us), promise = "at least 200 ×", kept = with / us >= 200 },
    }
end
