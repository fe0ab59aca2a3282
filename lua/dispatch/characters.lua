-- characters.lua: what Unicode characters look like, where that decides whether two texts are the same to a person.
-- Small tables by hand, since Lua has none: where a path or token ends, characters that nobody sees, and letters of
-- other alphabets that look like Latin ones (Unicode's confusables.txt, the part that titles and prompts meet).

local M = {}

-- -------------------------------------------------------------------------------------------------------- word or not

-- Blocks above ASCII without letters or digits, as pairs from, to. Everything else above ASCII counts as a letter.
local NO_LETTERS = {
    0x80, 0xA9, 0xAB, 0xB4, 0xB6, 0xB9, 0xBB, 0xBF, 0xD7, 0xD7, 0xF7, 0xF7, -- Latin-1's signs, without ª µ º
    0x2000, 0x206F,   -- general punctuation: dashes, quotes, ellipsis, blanks, zero width
    0x20A0, 0x20CF,   -- currency
    0x2190, 0x2BFF,   -- arrows, mathematics, boxes, dingbats
    0x2E00, 0x2E7F, 0x3000, 0x3004, 0x3008, 0x3020, 0x3030, 0x3030,         -- CJK punctuation
    0xFE10, 0xFE1F, 0xFE30, 0xFE6F, 0xFEFF, 0xFEFF,
    0xFF01, 0xFF0F, 0xFF1A, 0xFF20, 0xFF3B, 0xFF3E, 0xFF40, 0xFF40, 0xFF5B, 0xFF65, 0xFFE0, 0xFFFD,
    0x1F000, 0x1FAFF, -- emoji
}

---Is this code point a letter, a digit or `_`?
---@param code integer
---@return boolean
function M.is_word(code)
    if code < 0x80 then return string.char(code):find "[%w_]" ~= nil end
    for i = 1, #NO_LETTERS, 2 do
        if code >= NO_LETTERS[i] and code <= NO_LETTERS[i + 1] then return false end
    end
    return true
end

---The character that begins at byte `at`, and the byte behind it. Broken UTF-8: the byte itself.
---@return integer? code, integer? next
function M.at(text, at)
    if at > #text then return nil end
    local ok, code = pcall(utf8.codepoint, text, at)
    if not ok then return text:byte(at), at + 1 end
    return code, at + #utf8.char(code)
end

---The character that ends before byte `at`.
---@return integer? code
function M.before(text, at)
    at = at - 1
    if at < 1 then return nil end
    local start = at
    while start > 1 and at - start < 3 and text:byte(start) & 0xC0 == 0x80 do start = start - 1 end
    return (M.at(text, start))
end

-- -------------------------------------------------------------------------------------------------------- what is seen

local INVISIBLE = {
    [0xAD] = "soft hyphen", [0x034F] = "combining grapheme joiner", [0x061C] = "Arabic letter mark",
    [0x115F] = "Hangul filler", [0x180E] = "Mongolian vowel separator", [0x200B] = "zero width space",
    [0x200C] = "zero width non-joiner", [0x200D] = "zero width joiner", [0x200E] = "left-to-right mark",
    [0x200F] = "right-to-left mark", [0x2060] = "word joiner", [0x3164] = "Hangul filler",
    [0xFEFF] = "byte order mark", [0xFFA0] = "halfwidth Hangul filler",
}
for code = 0x202A, 0x202E do INVISIBLE[code] = "direction mark" end
for code = 0x2061, 0x206F do INVISIBLE[code] = "invisible operator" end
for code = 0xFE00, 0xFE0F do INVISIBLE[code] = "variation selector" end

local BLANK = { [0xA0] = "no-break space", [0x1680] = "Ogham space", [0x2028] = "line separator",
    [0x2029] = "paragraph separator", [0x202F] = "narrow no-break space", [0x205F] = "mathematical space",
    [0x3000] = "ideographic space" }
for code = 0x2000, 0x200A do BLANK[code] = "space of another width" end

-- Letters that look like ASCII ones: Cyrillic, Greek, and signs that stand where '_' and '-' belong.
local LOOKS_LIKE = {}
for ascii, others in pairs {
    A = "АΑ", B = "ВΒ", C = "СϹ", E = "ЕΕ", F = "Ϝ", G = "Ԍ", H = "НΗ", I = "ІΙӀ", J = "Ј", K = "КΚ", M = "МΜ", N = "Ν",
    O = "ОΟ", P = "РΡ", Q = "Ԛ", S = "Ѕ", T = "ТΤ", V = "Ѵ", W = "Ԝ", X = "ХΧ", Y = "ҮΥ", Z = "Ζ",
    a = "аα", c = "сϲ", d = "ԁ", e = "е", g = "ց", h = "һ", i = "іι", j = "ј", k = "к", l = "ӏ", n = "ո", o = "оο",
    p = "рρ", q = "ԛ", s = "ѕ", u = "υ", v = "ѵν", w = "ԝ", x = "хχ", y = "уγ", _ = "ˍ＿‿﹍﹎﹏", ["-"] = "‐‑‒–—−－﹣",
} do
    for _, code in utf8.codes(others) do LOOKS_LIKE[code] = ascii end
end

---@return string? ascii, string? what          what a person sees, and what it is in truth
local function look(code)
    if INVISIBLE[code] then return "", INVISIBLE[code] end
    if BLANK[code] then return " ", BLANK[code] end
    if code >= 0xFF01 and code <= 0xFF5E then return string.char(code - 0xFF01 + 0x21), "full width" end
    if code >= 0x1D7CE and code <= 0x1D7FF then return tostring((code - 0x1D7CE) % 10), "mathematical digit" end
    if code >= 0x660 and code <= 0x669 then return tostring(code - 0x660), "Arabic digit" end
    if code >= 0x6F0 and code <= 0x6F9 then return tostring(code - 0x6F0), "Persian digit" end
    if LOOKS_LIKE[code] then
        return LOOKS_LIKE[code], code >= 0x400 and code <= 0x52F and "Cyrillic letter"
            or code >= 0x370 and code <= 0x3FF and "Greek letter" or "look-alike"
    end
end

local NOTHING = {}

---The text as it looks: invisible characters gone, blanks as blanks, look-alikes as the ASCII that they look like.
---@param text string                 valid UTF-8 or not
---@return string seen
---@return {at: integer, char: string, what: string}[] changed    at: byte in `seen` where the change shows
function M.seen(text)
    if utf8.len(text) == #text then return text, NOTHING end -- ASCII
    local out, length, changed, at = {}, 0, {}, 1
    while at <= #text do
        local code, behind = M.at(text, at)
        local char = text:sub(at, behind - 1)
        local ascii, what = look(code)
        if ascii and code > 0x7F then
            changed[#changed + 1] = { at = length + 1, char = char, what = ("U+%04X %s"):format(code, what) }
            char = ascii
        end
        out[#out + 1], length, at = char, length + #char, behind
    end
    return table.concat(out), changed
end

---A text of unknown origin, fit for one line of a message: control, invisible and broken characters by their numbers.
---@param text string
---@param max? integer                bytes, default 160
---@return string
function M.reveal(text, max)
    max = max or 160
    local out, at, length = {}, 1, 0
    while at <= #text and length < max do
        local code, behind = M.at(text, at)
        local char = text:sub(at, behind - 1)
        if code < 0x20 or code == 0x7F or (code >= 0x80 and #char == 1) then
            char = ("<%02X>"):format(code)
        elseif INVISIBLE[code] or BLANK[code] or (code >= 0x80 and code < 0xA0) then
            char = ("<U+%04X>"):format(code)
        end
        out[#out + 1], at, length = char, behind, length + #char
    end
    return table.concat(out) .. (at <= #text and "…" or "")
end

---The Lua in a file, as luaL_loadfile() takes it: without a byte order mark, which editors of Windows write, and
---without the words of a first line that begins with #.
---@param path string                             for the message
---@param bytes string
---@return string? source, string? message, string? code    EINVAL: it is UTF-16
function M.lua(path, bytes)
    if bytes:find "^\xFF\xFE" or bytes:find "^\xFE\xFF" then
        return nil, path .. ": is UTF-16; save it as UTF-8", "EINVAL"
    end
    return (bytes:gsub("^\u{FEFF}", "", 1):gsub("^#[^\n]*", "", 1))
end

return M
