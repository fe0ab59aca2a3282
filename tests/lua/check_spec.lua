-- dispatch check: the whole program, from its command line.
local expect = require "expect"
local hostile = require "hostile_zips"
local project = require "project"
local test = expect.test

local function check(at, ...)
    local command = { "check", "-RunId", project.ID, ... }
    command.cwd = at.root
    return expect.dispatch(command)
end

test("a good zip passes, prompt by prompt, and nothing is written", function()
    local at = project.new()
    project.zip(at, project.prompts(at))
    local before = expect.tree(at.root)
    local ran = check(at)
    expect.equal({ ran.exit, ran.err }, { 0, "" })
    expect.matches(ran.out, "\nok +find_zip +tools/codex/prompt_zips/20261122_1%.zip, ")
    expect.matches(ran.out, "\nok +extract +tools/codex/prompt_zips/20261122_1%.zip can be extracted\n")
    for _, worker in ipairs(project.WORKERS) do
        expect.matches(ran.out, "\nok +" .. worker .. " +" .. at:prompt_name(worker) .. ", %d+ bytes, SHA%-256 %x+\n")
    end
    expect.matches(ran.out, "\nok +the prompts of 20261122_1 keep the contract\n$")
    expect.equal(expect.tree(at.root), before)
end)

test("it works from anywhere inside the project, and with -Root from outside", function()
    local at = project.new()
    project.zip(at, project.prompts(at))
    expect.mkdir(at.root .. "/src/deep")
    expect.equal(expect.dispatch { "check", "-RunId", project.ID, cwd = at.root .. "/src/deep" }.exit, 0)
    expect.equal(expect.dispatch { "check", "--run-id=" .. project.ID, "-root:" .. at.root, cwd = "/" }.exit, 0)
end)

test("a prompt folder that is there is checked, and compared with the zip", function()
    local at = project.new()
    project.zip(at, project.prompts(at))
    project.unpacked(at, project.prompts(at, { [at:prompt_name "A_core"] = "!" .. project.prompt(at, "A_core") }))
    local ran = check(at)
    expect.equal(ran.exit, 2)
    expect.matches(ran.out, "\nwarning +tools/codex/prompt_zips/20261122_1%.zip: A_core_20261122_1%.txt .* differs")
    expect.contains(ran.err, "A_core_20261122_1.txt, line 1, column 1: '!RUN_ID: 20261122_1' is no header")
    project.unpacked(at, { [at:prompt_name "A_core"] = "!x\n" .. project.prompt(at, "A_core") })
    ran = check(at)
    expect.equal(ran.exit, 0, ran.err)
    expect.matches(ran.out, "\nwarning +A_core +the prompt begins with '!'")
end)

test("every violation is told, exit 2, nothing is written", function()
    local at = project.new()
    project.zip(at, project.prompts(at, { [at:prompt_name "A_core"] = "RUN_ID: 20261122_2\n", ["notes.md"] = "x" }))
    local before = expect.tree(at.root)
    local ran = check(at)
    expect.equal(ran.exit, 2)
    for _, part in ipairs { "dispatch check: validate_prompts: tools/codex/prompt_zips/20261122_1.zip: ",
        "notes.md: does not belong here", "A_core_20261122_1.txt, line 1, column 9: RUN_ID is '20261122_2'",
        "no line 'CODEX_ID: A_core'", "where the marker goes", "what the marker holds" } do
        expect.contains(ran.err, part)
    end
    expect.equal(expect.tree(at.root), before)
end)

test("a missing zip and a RUN_ID of the wrong form are exit 2", function()
    local at = project.new()
    local ran = check(at)
    expect.equal(ran.exit, 2)
    expect.contains(ran.err, "find_zip: tools/codex/prompt_zips/20261122_1.zip: no such file")
    ran = expect.dispatch { "check", "-RunId", "20261322_1", cwd = at.root }
    expect.equal(ran.exit, 2)
    expect.contains(ran.err, "no month 13")
    ran = expect.dispatch { "check", "-RunId", "../../../etc", cwd = at.root }
    expect.equal(ran.exit, 2)
    expect.equal(expect.tree(at.root), { "tools/", "tools/codex/" })
end)

test("wrong usage is exit 64", function()
    local at = project.new()
    for _, argv in ipairs { { "check" }, { "check", "-RunID" }, { "check", "-Runid", "20261122_1", "-Nonsense" },
        { "check", "-RunId", "20261122_1", "-SendMode", "x" }, { "check", "-RunId", "20261122_1", "-Via", "exec" },
        { "check", "-RunId", "20261122_1", "-Factory", "builtin" }, { "check", "20261122_1" } } do
        argv.cwd = at.root
        local ran = expect.dispatch(argv)
        expect.equal(ran.exit, 64, table.concat(argv, " "))
        expect.equal(ran.out, "")
    end
end)

test("every hostile zip from the command line: exit 2, file and rule named, nothing written", function()
    local at = project.new()
    local files = {}
    for name, bytes in pairs(project.prompts(at)) do files[#files + 1] = { name, bytes } end
    table.sort(files, function(a, b) return a[1] < b[1] end)
    expect.write(at:zip(), "")
    local before = expect.tree(at.root)
    for _, case in ipairs(hostile.list(files)) do
        expect.write(at:zip(), case.bytes)
        local ran = check(at)
        expect.equal(ran.exit, 2, case.name)
        expect.contains(ran.err, "dispatch check: extract: ", case.name)
        expect.contains(ran.err, "20261122_1.zip", case.name)
        expect.contains(ran.err, case.rule, case.name)
        expect.equal(expect.tree(at.root), before, case.name)
    end
end)

test("an agents.lua that cannot be used is told before anything is run, with its path and line", function()
    local at = project.new()
    project.zip(at, project.prompts(at))
    local path = at.root .. "/tools/codex/dispatch/agents.lua"
    expect.write(path, 'return {\n  agents = {\n    { name = "ours", match = { app = { "x" } }, bussy = {} },\n} }\n')
    local before = expect.tree(at.root)
    for _, command in ipairs { "check", "run_iter.lua" } do
        local ran = expect.dispatch { command, "-RunId", project.ID, cwd = at.root }
        expect.equal({ ran.exit, ran.out }, { 2, "" }, command)
        expect.contains(ran.err, path .. ":3: agent 1 (ours): 'bussy' is no key here; correct that file, or take it")
        expect.equal(expect.tree(at.root), before, command)
    end
    expect.write(path, "return {\n  agents = = {} }\n")
    expect.contains(check(at).err, path .. ":2: ")
    expect.write(path, "return {\n  agents = nothing.here }\n")
    expect.contains(check(at).err, path .. ":2: ")
end)

test("it follows the project's own flow", function()
    local at = project.new "20261122_101112_ab12"
    expect.write(at.root .. "/tools/codex/dispatch/run_iter.lua", [[
        local flow, contract = require "dispatch.flow", require "dispatch.contract"
        return flow { workers = { "R_reviewer" }, run_id = contract.DATE_TIME_RANDOM, api = 1,
            { "validate_run_id", function(run) return contract.check_run_id(run) end },
            { "our_own", plan = function(run) return "touch " .. run.id end, function() error "not in a check" end },
            { "validate_prompts", function(run) return contract.check_prompts(run) end },
            { "never", function() error "behind the last step of a check" end } }
    ]])
    project.zip(at, { [at:prompt_name "R_reviewer"] = project.prompt(at, "R_reviewer") })
    local ran = expect.dispatch { "check", "-RunId", at.run_id, cwd = at.root }
    expect.equal(ran.exit, 0, ran.err)
    expect.matches(ran.out, "\nwould +our_own +touch 20261122_101112_ab12\n")
    expect.matches(ran.out, "\nok +R_reviewer ")
    ran = expect.dispatch { "check", "-RunId", "20261122_1", cwd = at.root }
    expect.equal(ran.exit, 2)
    expect.contains(ran.err, "YYYYMMDD_HHMMSS_RAND4")
end)

test("--help says how it is used", function()
    local ran = expect.dispatch { "check", "--help", cwd = "/" }
    expect.equal(ran.exit, 0)
    expect.contains(ran.out, "usage: dispatch check -RunId ID")
end)
