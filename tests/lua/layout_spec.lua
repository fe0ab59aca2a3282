local expect = require "expect"
local layout = require "dispatch.layout"
local test = expect.test

local function root_from(folder, given) return layout.find_root(given, folder) end

test("the paths of the contract are the spec's", function()
    local at = layout.new("/r", "20261122_1")
    expect.equal(at:zip(), "/r/tools/codex/prompt_zips/20261122_1.zip")
    expect.equal(at:prompts(), "/r/tools/codex/prompts/20261122_1")
    expect.equal(at:prompt "A_core", "/r/tools/codex/prompts/20261122_1/A_core_20261122_1.txt")
    expect.equal(at:worktree "A_core", "/r/tools/codex/worktrees/A_core")
    expect.equal(at:run_dir(), "/r/tools/codex/runs/20261122_1")
    expect.equal(at:marker "A_core", "/r/tools/codex/runs/20261122_1/A_core/DONE.marker")
    expect.equal(layout.dispatch_folder "/r", "/r/tools/codex/dispatch")
    expect.equal(at:report(), "/r/tools/codex/prompts/20261122_1/logs/DISPATCH_REPORT.md")
    expect.equal(at:title "A_core", "HITECHOS_A_core_20261122_1")
    expect.equal(at:token "A_core", "DONE 20261122_1 A_core")
end)

test("each stage has its two logs", function()
    local at = layout.new("/r", "20261122_1")
    local out, err = at:stage_streams "worktrees open"
    expect.equal(out, "/r/tools/codex/prompts/20261122_1/logs/worktrees_open.stdout.log")
    expect.equal(err, "/r/tools/codex/prompts/20261122_1/logs/worktrees_open.stderr.log")
    expect.equal((at:stage_streams "bundle-validate"), at:log "bundle_validate.stdout.log")
end)

test("an earlier attempt's folder is told from other names", function()
    expect.equal(layout.attempt_number "attempt-12", 12)
    expect.equal(layout.attempt_number "attempt-0", nil)
    expect.equal(layout.attempt_number "attempt-1.bak", nil)
end)

test("a path is shown relative to the root it is in", function()
    local at = layout.new("/r", "20261122_1")
    expect.equal(at:show(at:zip()), "tools/codex/prompt_zips/20261122_1.zip")
    expect.equal(at:show "/rest/x", "/rest/x")
    expect.equal(layout.new("/", "20261122_1"):zip(), "/tools/codex/prompt_zips/20261122_1.zip")
end)

test("a RUN_ID that would leave its folder never becomes a path", function()
    for _, bad in ipairs { "", "..", "a/b", "a\\b", "../20261122_1", "20261122_1\n", "-x" } do
        expect.raises("RUN_ID", layout.new, "/r", bad)
    end
end)

test("the root is the nearest folder upwards that has tools/codex", function()
    local folder = expect.folder()
    expect.mkdir(folder .. "/outer/tools/codex")
    expect.mkdir(folder .. "/outer/inner/tools/codex/runs/x")
    expect.equal(root_from(folder .. "/outer/inner/tools/codex/runs/x"), folder .. "/outer/inner")
    expect.equal(root_from(folder .. "/outer/tools"), folder .. "/outer")
end)

test("a worktree of a root is not a root, however deep one stands in it", function()
    local folder = expect.folder()
    local worktree = folder .. "/tools/codex/worktrees/A_core"
    expect.mkdir(worktree .. "/tools/codex/runs")
    expect.equal(root_from(worktree .. "/tools/codex/runs"), folder)
    expect.equal(root_from(worktree), folder)
    expect.equal(root_from(folder .. "/tools/codex/worktrees"), folder)
end)

test("a file named tools/codex makes no root", function()
    local folder = expect.folder()
    expect.mkdir(folder .. "/tools/codex")
    expect.write(folder .. "/inner/tools/codex", "")
    expect.equal(root_from(folder .. "/inner"), folder)
end)

test("-Root wins, and must be a folder", function()
    local folder = expect.folder()
    expect.mkdir(folder .. "/tools/codex")
    expect.mkdir(folder .. "/other")
    expect.write(folder .. "/text", "")
    expect.equal(root_from(folder, folder .. "/other"), folder .. "/other")
    expect.refused("ENOENT", "-Root", root_from(folder, folder .. "/missing"))
    expect.refused("ENOENT", "is not a folder", root_from(folder, folder .. "/text"))
end)

test("without tools/codex the root is the repository's main worktree", function()
    local folder = expect.folder()
    expect.mkdir(folder .. "/main/.git/worktrees/side")
    expect.mkdir(folder .. "/main/src/deep")
    expect.equal(root_from(folder .. "/main/src/deep"), folder .. "/main")
    expect.mkdir(folder .. "/side/src")
    expect.write(folder .. "/side/.git", "gitdir: " .. folder .. "/main/.git/worktrees/side\n")
    expect.write(folder .. "/main/.git/worktrees/side/commondir", "../..\n")
    expect.equal(root_from(folder .. "/side/src"), folder .. "/main")
end)

test("a submodule is a repository of its own", function()
    local folder = expect.folder()
    expect.mkdir(folder .. "/.git/modules/sub")
    expect.write(folder .. "/sub/.git", "gitdir: ../.git/modules/sub\n")
    expect.equal(root_from(folder .. "/sub"), folder .. "/sub")
end)

test("a worktree of a bare repository names no root", function()
    local folder = expect.folder()
    expect.mkdir(folder .. "/bare/worktrees/side")
    expect.write(folder .. "/bare/worktrees/side/commondir", "../..\n")
    expect.write(folder .. "/side/.git", "gitdir: " .. folder .. "/bare/worktrees/side\n")
    expect.refused("ENOENT", "-Root", root_from(folder .. "/side"))
end)

test("git itself agrees about the main worktree", function()
    local git = expect.need "git"
    local folder = expect.folder()
    local function run(...)
        local command = { git, "-c", "user.name=t", "-c", "user.email=t@example.invalid", ... }
        command.cwd = folder .. "/main"
        local result = expect.run(command)
        expect.equal(result.exit, 0, result.err)
    end
    expect.mkdir(folder .. "/main")
    run("init", "--quiet")
    run("commit", "--quiet", "--allow-empty", "--message", "first")
    run("worktree", "add", "--quiet", folder .. "/side")
    expect.equal(root_from(folder .. "/side"), folder .. "/main")
end)

test("with neither, the message says what to do", function()
    local folder = expect.folder()
    local message = expect.refused("ENOENT", "-Root FOLDER", root_from(folder))
    expect.contains(message, "tools/codex")
    expect.contains(message, folder)
end)
