-- windows: lists the windows; with a title, says for each near miss why it does not match.

local carriers = require "dispatch.carriers"
local characters = require "dispatch.characters"
local layout = require "dispatch.layout"
local settings = require "dispatch.settings"
local title = require "dispatch.title"

local USAGE = ("dispatch windows [TITLE] [-Via %s]%s"):format(carriers.alternatives(),
    settings.on_windows and "" or " [-TmuxSocket PATH]")

local function complain(message, exit)
    io.stdout:flush()
    io.stderr:write("dispatch windows: ", message, "\n")
    return exit
end

---Columns as wide as what is in them; the last one ends where it ends.
local function print_table(rows)
    local widths = {}
    for _, row in ipairs(rows) do
        for i, cell in ipairs(row) do widths[i] = math.max(widths[i] or 0, utf8.len(cell)) end
    end
    for _, row in ipairs(rows) do
        local cells = {}
        for i, cell in ipairs(row) do
            cells[i] = i == #row and cell or cell .. (" "):rep(widths[i] - utf8.len(cell))
        end
        io.stdout:write((table.concat(cells, "  "):gsub(" +$", "")), "\n")
    end
end

local function state_of(listed)
    local words = {}
    for _, key in ipairs { "self", "dead", "shell", "elevated", "minimised", "elsewhere", "relay" } do
        if listed[key] then words[#words + 1] = key end
    end
    return words[1] and table.concat(words, ",") or "-"
end

---@return {place: string, window: table}[]? all
---@return string? message
local function all_windows(carrier, wanted)
    local all = {}
    for _, place in ipairs(carrier.places or {}) do
        local windows, message = place.desktop:list(wanted and { wanted })
        if not windows then return nil, message end
        for _, listed in ipairs(windows) do all[#all + 1] = { place = place.name, window = listed } end
    end
    return all
end

local function row_of(place, listed)
    local named = characters.reveal(listed.title)
    if listed.alias then named = ("%s  (window %s)"):format(named, characters.reveal(listed.alias)) end
    return { place, ("%d"):format(listed.id), ("%d"):format(listed.pid), listed.app ~= "" and listed.app or "-",
        state_of(listed), named }
end

local function list(all)
    local rows = { { "via", "id", "pid", "app", "state", "title" } }
    for i, each in ipairs(all) do
        rows[i + 1] = row_of(each.place, each.window)
    end
    print_table(rows)
    return 0
end

local function explain(all, wanted)
    local windows, place_of, rows, matching = {}, {}, {}, 0
    for i, each in ipairs(all) do windows[i], place_of[each.window] = each.window, each.place end
    for i, near in ipairs(title.near_misses(windows, wanted)) do
        matching = matching + (near.matches and 1 or 0)
        local word = near.matches and "matches" or "near"
        rows[i] = { word, place_of[near.window], title.describe(near.window), near.reason or "" }
    end
    print_table(rows)
    if matching == 1 then return 0 end
    return complain(matching > 1 and ("%d windows have %s in their titles; only one may"):format(matching, wanted)
        or ("none of %d windows has %s in its title as a whole"):format(#all, wanted), 2)
end

local function run(argv)
    local cfg, message = settings.parse(argv, { positional = 1 })
    message = message or carriers.refuses(cfg)
    if message then return complain(message, 64) end
    local root, carrier
    root, message = layout.find_root(cfg.root)
    if cfg.root and not root then return complain(message, 64) end
    carrier, message = carriers.open { cfg = cfg, root = root, emit = function() return true end }
    if not carrier then return complain(message, 2) end
    local all
    all, message = all_windows(carrier, cfg[1])
    local exit = not all and complain(message, 2) or cfg[1] and explain(all, cfg[1]) or all and list(all)
    carrier:close()
    return exit
end

return { usage = USAGE, summary = "lists the windows; with TITLE, says why each near miss does not match", run = run }
