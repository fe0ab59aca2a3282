-- screens.lua: reads an agent's screen by the table of agents.lua. Knows no agent by name.

local file = require "file"
local characters = require "dispatch.characters"
local layout = require "dispatch.layout"
local values = require "dispatch.values"

local M = {}

---What is not in the table. Nothing is read from its screen.
M.UNKNOWN = { name = "unknown program" }

-- ----------------------------------------------------------------------------------------------------------- the table

local KEYS = {
    name = "string", match = "table", bracketed = "boolean", longest = "number", composer = "table",
    placeholder = "table", busy = "table", working = "table", blocked = "table", modal = "table", asks = "table",
    dialogs = "string",
    paste_keys = "string", focus_keys = "table",
}
local PATTERNS = { composer = true, placeholder = true, busy = true, working = true, blocked = true, modal = true }

---@return string? wrong                          what is wrong with the patterns of an agent
local function wrong_pattern(value)
    if type(value) ~= "table" then
        local fine, why = pcall(string.find, "", tostring(value))
        return not fine and ("'%s': %s"):format(value, why:gsub("^.-:%d+: ", "")) or nil
    end
    for _, each in pairs(value) do
        local wrong = wrong_pattern(each)
        if wrong then return wrong end
    end
end

---@param keys any                                a chord, or a list of { chord = … } and { text = … }
---@return string? wrong
local function wrong_keys(keys)
    if type(keys) == "string" then
        local chord, why = values.chord(keys)
        return not chord and ("'%s' %s"):format(keys, why) or nil
    end
    for _, key in ipairs(type(keys) == "table" and keys or { keys }) do
        local chord = type(key) == "table" and key.chord
        if not (type(chord) == "string" or type(key) == "table" and type(key.text) == "string") then
            return "needs { chord = \"ctrl+p\" } or { text = \"a text\" }"
        end
        local wrong = chord and wrong_keys(chord)
        if wrong then return wrong .. "; a text is { text = \"…\" }" end
    end
end

---Those of windows by their class.
---@return string? wrong
local function wrong_rows(tables)
    for _, which in ipairs { "paste_keys", "focus_keys" } do
        for i, row in ipairs(tables[which] or {}) do
            local wrong = wrong_keys(row.keys)
            if wrong then return ("'%s' %d: %s"):format(which, i, wrong) end
        end
    end
end

---@return string? wrong
local function wrong_agent(agent)
    for key, value in pairs(agent) do
        if not KEYS[key] then return ("'%s' is no key here"):format(tostring(key)) end
        if type(value) ~= KEYS[key] then return ("'%s' must be a %s"):format(key, KEYS[key]) end
        local wrong = PATTERNS[key] and wrong_pattern(value)
        if wrong then return ("'%s' has a pattern that cannot be one: %s"):format(key, wrong) end
    end
    for _, which in ipairs { "paste_keys", "focus_keys" } do
        local wrong = agent[which] and wrong_keys(agent[which])
        if wrong then return ("'%s': %s"):format(which, wrong) end
    end
    local composer = agent.composer
    if composer and not (composer.begins or composer.frame or composer.all) then
        return "'composer' needs 'begins', 'frame' or 'all'"
    end
    local mark = agent.placeholder
    if mark and not (mark[1] and (mark.counts == "lines" or mark.counts == "chars")) then
        return "'placeholder' needs a pattern, and counts = \"lines\" or \"chars\""
    end
end

---@return string? wrong
---@return string? name                           of the agent that it is about
local function wrong_tables(tables)
    local list = type(tables) == "table" and tables.agents
    if type(list) ~= "table" then return "must return a table with a list `agents`" end
    for i, agent in ipairs(list) do
        local named = type(agent) == "table" and type(agent.name) == "string" and agent.name
        local wrong = not (named and type(agent.match) == "table") and "needs a name and a match" or wrong_agent(agent)
        if wrong then return ("agent %d (%s): %s"):format(i, named or "?", wrong), named or nil end
    end
    return wrong_rows(tables)
end

---Runs the file. What is wrong with it, with the line where one can be told.
---@return table? tables, string? wrong
local function run(path, source)
    local chunk, wrong = load(source, "=" .. path:match "[^/]*$", "t", {})   -- Lua would cut a long path
    local fine, tables
    if chunk then fine, tables = pcall(chunk) end
    if chunk and not fine then wrong = tostring(tables) end
    if wrong then return nil, (wrong:gsub("^[^:]*:", "", 1)) end
    local name
    wrong, name = wrong_tables(tables)
    if not wrong then return tables end
    local at = name and source:find(("%q"):format(name), 1, true)
    if not at then return nil, " " .. wrong end
    return nil, ("%d: %s"):format(select(2, source:sub(1, at):gsub("\n", "")) + 1, wrong)
end

---The project's table, else the built-in one.
---@param root? string
---@return table? tables
---@return string? message                        beside a table: the path of the project's own
---@return string? code                           EINVAL: it is none, the message says why; EACCES EIO
function M.load(root)
    local path = root and layout.dispatch_folder(root) .. "/agents.lua"
    local source, message, code = nil, nil, "ENOENT"
    if path then source, message, code = file.read(path) end
    if not source then
        if code ~= "ENOENT" then return nil, message, code end
        return (require "dispatch.agents")             -- require also answers where it found it
    end
    source, message, code = characters.lua(path, source)
    if not source then return nil, message, code end
    local tables, wrong = run(path, source)
    if tables then return tables, path end
    return nil, ("%s:%s; correct that file, or take it away: the built-in table is then used"):format(path, wrong),
        "EINVAL"
end

local function is_app(names, app)
    for _, name in ipairs(names) do
        if name == (app or ""):lower() then return true end
    end
    return false
end

---The keys for a window: the agent's own, else those of its class.
---@param tables table                            as load() answers it
---@param which "paste_keys"|"focus_keys"
---@param agent table                             as recognise() answers it
---@param window window.listed
---@return string|table|nil keys                   nil: none are named
function M.keys(tables, which, agent, window)
    if agent[which] then return agent[which] end
    for _, row in ipairs(tables[which] or {}) do
        if is_app(row.app, window.app) then return row.keys end
    end
end

-- ---------------------------------------------------------------------------------------------------------- one screen

local function lines_of(screen)
    local lines = {}
    for line in (screen .. "\n"):gmatch "(.-)[ \t\r]*\n" do lines[#lines + 1] = line end
    while lines[1] and lines[#lines] == "" do lines[#lines] = nil end
    return lines
end

---The first line that one of the patterns matches; with `from_below` the last.
local function matching(patterns, screen, from_below)
    local lines = patterns and lines_of(screen) or {}
    for i = from_below and #lines or 1, from_below and 1 or #lines, from_below and -1 or 1 do
        for _, pattern in ipairs(patterns) do
            if lines[i]:find(pattern) then return lines[i] end
        end
    end
end

---Which agent is this?
---@param tables table                            as load() answers it
---@param window window.listed
---@param screen? string                          nil: cannot be read
---@param field? boolean                          it is what stands in a field for text, and no screen
---@return table agent                            UNKNOWN when none fits
function M.recognise(tables, window, screen, field)
    for _, agent in ipairs(tables.agents) do
        local by = agent.match
        local fits = by.app ~= nil or by.screen ~= nil or by.field ~= nil
        if by.app and not is_app(by.app, window.app) then fits = false end
        if by.screen and not (screen and not field and matching(by.screen, screen)) then fits = false end
        if by.field and not (screen and field) then fits = false end
        if fits then return agent end
    end
    return M.UNKNOWN
end

---@return integer? first, integer? last        the lines of the composer
local function plain_composer(composer, lines)
    local first, last = nil, #lines
    local bare = composer.begins:gsub(" +$", "") .. "$"    -- an empty composer's prompt has lost its blank
    for i, line in ipairs(lines) do
        if line:find(composer.begins) or line:find(bare) then first = i end
    end
    for i = (first or last) + 1, #lines do
        if composer.ends and lines[i]:find(composer.ends) then
            last = i - 1
            break
        end
    end
    return first, last
end

---The last lines that all have the frame; with `ends`, the next one closes it.
local function framed_composer(composer, lines)
    local last = #lines
    while last > 0 and not lines[last]:find(composer.frame) do last = last - 1 end
    if last == 0 or composer.ends and not (lines[last + 1] or ""):find(composer.ends) then return nil end
    local first = last
    while first > 1 and lines[first - 1]:find(composer.frame) do first = first - 1 end
    return first, last
end

local function find_composer(agent, lines)
    return (agent.composer.frame and framed_composer or plain_composer)(agent.composer, lines)
end

---Takes off what stands under the text: blank lines, and the last lines in a row that match.
local function without_foot(text, below)
    local function drop(matches)
        while text[1] and matches(text[#text]) do text[#text] = nil end
    end
    local function is_blank(line) return line == "" end
    drop(is_blank)
    drop(function(line)
        for _, pattern in ipairs(below or {}) do
            if line:find(pattern) then return true end
        end
        return false
    end)
    drop(is_blank)
end

---What stands in the composer.
---@param agent table                             as recognise() answers it
---@param screen? string                           the window's text; nil: cannot be read
---@return string? text                           "" when it is empty; nil when no composer is to be seen
---@return boolean? scrolled                      there is more above what can be seen
function M.composer(agent, screen)
    if not (agent.composer and screen) then return nil end
    if agent.composer.all then return (screen:gsub("%s+$", "")), false end
    local composer, lines, text = agent.composer, lines_of(screen .. "\n"), {}
    local first, last = find_composer(agent, lines)
    if not first then return nil end
    for i = first, last do
        if composer.frame then
            text[#text + 1] = lines[i]:gsub(composer.frame, "", 1)
        elseif i > first then
            text[#text + 1] = lines[i]
        else
            text[1] = lines[i]:find(composer.begins) and lines[i]:gsub(composer.begins, "", 1) or ""
        end
    end
    without_foot(text, composer.below)
    while text[2] and text[1] == "" do table.remove(text, 1) end
    local scrolled = composer.scrolled and (text[1] or ""):find(composer.scrolled) ~= nil or false
    if scrolled then text[1] = text[1]:gsub(composer.scrolled, "") end
    local inside = table.concat(text, "\n")
    local first_part = inside:match "^(.-)\n\n" or inside                 -- under it may be a foot that we do not know
    for _, hint in ipairs(composer.hints or {}) do
        if first_part:find(hint) then return "", false end
    end
    return inside, scrolled
end

---Lines break where the window ends, tabs become blanks: white space tells nothing.
local function squeezed(text) return (text:gsub("%s+", "")) end

---Does the composer show this text?
---@param agent table                             as recognise() answers it
---@param screen? string                           the window's text; nil: cannot be read
---@param text string
---@return "text"|"end"|"placeholder"|nil how     the text itself, its end in a composer that shows no more, or the
---                                               agent's word for one of its size
function M.shows(agent, screen, text)
    local composer, scrolled = M.composer(agent, screen)
    if not composer or composer == "" then return nil end
    local seen, whole = squeezed(composer), squeezed(text)
    if seen == whole then return "text" end
    if scrolled and seen ~= "" and whole:sub(-#seen) == seen then return "end" end
    local mark = agent.placeholder
    local number = mark and tonumber(composer:match(mark[1]))
    if not number then return nil end
    local _, newlines = text:gsub("\n", "")
    local size = mark.counts == "lines" and newlines + 1 or utf8.len(text)
    return number == size and "placeholder" or nil
end

local ABOVE = 2                                  -- lines over a composer where its own lists have their last line

---What can ask something: the whole screen, or with `dialogs = "instead"` and a composer only what is around that.
local function asking(agent, screen)
    if agent.dialogs ~= "instead" or not agent.composer then return screen end
    local lines = lines_of(screen)
    local first = find_composer(agent, lines)
    return table.concat(lines, "\n", math.max((first or 1) - ABOVE, 1))
end

---Why nothing may be pasted or pressed now: a question on the screen.
---@param agent table                             as recognise() answers it
---@param screen? string                           the window's text; nil: cannot be read
---@return string? why
function M.question(agent, screen)
    if not screen then return nil end
    local part = asking(agent, screen)
    local blocked, modal = matching(agent.blocked, part), matching(agent.modal, part)
    local line = blocked or modal
    if not line then return nil end
    return ("%s %s: '%s'"):format(agent.name, blocked and "asks for an approval" or "shows a dialog",
        (matching(agent.asks, screen, true) or line):gsub("^%s+", ""))
end

---Is it at work?
---@param agent table                             as recognise() answers it
---@param screen? string                           the window's text; nil: cannot be read
---@return string? line                           says so
function M.busy(agent, screen)
    return screen and matching(agent.busy, screen)
end

local DIGEST = 8                                 -- digits of a SHA-256 that a screen must show to prove anything

---How many lines say that the agent works on this very text.
---@param agent table                             as recognise() answers it
---@param screen? string                           the window's text; nil: cannot be read
---@param sha256 string                            of the text
---@return integer
function M.signs(agent, screen, sha256)
    local count = 0
    for _, pattern in ipairs(screen and agent.working or {}) do
        for _, line in ipairs(lines_of(screen)) do
            local from, _, digest = line:find(pattern)
            if from and (not digest or #digest >= DIGEST and sha256:sub(1, #digest) == digest) then
                count = count + 1
            end
        end
    end
    return count
end

return M
