-- width.lua: how many columns a text takes on a terminal, and cutting it to so many. Pure.

local M = {}

-- First and last code points that take two columns: East_Asian_Width W and F (Unicode 15.0, EastAsianWidth.txt), with
-- the gaps between neighbours of one block closed. Terminals agree with it to within a few rare signs.
local WIDE = {
    { 0x1100, 0x115F }, { 0x231A, 0x231B }, { 0x2329, 0x232A }, { 0x23E9, 0x23EC }, { 0x23F0, 0x23F0 },
    { 0x23F3, 0x23F3 }, { 0x25FD, 0x25FE }, { 0x2614, 0x2615 }, { 0x2648, 0x2653 }, { 0x267F, 0x267F },
    { 0x2693, 0x2693 }, { 0x26A1, 0x26A1 }, { 0x26AA, 0x26AB }, { 0x26BD, 0x26BE }, { 0x26C4, 0x26C5 },
    { 0x26CE, 0x26CE }, { 0x26D4, 0x26D4 }, { 0x26EA, 0x26EA }, { 0x26F2, 0x26F3 }, { 0x26F5, 0x26F5 },
    { 0x26FA, 0x26FA }, { 0x26FD, 0x26FD }, { 0x2705, 0x2705 }, { 0x270A, 0x270B }, { 0x2728, 0x2728 },
    { 0x274C, 0x274C }, { 0x274E, 0x274E }, { 0x2753, 0x2755 }, { 0x2757, 0x2757 }, { 0x2795, 0x2797 },
    { 0x27B0, 0x27B0 }, { 0x27BF, 0x27BF }, { 0x2B1B, 0x2B1C }, { 0x2B50, 0x2B50 }, { 0x2B55, 0x2B55 },
    { 0x2E80, 0x303E }, { 0x3041, 0x33FF }, { 0x3400, 0x4DBF }, { 0x4E00, 0xA4CF }, { 0xA960, 0xA97F },
    { 0xAC00, 0xD7A3 }, { 0xF900, 0xFAFF }, { 0xFE10, 0xFE19 }, { 0xFE30, 0xFE6F }, { 0xFF01, 0xFF60 },
    { 0xFFE0, 0xFFE6 }, { 0x16FE0, 0x18CFF }, { 0x1AFF0, 0x1B2FF }, { 0x1F004, 0x1F004 }, { 0x1F0CF, 0x1F0CF },
    { 0x1F18E, 0x1F18E }, { 0x1F191, 0x1F19A }, { 0x1F200, 0x1F320 }, { 0x1F32D, 0x1F335 }, { 0x1F337, 0x1F37C },
    { 0x1F37E, 0x1F393 }, { 0x1F3A0, 0x1F3CA }, { 0x1F3CF, 0x1F3D3 }, { 0x1F3E0, 0x1F3F0 }, { 0x1F3F4, 0x1F3F4 },
    { 0x1F3F8, 0x1F43E }, { 0x1F440, 0x1F440 }, { 0x1F442, 0x1F4FC }, { 0x1F4FF, 0x1F53D }, { 0x1F54B, 0x1F567 },
    { 0x1F57A, 0x1F57A }, { 0x1F595, 0x1F596 }, { 0x1F5A4, 0x1F5A4 }, { 0x1F5FB, 0x1F64F }, { 0x1F680, 0x1F6C5 },
    { 0x1F6CC, 0x1F6CC }, { 0x1F6D0, 0x1F6D7 }, { 0x1F6DC, 0x1F6DF }, { 0x1F6EB, 0x1F6EC }, { 0x1F6F4, 0x1F6FC },
    { 0x1F7E0, 0x1F7F0 }, { 0x1F90C, 0x1F9FF }, { 0x1FA70, 0x1FAFF }, { 0x20000, 0x3FFFD },
}

-- Code points that take none: combining marks, joiners, variation selectors (General_Category Mn, Me, Cf; the common
-- blocks).
local NONE = {
    { 0x0300, 0x036F }, { 0x0483, 0x0489 }, { 0x0591, 0x05BD }, { 0x0610, 0x061A }, { 0x064B, 0x065F },
    { 0x0E31, 0x0E31 }, { 0x0E34, 0x0E3A }, { 0x0E47, 0x0E4E }, { 0x1AB0, 0x1AFF }, { 0x1DC0, 0x1DFF },
    { 0x200B, 0x200F }, { 0x202A, 0x202E }, { 0x2060, 0x2064 }, { 0x20D0, 0x20FF }, { 0x302A, 0x302D },
    { 0x3099, 0x309A }, { 0xFE00, 0xFE0F }, { 0xFE20, 0xFE2F }, { 0xFEFF, 0xFEFF }, { 0xE0100, 0xE01EF },
}

local function within(ranges, code)
    local low, high = 1, #ranges
    while low <= high do
        local middle = (low + high) // 2
        if code < ranges[middle][1] then
            high = middle - 1
        elseif code > ranges[middle][2] then
            low = middle + 1
        else
            return true
        end
    end
    return false
end

---@param code integer                a code point
---@return 0|1|2 columns
function M.of_code(code)
    if code < 0x300 then return code >= 0x20 and code ~= 0x7F and 1 or 0 end
    if within(NONE, code) then return 0 end
    return within(WIDE, code) and 2 or 1
end

---@param text string                 UTF-8
---@return integer columns
function M.of(text)
    local columns = 0
    for _, code in utf8.codes(text, true) do columns = columns + M.of_code(code) end
    return columns
end

---At most so many columns of a text; what was cut is shown by an ellipsis.
---@param text string                 UTF-8 without control characters
---@param columns integer
---@return string
function M.cut(text, columns)
    if M.of(text) <= columns then return text end
    local taken = 0
    for at, code in utf8.codes(text, true) do
        taken = taken + M.of_code(code)
        if taken > columns - 1 then return columns > 0 and text:sub(1, at - 1) .. "…" or "" end
    end
    return text
end

---Exactly so many columns: cut, or blanks added behind.
---@param text string
---@param columns integer
---@return string
function M.fit(text, columns)
    text = M.cut(text, columns)
    return text .. (" "):rep(columns - M.of(text))
end

return M
