-- dispatch doctor on Windows: the hands that a run would take.
local expect = require "expect"
local test = expect.test

local function doctor(...)
    return expect.dispatch { "doctor", "-Root", expect.folder(), "-Factory", expect.idle(), ... }
end

test("the AutoHotkey that a run would take is found with its version", function()
    local exe = os.getenv "DISPATCH_AHK" .. "/AutoHotkeyV2.exe"
    expect.matches(doctor("-AhkExe", exe).out, "found%s+AutoHotkey%s+2%.0%.18, ")
    expect.contains(doctor("-AhkExe", exe .. "x").err, "AutoHotkeyV2.exex")
    expect.matches(doctor("-AhkExe", os.getenv "DISPATCH_AHK" .. "/AutoHotkey.exe").out,
        "MISSING%s+AutoHotkey%s.*1%.1%.37%.02, and version 2 is needed")
end)

test("where the keys are our own, none is looked for", function()
    expect.matches(doctor("-Via", "win32").out, "note%s+AutoHotkey%s+not needed: prompts travel by %-Via win32")
end)
