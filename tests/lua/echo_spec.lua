-- What a field that cannot be read tells of itself: what it may be taken for, and what not. Real fields:
-- tests/win32/send_spec.lua.
local echo = require "dispatch.echo"
local expect = require "expect"
local test = expect.test

---A send into a field that tells these in turn: a text, or false: nothing.
local function send(text, ...)
    local told, at = { ... }, 0
    local desktop = {}
    function desktop.told_text()
        at = math.min(at + 1, #told)
        if told[at] then return told[at] end
        return nil, "it tells nothing", "EUNSUPPORTED"
    end
    return { desktop = desktop, job = {}, text = text, seen = {} }
end

test("exactly the text is shown; of several lines it may prove more", function()
    for text, proves in pairs { ["one\ntwo"] = true, one = false } do
        local s = send(text, text)
        expect.equal({ echo.shows(s) }, { true, false })
        expect.equal({ s.seen.shown, s.echo }, { true, proves })
    end
end)

test("cut, decorated, empty or nothing at all is not shown, and speaks against nothing", function()
    for _, told in ipairs { "one\ntw", "Message: one\ntwo", "one\ntwo\n", "", false } do
        local s = send("one\ntwo", told)
        expect.equal({ echo.shows(s) }, { false, not told })
        expect.equal({ s.seen, s.echo }, { {}, nil })
    end
end)

test("empty counts when it is so in three looks in a row", function()
    local empty = echo.emptied(send("x", "", "", "x", "", false, "", "", ""))
    local looks = {}
    for i = 1, 8 do looks[i] = empty() end
    expect.equal(looks, { false, false, false, false, false, false, false, true })
end)
