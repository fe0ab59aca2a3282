-- prompt.lua: what one prompt must look like, and what of it is sent. Pure: bytes in, facts out.

local characters = require "dispatch.characters"
local digest = require "digest"

local M = {}

M.MAX_BYTES = 8 * 1024 * 1024
local HEADER_LINES = 40
local CONTROLS_LISTED = 3                          -- of each file; a binary file would fill the screen

local BOM = "\xEF\xBB\xBF"

---@class prompt_rules
---@field run_id string
---@field worker string
---@field marker_text string                       tools/codex/runs/<RUN_ID>/<WORKER>/DONE.marker
---@field token string                             DONE <RUN_ID> <WORKER>

---@class problem
---@field line? integer
---@field column? integer                          in characters, from 1
---@field message string                           the rule and the remedy

-- ------------------------------------------------------------------------------------------------------- what is sent

---The text that a worker gets: no BOM, CRLF as LF, no white space at the end.
---@param bytes string
---@return {text: string, bytes: integer, sha256: string}
function M.sent(bytes)
    if bytes:sub(1, 3) == BOM then bytes = bytes:sub(4) end
    local text = bytes:gsub("\r\n", "\n"):match "^(.*%S)" or ""
    return { text = text, bytes = #text, sha256 = digest.sha256(text) }
end

-- ------------------------------------------------------------------------------------------------------------- places

---Where in the text a byte is, as an editor counts.
local function place(text, byte)
    local line, start, from = 1, 1, 1
    while true do
        local at = text:find("\n", from, true)
        if not at or at >= byte then break end
        line, start, from = line + 1, at + 1, at + 1
    end
    if start == 1 and text:sub(1, 3) == BOM then start = 4 end
    local column = byte > start and utf8.len(text, start, byte - 1, true) or byte - start
    return line, column + 1
end

local function problem(text, byte, message, ...)
    local line, column = place(text, byte)
    return { line = line, column = column, message = message:format(...) }
end

-- -------------------------------------------------------------------------------------------------- encoding, controls

local UTF16 = "is UTF-16; save it as UTF-8 (in PowerShell: Set-Content -Encoding utf8)"

local function encoding(text, add)
    local start = text:sub(1, 4)
    if start == "\xFF\xFE\0\0" or start == "\0\0\xFE\xFF" then
        add { message = "is UTF-32; save it as UTF-8" }
        return false
    end
    if start:find "^\xFF\xFE" or start:find "^\xFE\xFF" then
        add { message = UTF16 }
        return false
    end
    if start:find "^%g\0%g\0" or start:find "^\0%g\0%g" then
        add { message = UTF16 }
        return false
    end
    local length, at = utf8.len(text)
    if not length then
        add(problem(text, at, "byte %02X is not valid UTF-8; save the file as UTF-8", text:byte(at)))
    end
    return true
end

local function control_name(char)
    if char == "\27" then return "ESC (an escape sequence could end the paste early)" end
    if char == "\r" then return "a carriage return without a line feed" end
    return ("control character U+%04X"):format(utf8.codepoint(char))
end

local function controls(text, add)
    local found = 0
    local function hit(at, char)
        found = found + 1
        if found <= CONTROLS_LISTED then
            add(problem(text, at, "%s; only tab and newline are allowed: remove it", control_name(char)))
        end
    end
    for at, char in text:gmatch "()([\0-\8\11-\31\127])" do
        if char ~= "\r" or text:sub(at + 1, at + 1) ~= "\n" then hit(at, char) end
    end
    for at, char in text:gmatch "()(\xC2[\x80-\x9F])" do
        hit(at, char)
    end
    if found > CONTROLS_LISTED then
        add { message = ("%d more control characters"):format(found - CONTROLS_LISTED) }
    end
end

-- ------------------------------------------------------------------------------------------------------------- headers

---A line that was meant to be the header: other case, decoration, another sign than the colon.
local function meant(line, key)
    local plain = line:upper():gsub("[^%u%d:=]", "")
    return plain:find("^" .. key:gsub("_", "") .. "[:=]") ~= nil
end

local function missing_header(text, from, key, want, add)
    local at = text:find("\n[ \t]*" .. key .. "[ \t]*:", from - 1)
    if at then
        local late = problem(text, at + 1, "the header '%s: %s' is too late: it must stand within the first %d lines",
            key, want, HEADER_LINES)
        return add(late)
    end
    add { message = ("no line '%s: %s' within the first %d lines; add it at the top"):format(key, want, HEADER_LINES) }
end

local function header(text, key, want, add)
    local at, found, near = text:sub(1, 3) == BOM and 4 or 1, false, nil
    for _ = 1, HEADER_LINES do
        local stop = text:find("\n", at, true) or #text + 1
        local content = text:sub(at, stop - 1):match "^(.*%S)" or ""
        local _, colon = content:find("^[ \t]*" .. key .. "[ \t]*:[ \t]*")
        if colon then
            found = true
            if content:sub(colon + 1) ~= want then
                add(problem(text, at + colon, "%s is '%s' and must be '%s'", key,
                    characters.reveal(content:sub(colon + 1)), want))
            end
        elseif not near and meant(content, key) then
            near = problem(text, at, "'%s' is no header: the line must be '%s: %s' and nothing else",
                characters.reveal(content), key, want)
        end
        at = stop + 1
    end
    if found then return end
    if near then return add(near) end
    missing_header(text, at, key, want, add)
end

-- ----------------------------------------------------------------------------------------------------- path and token

local function joins(code)
    return code ~= nil and (code == 0x2D or characters.is_word(code))
end

---Does what ends before byte `at` end as a whole? No letter, digit, `_` or `-` follows, nor a `.` followed by one.
local function ends(text, at)
    local code, behind = characters.at(text, at)
    if code == 0x2E then code = characters.at(text, behind) end
    return not joins(code)
end

---Is there a hit of the pattern that stands there as a whole?
---@param dot? boolean                a `.` before it belongs to it (.tools/ is another folder)
local function whole(text, pattern, dot)
    local from = 1
    while true do
        local first, last = text:find(pattern, from)
        if not first then return false end
        local before = characters.before(text, first)
        if not joins(before) and not (dot and before == 0x2E) and ends(text, last + 1) then return true end
        from = first + 1
    end
end

local function escaped(text) return (text:gsub("%W", "%%%0")) end

local function marker_path(text, rules, add)
    local pattern = escaped(rules.marker_text):gsub("%%/", "[/\\]+")
    if whole(text, pattern, true) then return end
    local rule = ("the prompt must say where the marker goes: %s"):format(rules.marker_text)
    local name = "[Dd][Oo][Nn][Ee]%.[Mm][Aa][Rr][Kk][Ee][Rr]"
    local at = text:find("[/\\]" .. name) or text:find(name)
    if not at then return add { message = rule } end
    local last = select(2, text:find("^[/\\]?[%w_.-]*", at))
    while at > 1 and last - at < 160 and text:find("^[%w_./\\:<>{}-]", at - 1) do at = at - 1 end
    add(problem(text, at, "'%s' is not it; %s", characters.reveal(text:sub(at, last)), rule))
end

local function token(text, rules, add)
    if whole(text, escaped(rules.token)) then return end
    local rule = ("the prompt must say what the marker holds: %s"):format(rules.token)
    local first, last = text:find "%f[%w_]DONE[ \t]+[%w_<{][%w_<>{}.-]*[ \t]+[%w_<{][%w_<>{}.-]*"
    if not first then return add { message = rule } end
    add(problem(text, first, "'%s' is not it; %s", characters.reveal(text:sub(first, last)), rule))
end

-- ------------------------------------------------------------------------------------------------------------ warnings

local function warnings(text)
    local list = {}
    local first, last = text:match "^%s*(%S+)", text:match "^.*%s(%S+)$" or text
    if not first then return list end
    if first:sub(1, 1) == "!" then
        list[#list + 1] = "begins with '!': some agents run the rest of the line as a shell command"
    end
    if first:sub(1, 1) == "/" then
        list[#list + 1] = ("begins with '%s': some agents take it for a command of their own")
            :format(characters.reveal(first, 40))
    end
    if last:sub(1, 1) == "@" then
        list[#list + 1] = ("ends with '%s': some agents open a list of files there, which eats Enter")
            :format(characters.reveal(last, 40))
    end
    return list
end

---Everything that is wrong with a prompt, in the order of the rules.
---@param bytes string
---@param rules prompt_rules
---@return problem[] problems
---@return string[] warnings
---@return {text: string, bytes: integer, sha256: string} sent
function M.check(bytes, rules)
    local problems = {}
    local function add(found) problems[#problems + 1] = found end
    local sent = M.sent(bytes)
    if #bytes > M.MAX_BYTES then
        add { message = ("has %d bytes; a prompt has at most %d (8 MiB)"):format(#bytes, M.MAX_BYTES) }
    elseif sent.text == "" then
        add { message = "is blank; write the prompt into it" }
    elseif encoding(bytes, add) then
        controls(bytes, add)
        header(bytes, "RUN_ID", rules.run_id, add)
        header(bytes, "CODEX_ID", rules.worker, add)
        marker_path(bytes, rules, add)
        token(bytes, rules, add)
    end
    return problems, warnings(sent.text), sent
end

return M
