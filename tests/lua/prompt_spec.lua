local expect = require "expect"
local pages = require "pages"
local prompt = require "dispatch.prompt"
local test = expect.test

local RULES = { run_id = "20261122_1", worker = "A_core", token = "DONE 20261122_1 A_core",
    marker_text = "tools/codex/runs/20261122_1/A_core/DONE.marker" }
local HEAD = "RUN_ID: 20261122_1\nCODEX_ID: A_core\n"
local TAIL = "Write " .. RULES.marker_text .. " with the line `DONE 20261122_1 A_core`.\n"
local GOOD = HEAD .. "\nDo it.\n" .. TAIL

---Every problem on a line: "line:column: message".
local function problems(bytes)
    local out = {}
    for i, found in ipairs(prompt.check(bytes, RULES)) do
        out[i] = ("%s:%s: %s"):format(found.line or "", found.column or "", found.message)
    end
    return table.concat(out, "\n")
end

local function good(bytes, what) expect.equal(problems(bytes), "", what) end
local function bad(bytes, ...)
    local text = problems(bytes)
    for _, part in ipairs { ... } do expect.contains(text, part) end
    return text
end

test("a prompt with its headers, path and token is good", function() good(GOOD) end)

test("the prompt that the manual shows is good", function()
    good(pages.code("docs/manual.md", "text", "A_core_20261122_1.txt")[1])
end)

test("a BOM and CRLF are tolerated", function()
    good("\xEF\xBB\xBF" .. GOOD:gsub("\n", "\r\n"))
end)

test("blanks around key and value are allowed, decoration is not", function()
    good(" \tRUN_ID \t:  20261122_1\t \n  CODEX_ID:A_core\n" .. TAIL)
    bad("# RUN_ID: 20261122_1\nCODEX_ID: A_core\n" .. TAIL, "1:1: '# RUN_ID: 20261122_1' is no header")
    bad("**RUN_ID:** 20261122_1\nCODEX_ID: A_core\n" .. TAIL, "is no header: the line must be 'RUN_ID: 20261122_1'")
    bad("run_id: 20261122_1\nCODEX_ID: A_core\n" .. TAIL, "1:1: 'run_id: 20261122_1' is no header")
    bad("RUN_ID = 20261122_1\nCodex Id: A_core\n" .. TAIL, "1:1: 'RUN_ID = ", "2:1: 'Codex Id: ")
end)

test("a header with another value is told with its line and column", function()
    bad("\n RUN_ID:  20261122_10\nCODEX_ID: B_tooling\n" .. TAIL,
        "2:11: RUN_ID is '20261122_10' and must be '20261122_1'",
        "3:11: CODEX_ID is 'B_tooling' and must be 'A_core'")
    bad("RUN_ID: 20261122_1 (today)\nCODEX_ID: A_core\n" .. TAIL, "1:9: RUN_ID is '20261122_1 (today)'")
    bad("RUN_ID:\nCODEX_ID: A_core\n" .. TAIL, "1:8: RUN_ID is ''")
    bad("RUN_ID: 20261122_1\u{200B}\nCODEX_ID: A_core\n" .. TAIL, "'20261122_1<U+200B>'")
end)

test("every header within the first 40 lines must agree", function()
    bad(HEAD .. ("\n"):rep(37) .. "RUN_ID: 20261122_2\n" .. TAIL, "40:9: RUN_ID is '20261122_2'")
    good(HEAD .. ("\n"):rep(38) .. "RUN_ID: 20261122_2\n" .. TAIL)
    bad(HEAD .. "CODEX_ID: B\nCODEX_ID: C\n" .. TAIL, "3:11: CODEX_ID is 'B'", "4:11: CODEX_ID is 'C'")
end)

test("a header must stand within the first 40 lines", function()
    good(("\n"):rep(38) .. HEAD .. TAIL)
    bad(("\n"):rep(39) .. HEAD .. TAIL, "41:1: the header 'CODEX_ID: A_core' is too late")
    bad(TAIL, "no line 'RUN_ID: 20261122_1' within the first 40 lines", "no line 'CODEX_ID: A_core'")
end)

test("the marker's path may have either slash, and any folder before tools/", function()
    for _, path in ipairs { "tools\\codex\\runs\\20261122_1\\A_core\\DONE.marker",
        "C:\\a b\\tools\\codex/runs/20261122_1\\A_core\\DONE.marker",
        "/r/tools/codex/runs/20261122_1/A_core/DONE.marker",
        "./tools/codex/runs/20261122_1/A_core/DONE.marker", "(tools/codex/runs/20261122_1/A_core/DONE.marker)" } do
        good(HEAD .. "Make " .. path .. " with DONE 20261122_1 A_core", path)
    end
end)

test("path and token end as wholes", function()
    for _, behind in ipairs { "", ".", ". ", ".\n", ",", ")", "`", "'", ":", "…", "。", "，", "”", "→", "..", ". x" } do
        good(HEAD .. RULES.token .. behind .. "\n" .. RULES.marker_text .. behind, behind)
    end
    for _, behind in ipairs { ".bak", "s", "_2", "-old", "7", ".2", "é", "名", "._", ".-" } do
        bad(HEAD .. RULES.token .. "\n" .. RULES.marker_text .. behind, "is not it; the prompt must say where")
        bad(HEAD .. RULES.marker_text .. "\n" .. RULES.token .. behind, "the prompt must say what the marker holds")
    end
    bad(HEAD .. RULES.marker_text .. "\nDONE 20261122_1 A_core_v2", "4:1: 'DONE 20261122_1 A_core_v2' is not it")
end)

test("path and token begin as wholes", function()
    for _, before in ipairs { "x", "_", "-", "é", "." } do
        bad(HEAD .. RULES.token .. "\n" .. before .. RULES.marker_text, "the prompt must say where the marker goes")
    end
    bad(HEAD .. RULES.marker_text .. "\nUN" .. RULES.token, "the prompt must say what the marker holds")
    good(HEAD .. "“" .. RULES.marker_text .. "” “" .. RULES.token .. "”")
end)

test("another run's or worker's path is shown where it stands", function()
    bad(HEAD .. RULES.token .. "\ninto x/tools/codex/runs/20261121_1/A_core/DONE.marker please",
        "4:6: 'x/tools/codex/runs/20261121_1/A_core/DONE.marker' is not it; the prompt must say where the marker goes: "
        .. RULES.marker_text)
    bad(HEAD .. RULES.token .. "\nwrite DONE.marker\n", "4:7: 'DONE.marker' is not it")
    bad(HEAD .. RULES.marker_text .. "\nDONE <RUN_ID> <WORKER>", "4:1: 'DONE <RUN_ID> <WORKER>' is not it")
end)

test("other workers' markers may be named as well", function()
    good(GOOD .. "Wait for tools/codex/runs/20261122_1/B_tooling/DONE.marker: DONE 20261122_1 B_tooling")
end)

test("one right place is enough, before or behind wrong ones", function()
    good(HEAD .. RULES.marker_text .. ".bak " .. RULES.marker_text .. "\nDONE 20261122_1 A_core_v2\n" .. RULES.token)
end)

test("a blank prompt is refused", function()
    for _, text in ipairs { "", " \n\t\r\n", "\xEF\xBB\xBF\n" } do bad(text, "is blank") end
end)

test("UTF-16 and UTF-32 are named", function()
    bad("\xFF\xFER\0U\0", "is UTF-16; save it as UTF-8")
    bad("\xFE\xFF\0R\0U", "is UTF-16")
    bad("R\0U\0N\0_\0", "is UTF-16")
    bad("\xFF\xFE\0\0R\0\0\0", "is UTF-32")
end)

test("broken UTF-8 is refused with its place", function()
    bad(HEAD .. "é\xFF" .. TAIL, "3:2: byte FF is not valid UTF-8")
    bad(HEAD .. "\xC0\x80" .. TAIL, "3:1: byte C0")
    bad(HEAD .. "\xED\xA0\x80" .. TAIL, "3:1: byte ED")
    bad(HEAD .. "\xF4\x90\x80\x80" .. TAIL, "3:1: byte F4")
    bad(GOOD .. "\xE2\x82", "is not valid UTF-8")
end)

test("control characters are refused with their place, tab and newline are not", function()
    good(GOOD .. "\ta\tb\n\n")
    bad(HEAD .. "é\27[201~" .. TAIL, "3:2: ESC", "remove it")
    bad(HEAD .. "a\rb\n" .. TAIL, "3:2: a carriage return without a line feed")
    for _, char in ipairs { "\0", "\1", "\7", "\8", "\11", "\12", "\31", "\127", "\u{80}", "\u{85}", "\u{9B}" } do
        bad(HEAD .. char .. TAIL, "3:1: control character U+")
    end
    good(GOOD .. "\u{A0}\u{2028}\u{200D}\u{1F680}")
end)

test("many control characters are counted, not listed", function()
    expect.contains(problems(GOOD .. ("\1"):rep(1000)), "997 more control characters")
end)

test("everything that is wrong is said, not only the first", function()
    local text = bad("RUN_ID: x\nCODEX_ID: y\n\7", "1:9:", "2:11:", "3:1:", "where the marker goes",
        "what the marker holds")
    expect.equal(select(2, text:gsub("\n", "")), 4)
end)

test("more than 8 MiB is refused", function()
    good(GOOD .. ("x"):rep(prompt.MAX_BYTES - #GOOD))
    bad(GOOD .. ("x"):rep(prompt.MAX_BYTES - #GOOD + 1), "at most 8388608 (8 MiB)")
end)

test("a large prompt is judged in little time, whatever is in it", function()
    local size = 4 * 1024 * 1024
    for _, filler in ipairs { "a", " ", "\n", "DONE ", "tools/", "RUN_ID: ", "\r\n", "DONE.marke", "é", "/" } do
        local began = os.clock()
        prompt.check("x" .. filler:rep(size // #filler) .. "x", RULES)
        expect.truthy(os.clock() - began < 5, ("%q"):format(filler))
    end
end)

test("what is sent has no BOM, LF alone, and no white space at the end", function()
    local sent = prompt.sent("\xEF\xBB\xBF a\r\n\tb \r\nc \t\r\n\n")
    expect.equal(sent.text, " a\n\tb \nc")
    expect.equal(sent.bytes, #sent.text)
    expect.equal(sent.sha256, require "digest".sha256(sent.text))
end)

test("what bites some agents is a warning, not an error", function()
    local function warned(text)
        local found, warnings = prompt.check(text, RULES)
        expect.equal(found, {})
        return table.concat(warnings, "\n")
    end
    expect.equal(warned(GOOD), "")
    expect.contains(warned("\n !ls\n" .. GOOD), "begins with '!'")
    expect.contains(warned("/init now\n" .. GOOD), "begins with '/init'")
    expect.contains(warned(GOOD .. "see @core\n"), "ends with '@core'")
    expect.equal(warned("a ! /x @y\n" .. GOOD), "")
    expect.contains(warned("!x\n" .. GOOD .. "@y"), "\n")
end)
