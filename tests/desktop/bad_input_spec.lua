-- Bad input from the command line: zips, prompts and RUN_IDs. Exit 2, a message that names the file and the rule,
-- nothing written outside the prompt folder, no half-made folder, nobody sent to; and a corrected input works on rerun.
local expect = require "expect"
local file = require "file"
local hostile = require "hostile_zips"
local iteration = require "iteration"
local lfs = require "lfs"
local places = require "places"
local project = require "project"
local test = expect.test

--- What is in the folder of all runs' prompts besides logs/ of this run.
local function prompts_in(it)
    local names = {}
    for _, name in ipairs(expect.tree(it.root .. "/tools/codex/prompts")) do
        if not name:find("^" .. it.id .. "/logs/") and name ~= it.id .. "/" then names[#names + 1] = name end
    end
    return names
end

--- Everything in the project but what a run may write, and in the folder around it.
local function outside(it)
    local names = {}
    for _, name in ipairs(expect.tree(it.root)) do
        if not name:find "^tools/codex/prompts/" and not name:find "^run%-%d" then names[#names + 1] = name end
    end
    return names
end

local function put_zip(it, bytes) expect.write(it.at:zip(), bytes) end

--- An input that stops a run in a step before anybody is sent to.
local function expect_refused(it, step, name, texts)
    local before, around = outside(it), expect.tree(it.scratch)
    local run = it:blocks(step, "EINVAL", {}, texts)
    expect.equal(outside(it), before, name)
    expect.equal(expect.tree(it.scratch), around, name)
    expect.lacks(run.page .. run.out .. run.err, "\27", name)
    expect.equal(run.err, "", name)
    it:expect_untouched()
    return run
end

--- The same command passes once what was wrong is right.
local function expect_repaired(it)
    project.zip(it.at, it.prompts)
    it:passes()
    it:expect_whole()
end

-- One of each kind; all of them, and the rules one by one, are in tests/lua.
local KINDS = { "dots in front", "dots inside", "absolute path", "drive letter", "backslash", "symbolic link",
    "prompt that is a link", "the same name twice", "twin in another case", "NUL in the name", "newline in the name",
    "escape sequence in the name", "encrypted", "cut after 50%", "empty file", "no zip at all", "wrong CRC", "bomb",
    "bomb that says it is small", "size +1 in the directory", "another name in the local header",
    "entry inside another one's data", "fewer entries than there are", "two end records" }

--- The hostile zips by name, made of this iteration's prompts.
local function zips_of(it)
    local files, zips = {}, {}
    for name, bytes in pairs(it.prompts) do files[#files + 1] = { name, bytes } end
    table.sort(files, function(a, b) return a[1] < b[1] end)
    for _, case in ipairs(hostile.list(files)) do zips[case.name] = case end
    return zips
end

test("hostile zips: the rule is named, nothing comes out of them, and a good one works on rerun", function()
    local it = iteration.new(places.shared_tmux())
    it:workers()
    local zips = zips_of(it)
    for _, name in ipairs(KINDS) do
        local case = expect.truthy(zips[name], name)
        put_zip(it, case.bytes)
        expect_refused(it, "extract", case.name, { it.at:show(it.at:zip()), case.rule })
        expect.equal(prompts_in(it), {}, case.name)
        expect.falsy(file.stat(it.at:extracting()) or file.stat(it.at:placing()), case.name)
    end
    expect.falsy(file.stat "/tmp/evil.txt", "an absolute name")
    os.remove(it.at:zip())
    expect_repaired(it)
end)

local function utf16(text) return "\xFF\xFE" .. text:gsub(".", "%0\0") end

-- What becomes of C_features' prompt; what the message says of it.
local PROMPTS = {
    { "UTF-16", utf16, "is UTF-16; save it as UTF-8" },
    { "broken UTF-8", function(text) return text .. "\xC3(" end, "byte C3 is not valid UTF-8" },
    { "Latin-1", function(text) return text .. "gr\xFC\xDFe" end, "byte FC is not valid UTF-8" },
    { "blank", function() return " \n\t\n" end, "is blank" },
    { "another RUN_ID", function(text) return (text:gsub("RUN_ID: %S+", "RUN_ID: 20261122_4711")) end,
        "RUN_ID is '20261122_4711' and must be" },
    { "another CODEX_ID", function(text) return (text:gsub("CODEX_ID: %S+", "CODEX_ID: A_core")) end,
        "CODEX_ID is 'A_core' and must be 'C_features'" },
    { "no header", function(text) return (text:gsub("RUN_ID: [^\n]*\n", "", 1)) end, "no line 'RUN_ID: " },
    { "a late header", function(text) return ("\n"):rep(41) .. text end, "is too late" },
    { "the end of a bracketed paste", function(text) return text .. "\27[201~rm -rf ." end, "only tab and newline" },
    { "another marker", function(text) return (text:gsub("DONE%.marker", "DONE.marker.bak")) end, "is not it" },
    { "another token", function(text) return (text:gsub("DONE (%S+) C_features", "DONE %1 C_features_v2")) end,
        "is not it" },
}
local TOO_LONG = { "more than 8 MiB", function(text) return text .. ("x"):rep(8 * 1024 * 1024) end, "8388608" }

local WORKER = "C_features"

test("a prompt in the zip that breaks a rule: no prompt folder; a corrected zip works on rerun", function()
    local it = iteration.new(places.shared_tmux())
    it:workers()
    local name = it.at:prompt_name(WORKER)
    for _, case in ipairs(PROMPTS) do
        local files = project.prompts(it.at, { [name] = case[2](it.prompts[name]) })
        local entries = {}
        for inside, bytes in pairs(files) do entries[#entries + 1] = { inside, bytes } end
        put_zip(it, hostile.zip(entries))
        expect_refused(it, "validate_prompts", case[1], { it.at:show(it.at:zip()), name, case[3] })
        expect.equal(prompts_in(it), {}, case[1])
    end
    os.remove(it.at:zip())
    expect_repaired(it)
end)

test("a prompt in the folder that breaks a rule: it stays as it is; a corrected one works on rerun", function()
    local it = iteration.new(places.shared_x11())
    it:workers()
    project.unpacked(it.at, it.prompts)
    local name, path = it.at:prompt_name(WORKER), it.at:prompt(WORKER)
    local all = prompts_in(it)
    for _, case in ipairs { TOO_LONG, table.unpack(PROMPTS) } do
        local bytes = case[2](it.prompts[name])
        expect.write(path, bytes)
        expect_refused(it, "validate_prompts", case[1], { it.at:show(it.at:prompts()), name, case[3] })
        expect.equal(prompts_in(it), all, case[1])
        expect.truthy(expect.read(path) == bytes, case[1])
    end
    expect.write(path, it.prompts[name])
    expect_repaired(it)
end)

-- What is done to the folder with five good prompts; what the message names, and says.
local SHAPES = {
    { "missing", function(path) os.remove(path) end, "is missing" },
    { "called otherwise", function(path) os.rename(path, (path:gsub("%.txt", " (copy).txt"))) end, "looks like it" },
    { "a folder", function(path) os.remove(path); expect.mkdir(path) end, "is a folder" },
    { "a link", function(path)
        os.rename(path, path:match "^(.*)/tools/" .. "/elsewhere")
        expect.truthy(lfs.link(path:match "^(.*)/tools/" .. "/elsewhere", path, true))
    end, "is a link" },
    { "one more", function(path) expect.write(path:match "^(.*)/" .. "/notes.md", "x") end, "does not belong here",
        "notes.md" },
}

test("a prompt folder that is not exactly the five files", function()
    for _, case in ipairs(SHAPES) do
        local it = iteration.new()
        project.unpacked(it.at, it.prompts)
        case[2](it.at:prompt(WORKER))
        expect_refused(it, "validate_prompts", case[1], { case[4] or it.at:prompt_name(WORKER), case[3] })
        expect.clean()
    end
end)

test("no zip: its place is named, and what is there", function()
    local it = iteration.new()
    os.rename(it.at:zip(), it.root .. "/tools/codex/prompt_zips/20261121_1.zip")
    it:blocks("find_zip", "ENOENT", {}, { it.at:show(it.at:zip()) .. ": no such file", "20261121_1.zip" })
    expect.equal(prompts_in(it), {})
end)

test("a RUN_ID of the wrong form: exit 2, and nothing is written at all", function()
    local it = iteration.new()
    local before = expect.tree(it.root .. "/tools")
    for id, rule in pairs { ["20261322_1"] = "no month 13", ["20261122_0"] = "", ["20261122"] = "", ["../../etc"] = "",
        ["20261122_1;reboot"] = "", ["20261122_01"] = "" } do
        local run = it:run { RunId = id }
        expect.equal(run.exit, 2, id)
        expect.contains(run.err, id)
        expect.contains(run.err, rule)
    end
    expect.equal(expect.tree(it.root .. "/tools"), before)
end)

test("wrong usage: exit 64, naming the flag or variable and what it accepts; nothing is written", function()
    local it = iteration.new()
    local before = expect.tree(it.root .. "/tools")
    for flag, value in pairs { SendMode = "shift", WindowReadyTimeout = "0", WorkerDoneTimeout = "soon",
        Via = "wayland", Workers = "E_nobody" } do
        local run = it:run { [flag] = value }
        expect.equal(run.exit, 64, flag)
        expect.contains(run.err, "-" .. flag)
    end
    it.place.env.FACTORY_FOCUS_RETRIES = "many"
    local run = it:run()
    expect.equal(run.exit, 64)
    expect.contains(run.err, "FACTORY_FOCUS_RETRIES: 'many'")
    expect.equal(expect.tree(it.root .. "/tools"), before)
end)
