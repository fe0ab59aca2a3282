-- command_line.lua: a command of the team's own, from one line of text to an argument array.
--
-- Split at blanks; '…' and "…" group, also in the middle of a word; nothing is expanded, and a backslash is a backslash
-- (Windows paths). {worker} {worktree} {run_dir} {run_id} {title} {prompt} are filled in after the split, so that no
-- value can become two arguments. Other braces stand for themselves: "{}", "{ x }", "${HOME:-/}".

local M = {}

---The placeholders, in the order in which messages list them.
M.PLACEHOLDERS = { "worker", "worktree", "run_dir", "run_id", "title", "prompt" }

local known = {}
for _, name in ipairs(M.PLACEHOLDERS) do known[name] = true end

local BLANK = "[ \t\r\n]"

---Splits, and says of each word whether quotes stood in it (a quoted word is never taken for a keyword).
---@param text string
---@param blank? string               pattern class of what separates words
---@return {text: string, quoted: boolean}[]? words
---@return string? message, string? code     EINVAL: a quote without its partner, with its column
function M.words(text, blank)
    blank = blank or BLANK
    local words, word, quoted, at = {}, {}, false, 1
    local function finish()
        if word[1] then words[#words + 1] = { text = table.concat(word), quoted = quoted } end
        word, quoted = {}, false
    end
    while at <= #text do
        local char = text:sub(at, at)
        if char == "'" or char == '"' then
            local close = text:find(char, at + 1, true)
            if not close then
                return nil, ("column %d: the quote %s has no partner"):format(utf8.len(text, 1, at, true) or at, char),
                    "EINVAL"
            end
            word[#word + 1], quoted, at = text:sub(at + 1, close - 1), true, close + 1
        elseif char:find(blank) then
            finish()
            at = at + 1
        else
            word[#word + 1], at = char, at + 1
        end
    end
    finish()
    return words
end

local function braces(names)
    local out = {}
    for i, name in ipairs(names) do out[i] = "{" .. name .. "}" end
    return table.concat(out, " ")
end

local function check_placeholders(words, allowed)
    local may = {}
    for _, name in ipairs(allowed or M.PLACEHOLDERS) do may[name] = true end
    for _, word in ipairs(words) do
        for name in word.text:gmatch "{([%a_][%w_]*)}" do
            if not may[name] then
                return nil, ("{%s} %s; it knows %s"):format(name,
                    known[name] and "belongs to one worker and this command is run once for all"
                        or "is no placeholder", braces(allowed or M.PLACEHOLDERS)), "EINVAL"
            end
        end
    end
    return true
end

---Is this a command? For settings, long before it is run.
---@param text string
---@param allowed? string[]           the placeholders that it may use; default: all
---@return true? ok, string? message, string? code     EINVAL
function M.check(text, allowed)
    local words, message, code = M.words(text)
    if not words then return nil, message, code end
    if not words[1] or words[1].text == "" then return nil, "names no program", "EINVAL" end
    return check_placeholders(words, allowed)
end

---Splits and fills.
---@param text string
---@param values table<string, string>  of the placeholders that this command may use
---@return string[]? argv
---@return string? message, string? code     EINVAL
function M.fill(text, values)
    local allowed = {}
    for _, name in ipairs(M.PLACEHOLDERS) do
        if values[name] then allowed[#allowed + 1] = name end
    end
    for name in pairs(values) do
        if not known[name] then error(("command_line.fill: '%s' is no placeholder"):format(name), 2) end
    end
    local ok, message, code = M.check(text, allowed)
    if not ok then return nil, message, code end
    local argv = {}
    for i, word in ipairs(M.words(text)) do
        argv[i] = word.text:gsub("{([%a_][%w_]*)}", values)
    end
    return argv
end

---One line that a person can read back: words with blanks or quotes in them are quoted.
---@param argv string[]
---@return string
function M.show(argv)
    local out = {}
    for i, word in ipairs(argv) do
        if word == "" or word:find "[%s'\"]" then
            word = word:find("'", 1, true) and '"' .. word .. '"' or "'" .. word .. "'"
        end
        out[i] = word
    end
    return table.concat(out, " ")
end

return M
