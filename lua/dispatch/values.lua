-- values.lua: what the value of a setting may look like. A reader takes the trimmed text of a flag or variable and
-- answers the value, or nil and what is wrong with the text ("is not a whole number").

local characters = require "dispatch.characters"
local command_line = require "dispatch.command_line"

local M = {}

---@return string
function M.trim(text) return (text:match "^%s*(.-)%s*$") end

---How many bytes two texts have in common at their ends.
local function shared(a, b)
    local most, front, back = math.min(#a, #b), 0, 0
    while front < most and a:byte(front + 1) == b:byte(front + 1) do front = front + 1 end
    while back < most - front and a:byte(-back - 1) == b:byte(-back - 1) do back = back + 1 end
    return front, back
end

---How many letters must be changed, added or left out to come from a to b (Levenshtein).
---@param most? integer               it need not be known better than "more than this"
---@return integer
function M.distance(a, b, most)
    local front, back = shared(a, b)
    a, b = a:sub(front + 1, -back - 1), b:sub(front + 1, -back - 1)
    local row = {}
    for j = 0, #b do row[j] = j end
    for i = 1, #a do
        local diagonal, least = row[0], i
        row[0] = i
        for j = 1, #b do
            local above = row[j]
            local change = a:byte(i) == b:byte(j) and 0 or 1
            row[j] = math.min(above + 1, row[j - 1] + 1, diagonal + change)
            diagonal, least = above, math.min(least, row[j])
        end
        if most and least > most then return least end
    end
    return row[#b]
end

---A name without what people write in different ways.
---@return string
function M.folded(name) return (name:gsub("[-_]", ""):lower()) end

---What was probably meant: the name that begins so, else the one with the fewest slips of the pen.
---@param given string
---@param names string[]
---@return string? name               nil: nothing is near
function M.nearest(given, names)
    local word = M.folded(given)
    local best, cost = nil, math.min(math.max(2, #word // 3), #word - 1)
    for _, name in ipairs(names) do
        local candidate = M.folded(name)
        local begins = word ~= "" and candidate:sub(1, #word) == word
        local distance = begins and #candidate / 100 or M.distance(word, candidate)
        if distance < cost or not best and distance == cost then best, cost = name, distance end
    end
    return best
end

---Does it look like a RUN_ID of some form? For suggestions alone.
---@return boolean
function M.like_run_id(word) return word:find "^%d%d%d%d%d%d%d%d_%w" ~= nil end

---Anything at all: somebody else judges it.
function M.given(text)
    if text == "" then return nil, "is empty" end
    return text
end

function M.text(text)
    if text == "" then return nil, "is empty" end
    if text:find "%c" then return nil, "has a control character in it" end
    return text
end

---A folder. A quote in one, on Windows, is a mistake of quoting: "C:\x\" -More; there \" is a quote, and no end.
---@param on_windows boolean
function M.folder(on_windows)
    return function(text)
        if on_windows and text:find('"', 1, true) then
            return nil, [[has a quote in it: \ before the closing " takes it into the path; leave that \ out]]
        end
        return M.text(text)
    end
end

function M.number(least, most)
    return function(text)
        local n = text:find "^[+-]?%d+$" and #text < 18 and math.tointeger(tonumber(text))
        if not n then return nil, "is not a whole number" end
        if n < least or n > most then return nil, "is out of range" end
        return n
    end
end

---@param words string                the values, with blanks between them
function M.one_of(words)
    local known = {}
    for word in words:gmatch "%S+" do known[word] = true end
    return function(text)
        local word = text:lower()
        return known[word] and word or nil
    end
end

---The first of several readers (or literal words) that takes the text; the last one says what is wrong.
function M.either(...)
    local readers = { ... }
    return function(text)
        local value, why
        for _, reader in ipairs(readers) do
            if type(reader) == "string" then reader = M.one_of(reader) end
            value, why = reader(text)
            if value ~= nil then return value end
        end
        return nil, why
    end
end

---A command of the team; `allowed`: the placeholders that it may use.
function M.command(allowed)
    return function(text)
        local ok, message = command_line.check(text, allowed)
        if not ok then return nil, "cannot be a command: " .. message end
        return text
    end
end

function M.program(text)
    local file = require "file"
    local real, message = M.text(text)
    if real then real, message = file.real(text) end
    if not real then return nil, "cannot be used: " .. message end
    if file.stat(real).type == "folder" then return nil, "is a folder" end
    return text
end

local via = M.one_of "auto ahk win32 x11 tmux exec"

function M.via(text)
    local kind, path = text:match "^(%a+):(.*)$"
    if kind and kind:lower() == "fake" then
        if not path:find "%.lua$" then return nil, "names no FILE.lua" end
        return "fake:" .. path
    end
    return via(text)
end

---What -Via may be where we run. via() knows other names too: whoever gives one of them is told what is missing.
---@return string
function M.ways()
    local offered = require "dispatch.carriers".offered()
    return table.concat(offered, ", ", 1, #offered - 1) .. " or " .. offered[#offered]
end

---@param setting setting
---@return string                     what it accepts here, in words
function M.accepts(setting)
    if type(setting.accepts) == "function" then return setting.accepts() end
    return require "dispatch.settings".on_windows and setting.on_windows or setting.accepts
end

local MODIFIERS = { ctrl = "ctrl", control = "ctrl", shift = "shift", alt = "alt", super = "super", win = "super" }

-- The names of keys, as X11 has them (keysymdef.h), and what people write for them; letters, digits and F1 to F24 are
-- their own.
local KEYS = {}
for name in ([[Return KP_Enter Tab Escape Insert Delete BackSpace Home End Left Up Right Down Page_Up Page_Down Menu
    space plus minus comma period slash at exclam question colon semicolon Caps_Lock Num_Lock]]):gmatch "%S+" do
    KEYS[name:lower()] = name
end
for alias, name in pairs { enter = "Return", esc = "Escape", ins = "Insert", del = "Delete", prior = "Page_Up",
    pageup = "Page_Up", pgup = "Page_Up", next = "Page_Down", pagedown = "Page_Down", pgdn = "Page_Down" } do
    KEYS[alias] = name
end

---@return string? key                as X11 names it
local function key_named(name)
    local number = math.tointeger(tonumber(name:match "^[fF](%d%d?)$"))
    if number then return number >= 1 and number <= 24 and "F" .. number or nil end
    return #name == 1 and name or KEYS[name:lower()]
end

---A chord: modifiers and one key, as X11 names keys ("Return", "Insert", "v"). Whether this keyboard has such a key is
---for the desktop to say.
function M.chord(text)
    local parts = {}
    for part in (text:gsub("%+%+$", "+plus") .. "+"):gmatch "([^+]*)%+" do parts[#parts + 1] = part end
    for i, part in ipairs(parts) do
        if part == "" then return nil, "is not a chord: nothing stands beside a '+'" end
        local modifier = part:lower()
        if i < #parts and not MODIFIERS[modifier] then
            return nil, ("is not a chord: '%s' is no modifier (ctrl, shift, alt, super)"):format(part)
        end
        if i == #parts and MODIFIERS[modifier] then return nil, "is not a chord: it has no key" end
        if not part:find "^[%w_]+$" then return nil, ("is not a chord: '%s' is no key"):format(part) end
        parts[i] = MODIFIERS[modifier] or key_named(part)
        if not parts[i] then
            return nil, ("is not a chord: there is no key '%s' (Return, Tab, Escape, F6, v, …)"):format(part)
        end
    end
    return parts[1] and table.concat(parts, "+") or nil, "is empty"
end

---@return {chord?: string, text?: string}[]?
function M.focus_keys(text)
    if text:lower() == "none" then return {} end
    local words, message = command_line.words(text, "[%s,]")
    if not words then return nil, "cannot be read: " .. message end
    local steps = {}
    for i, word in ipairs(words) do
        if word.quoted then
            steps[i] = { text = word.text }
        else
            local chord, why = M.chord(word.text)
            if not chord then return nil, ("has '%s', which %s; a text is quoted"):format(word.text, why) end
            steps[i] = { chord = chord }
        end
    end
    if not steps[1] then return nil, "is empty" end
    return steps
end

---Names with commas or blanks between them.
function M.names(text)
    local list, seen = {}, {}
    for name in text:gmatch "[^%s,]+" do
        if not name:find "^[%w_-]+$" then return nil, ("has '%s', which is no name"):format(characters.reveal(name)) end
        if seen[name] then return nil, ("names '%s' twice"):format(name) end
        list[#list + 1], seen[name] = name, true
    end
    if not list[1] then return nil, "is empty" end
    return list
end

---A value as a person writes it.
---@return string
function M.show(value)
    if type(value) ~= "table" then return characters.reveal(tostring(value)) end
    local out = {}
    for i, item in ipairs(value) do
        out[i] = type(item) == "string" and item or item.chord or ('"%s"'):format(item.text)
    end
    return out[1] and table.concat(out, type(value[1]) == "string" and "," or ", ") or "none"
end

return M
