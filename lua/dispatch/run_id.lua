-- run_id.lua: forms of a RUN_ID. A flow names the one it uses (`run_id = contract.DATE_AND_NUMBER`); a team may write
-- another: a table with
--     name                            as a person reads it: "YYYYMMDD_N"
--     check(text)                     true, or nil and what is wrong with it ("has no month 13")
--     next(existing, when [, random])  a new one: not among the existing RUN_IDs; when: os.date "*t"
-- Whatever the form, a RUN_ID becomes part of paths and titles: check() here refuses what could leave its folder.

local M = {}

---@class run_id_form
---@field name string
---@field check fun(text: string): true?, string?
---@field next fun(existing: string[], when: osdate, random?: fun(m: integer, n: integer): integer): string?, string?

local DAYS = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 }

local function days_in(year, month)
    local leap = year % 4 == 0 and (year % 100 ~= 0 or year % 400 == 0)
    return month == 2 and leap and 29 or DAYS[month]
end

---@param digits string               YYYYMMDD
---@return true? ok, string? why
local function check_date(digits)
    local year, month, day = digits:match "^(%d%d%d%d)(%d%d)(%d%d)$"
    year, month, day = tonumber(year), tonumber(month), tonumber(day)
    if year == 0 then return nil, "its year is 0000; years go from 0001 to 9999" end
    if month < 1 or month > 12 then return nil, ("there is no month %02d"):format(month) end
    if day < 1 or day > days_in(year, month) then
        return nil, ("there is no day %02d in %04d-%02d"):format(day, year, month)
    end
    return true
end

---What is wrong with a text that has not even the shape.
local function shape(text)
    if text:find "%s" then return "it has a blank in it" end
    if text:find "[\x80-\xff]" then return "it has a letter or digit that is not ASCII" end
    if text:find "^%d+%-" then return "it has '-' where '_' belongs" end
    return nil
end

---@type run_id_form
M.DATE_AND_NUMBER = {
    name = "YYYYMMDD_N",
    check = function(text)
        local date, number = text:match "^(%d%d%d%d%d%d%d%d)_(%d+)$"
        if not date then return nil, shape(text) or "eight digits, '_' and a number are wanted, and nothing else" end
        local ok, why = check_date(date)
        if not ok then return nil, why end
        if number == "0" then return nil, "its number is 0; numbers begin at 1" end
        if number:find "^0" then return nil, "its number has a leading zero" end
        if #number > 9 then return nil, "its number has more than 9 digits" end
        return true
    end,
    next = function(existing, when)
        local date = ("%04d%02d%02d"):format(when.year, when.month, when.day)
        local highest = 0
        for _, id in ipairs(existing) do
            if M.DATE_AND_NUMBER.check(id) and id:sub(1, 8) == date then
                highest = math.max(highest, math.tointeger(id:sub(10)))
            end
        end
        if highest == 999999999 then return nil, date .. "_999999999 is taken: no number is left today" end
        return ("%s_%d"):format(date, highest + 1)
    end,
}

local ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyz"     -- one case: folders of Windows know no other

---@type run_id_form
M.DATE_TIME_RANDOM = {
    name = "YYYYMMDD_HHMMSS_RAND4",
    check = function(text)
        local date, time = text:match "^(%d%d%d%d%d%d%d%d)_(%d%d%d%d%d%d)_%w%w%w%w$"
        if not date then
            return nil, shape(text) or "a date, a time of six digits and four letters or digits are wanted, "
                .. "with '_' between them"
        end
        local ok, why = check_date(date)
        if not ok then return nil, why end
        if time:sub(1, 2) > "23" or time:sub(3, 4) > "59" or time:sub(5, 6) > "59" then
            return nil, ("there is no time %s:%s:%s"):format(time:match "(..)(..)(..)")
        end
        return true
    end,
    next = function(existing, when, random)
        random = random or math.random
        local taken = {}
        for _, id in ipairs(existing) do taken[id:lower()] = true end
        local start = ("%04d%02d%02d_%02d%02d%02d_"):format(when.year, when.month, when.day, when.hour, when.min,
            when.sec)
        for _ = 1, 1000 do
            local id = start .. ("...."):gsub(".", function()
                local at = random(1, #ALPHABET)
                return ALPHABET:sub(at, at)
            end)
            if not taken[id] then return id end
        end
        return nil, "no RUN_ID is free in this second"
    end,
}

---Is this a RUN_ID of the form?
---@param form run_id_form
---@param text string
---@return true? ok
---@return string? message, string? code     EINVAL
function M.check(form, text)
    local ok, why = form.check(text)
    if ok and not text:find "^%w[%w_-]*$" then
        ok, why = nil, "it becomes part of paths: only letters, digits, '_' and '-' are allowed"
    end
    if ok then return true end
    local shown = require "dispatch.characters".reveal(text)
    return nil, ("RUN_ID '%s' is no %s: %s"):format(shown, form.name, why or "the flow's own check says so"), "EINVAL"
end

return M
