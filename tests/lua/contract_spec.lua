local expect = require "expect"
local hostile = require "hostile_zips"
local lfs = require "lfs"
local contract = require "dispatch.contract"
local project = require "project"
local test = expect.test

local A = "A_core_20261122_1.txt"

local function zipped(change)
    local at = project.new()
    project.zip(at, project.prompts(at, change))
    return at, project.run(at)
end

local function unpacked(change)
    local at = project.new()
    expect.mkdir(at:logs())
    project.unpacked(at, project.prompts(at, change))
    return at, project.run(at)
end

-- ----------------------------------------------------------------------------------------------------- step 2: the zip

test("the zip is found and named", function()
    local _, run = zipped()
    expect.contains(contract.find_zip(run), "tools/codex/prompt_zips/20261122_1.zip, ")
end)

test("a missing zip is refused, with what is there instead", function()
    local at = project.new()
    local run = project.run(at)
    expect.refused("ENOENT", "tools/codex/prompt_zips/20261122_1.zip: no such file; no zip is there",
        contract.find_zip(run))
    expect.write(at:zip():gsub("122_1", "121_7"), "")
    expect.refused("ENOENT", "only this is there: 20261121_7.zip", contract.find_zip(run))
    lfs.mkdir(at:zip())
    expect.refused("EINVAL", "is a folder", contract.find_zip(run))
end)

-- ------------------------------------------------------------------------------------------------- step 3: extraction

test("the prompt folder is filled from the zip", function()
    local at, run = zipped()
    expect.equal(contract.has_prompts(run), false)
    expect.contains(contract.extract(run), "5 prompts into tools/codex/prompts/20261122_1")
    local want = { "logs/" }
    for name, bytes in pairs(project.prompts(at)) do
        want[#want + 1] = name
        expect.equal(expect.read(at:prompts() .. "/" .. name), bytes)
    end
    table.sort(want)
    expect.equal(expect.tree(at:prompts()), want)
    expect.equal(contract.has_prompts(run), true)
    expect.ok(contract.check_prompts(run))
end)

test("one top folder is dropped, and directory entries are ignored", function()
    local at = project.new()
    local files = {}
    for name, bytes in pairs(project.prompts(at)) do files["my prompts/" .. name] = bytes end
    project.zip(at, files)
    expect.ok(contract.check_prompts(project.run(at, { read_only = true })))
    expect.ok(contract.extract(project.run(at)))
    expect.ok(contract.check_prompts(project.run(at)))
end)

local REFUSED = {
    { { [A] = false }, A .. ": is missing: the prompt of A_core" },
    { { [A] = false, ["a_core_20261122_1.txt"] = "x" },
        "'a_core_20261122_1.txt' looks like it: rename it, or correct that worker in the flow" },
    { { [A] = false, ["A_core_20261122_1.txt.txt"] = "x" }, "'A_core_20261122_1.txt.txt' looks like it" },
    { { ["notes.md"] = "x" }, "notes.md: does not belong here" },
    { { ["E_extra_20261122_1.txt"] = "x" }, "E_extra_20261122_1.txt: does not belong here" },
    { { ["__MACOSX/._x"] = "x" }, "__MACOSX" },
    { { [".DS_Store"] = "x" }, ".DS_Store: does not belong here: the file manager" },
    { { [A] = "x" }, A .. ": no line 'RUN_ID: 20261122_1'" },
    { { [A] = "RUN_ID: 20261122_2\n" }, A .. ", line 1, column 9: RUN_ID is '20261122_2'" },
}

for _, row in ipairs(REFUSED) do
    local change, why = row[1], row[2]
    test("refused, nothing is put in place, and a corrected zip works: " .. why, function()
        local at, run = zipped(change)
        expect.contains(expect.ok(contract.extract(run)), "nothing was put in place")
        expect.equal(expect.tree(at:prompts()), { "logs/" })
        local message = expect.refused("EINVAL", why, contract.check_prompts(run))
        expect.contains(message, "tools/codex/prompt_zips/20261122_1.zip: ")
        local checking = project.run(at, { read_only = true })
        expect.contains(expect.ok(contract.extract(checking)), "can be extracted")
        expect.equal(select(2, contract.check_prompts(checking)), message, "dispatch check says the same")
        project.zip(at, project.prompts(at))
        run = project.run(at)
        expect.ok(contract.extract(run))
        expect.ok(contract.check_prompts(run))
    end)
end

--- Five good prompts as the hostile zips want them.
local function pairs_of(at)
    local list = {}
    for name, bytes in pairs(project.prompts(at)) do list[#list + 1] = { name, bytes } end
    table.sort(list, function(a, b) return a[1] < b[1] end)
    return list
end

test("every hostile zip is refused with its rule, by the run and by check, and nothing is left of it", function()
    local at = project.new()
    project.zip(at, project.prompts(at))
    expect.mkdir(at:logs())
    local before = expect.tree(at.root)
    for _, case in ipairs(hostile.list(pairs_of(at))) do
        expect.write(at:zip(), case.bytes)
        local message = expect.refused("EINVAL", case.rule, contract.extract(project.run(at)))
        expect.contains(message, "20261122_1.zip", case.name)
        expect.equal(expect.tree(at.root), before, case.name)
        local run = project.run(at, { read_only = true })
        expect.equal(select(2, contract.extract(run)), message, case.name)
        expect.equal(expect.tree(at.root), before, case.name)
    end
    expect.write(at:zip(), hostile.zip(pairs_of(at)))
    expect.ok(contract.check_prompts(project.run(at, { read_only = true })))
    expect.ok(contract.extract(project.run(at)))
end)

test("all that is wrong in a folder is said, not only the first", function()
    local _, run = unpacked { [A] = false, ["x.txt"] = "x", ["B_tooling_20261122_1.txt"] = "\0",
        ["C_features_20261122_1.txt"] = " " }
    local message = expect.refused("EINVAL", "things are against the contract", contract.check_prompts(run))
    for _, part in ipairs { A .. ": is missing", "x.txt: does not belong", "B_tooling_20261122_1.txt, line 1, column 1",
        "B_tooling_20261122_1.txt: no line 'CODEX_ID", "C_features_20261122_1.txt: is blank" } do
        expect.contains(message, part)
    end
end)

test("an extraction that was killed before its commit is begun again", function()
    local at, run = zipped()
    expect.write(at:extracting() .. "/half/of it", "x")
    expect.ok(contract.extract(run))
    expect.ok(contract.check_prompts(run))
    expect.equal(lfs.attributes(at:extracting()), nil)
end)

test("an extraction that was killed while it put the files in place is finished", function()
    local at, run = zipped { ["B_tooling_20261122_1.txt"] = "not what was checked" }
    for name, bytes in pairs(project.prompts(at)) do
        expect.write((name < "C" and at:prompts() or at:placing()) .. "/" .. name, bytes)
    end
    expect.equal(contract.has_prompts(run), false)
    expect.contains(contract.extract(run), "interrupted attempt")
    expect.ok(contract.check_prompts(run))
    expect.equal(lfs.attributes(at:placing()), nil)
end)

test("files of a killed extraction never replace others", function()
    local at, run = zipped()
    expect.write(at:placing() .. "/" .. A, "old")
    expect.write(at:prompts() .. "/" .. A, "mine")
    expect.refused("EEXIST", A, contract.extract(run))
    expect.equal(expect.read(at:prompts() .. "/" .. A), "mine")
end)

-- ---------------------------------------------------------------------------------------- step 3: the folder was there

test("a prompt folder counts as present when it holds anything besides logs/", function()
    local at = project.new()
    local run = project.run(at)
    expect.equal(contract.has_prompts(run), false)
    expect.mkdir(at:logs())
    expect.equal(contract.has_prompts(run), false)
    expect.write(at:prompts() .. "/x", "")
    expect.equal(contract.has_prompts(run), true)
end)

test("a prompt folder that was there is compared with the zip; what differs is a warning", function()
    local at, run = zipped()
    project.unpacked(at, project.prompts(at))
    expect.equal(contract.compare(run), "the prompt folder was there, and equals the zip")
    expect.equal(run.events, {})
    project.unpacked(at, { [A] = "changed" })
    expect.contains(contract.compare(run), "1 of its files differs")
    local warning = project.events(run, "warning")[1]
    expect.contains(warning.message, A .. " in the prompt folder differs from the zip; the folder's are used")
    expect.equal(expect.read(at:prompts() .. "/" .. A), "changed")
end)

test("a prompt that only one of both has differs", function()
    local at, run = zipped { [A] = false, ["notes.md"] = "x" }
    project.unpacked(at, project.prompts(at))
    expect.contains(contract.compare(run), "2 of its files differ")
    expect.contains(project.events(run, "warning")[1].message, "notes.md, " .. A .. " in the prompt folder differ")
end)

test("a zip that cannot be compared is a warning", function()
    local at, run = unpacked()
    expect.write(at:zip(), "no zip")
    expect.contains(contract.compare(run), "cannot be read")
    expect.contains(project.events(run, "warning")[1].message, "cannot be compared")
end)

-- -------------------------------------------------------------------------------------------------- step 4: the folder

test("each good prompt is told, with the SHA-256 of what is sent, and its warnings", function()
    local at, run = unpacked()
    project.unpacked(at, { [A] = "\xEF\xBB\xBF!\r\n" .. project.prompt(at, "A_core"):gsub("\n", "\r\n") })
    expect.contains(contract.check_prompts(run), "5 prompts in tools/codex/prompts/20261122_1")
    local told = project.events(run, "prompt.ok")
    expect.equal(#told, 5)
    local sent = "!\n" .. project.prompt(at, "A_core"):sub(1, -2)
    expect.equal(told[1].sha256, require "digest".sha256(sent))
    expect.equal({ told[1].worker, told[1].file, told[1].bytes }, { "A_core", A, #sent })
    expect.contains(told[1].warnings[1], "'!'")
    expect.equal(told[2].warnings, {})
end)

test("a folder is no prompt, and logs must be a folder", function()
    local at, run = unpacked { ["B_tooling_20261122_1.txt"] = false }
    lfs.mkdir(at:prompts() .. "/B_tooling_20261122_1.txt")
    lfs.rmdir(at:logs())
    expect.write(at:logs(), "")
    local message = expect.refused("EINVAL", "B_tooling_20261122_1.txt: is a folder", contract.check_prompts(run))
    expect.contains(message, "logs: does not belong here")
end)

test("a link is no prompt", function()
    local at, run = unpacked { [A] = false }
    expect.link(at:prompts() .. "/C_features_20261122_1.txt", at:prompts() .. "/" .. A)
    expect.refused("EINVAL", A .. ": is a link", contract.check_prompts(run))
end)

test("more than 8 MiB is refused without reading it", function()
    local _, run = unpacked { [A] = ("x"):rep(8 * 1024 * 1024 + 1) }
    expect.refused("EINVAL", A .. ": has 8388609 bytes", contract.check_prompts(run))
end)

test("steps 3 and 4 take the flow's whole set, whatever -Workers says", function()
    local _, run = unpacked { [A] = false }
    run.workers = { "B_tooling" }
    expect.refused("EINVAL", A, contract.check_prompts(run))
end)

test("a flow with other workers and another form of RUN_ID has other prompts", function()
    local at = project.new "20261122_101112_ab12"
    local run = project.run(at, { all_workers = { "R_reviewer" } })
    project.zip(at, { ["R_reviewer_20261122_101112_ab12.txt"] = project.prompt(at, "R_reviewer") })
    expect.contains(contract.extract(run), "1 prompts")
    expect.ok(contract.check_prompts(run))
end)

test("-WhatIf and check read the zip in memory and write nothing", function()
    local at, run = zipped()
    run.cfg.what_if = true
    local before = expect.tree(at.root)
    expect.contains(contract.check_prompts(run), "5 prompts in tools/codex/prompt_zips/20261122_1.zip")
    expect.equal(expect.tree(at.root), before)
    expect.equal(#project.events(run, "prompt.ok"), 5)
end)

test("without -WhatIf a prompt folder that is not there is an error", function()
    local _, run = zipped()
    expect.refused("ENOENT", nil, contract.check_prompts(run))
end)

-- ----------------------------------------------------------------------------------------------------------- the jobs

test("a job has all that a carrier needs", function()
    local at, run = unpacked()
    expect.ok(contract.check_prompts(run))
    local job = expect.ok(contract.job(run, "A_core"))
    expect.equal(job, { worker = "A_core", title = "HITECHOS_A_core_20261122_1", token = "DONE 20261122_1 A_core",
        marker_path = at:marker "A_core", stray_marker_path = at:stray_marker "A_core",
        prompt_path = at:prompt "A_core",
        text = project.prompt(at, "A_core"):sub(1, -2), bytes = #job.text, sha256 = run.prompts.A_core.sha256 })
end)

test("what step 4 did not see is not sent", function()
    local at, run = unpacked()
    expect.ok(contract.check_prompts(run))
    project.unpacked(at, { [A] = project.prompt(at, "A_core") .. "and more" })
    expect.refused("EINVAL", "was changed after step 4", contract.job(run, "A_core"))
    run.prompts = nil
    expect.ok(contract.job(run, "A_core"))
    project.unpacked(at, { [A] = "nothing" })
    expect.refused("EINVAL", "no line 'RUN_ID", contract.job(run, "A_core"))
    os.remove(at:prompt "A_core")
    expect.refused("ENOENT", A, contract.job(run, "A_core"))
end)

test("waiting for a worker needs no prompt", function()
    local run = project.run(project.new())
    expect.equal(contract.target(run, "A_core").title, "HITECHOS_A_core_20261122_1")
end)
