-- Pages that are made of the program: docs/api.md, the settings in docs/manual.md, the man page; and what is installed.
local expect = require "expect"
local lfs = require "lfs"
local test = expect.test

local docs = expect.root .. "/docs"

local function generate(...)
    return expect.dispatch { docs .. "/generate.lua", ... }
end

---docs/ with some pages changed.
local function copy(change)
    local folder = expect.folder()
    for _, name in ipairs { "api.md", "manual.md" } do
        expect.write(folder .. "/" .. name, change(name, expect.read(docs .. "/" .. name)))
    end
    return folder
end

---Not every build has every back end, and -Via lists those that are there.
local function same_build()
    local names = table.concat(require "window".backends(), " ")
    if names == "tmux x11 fake" then return end
    expect.elsewhere("docs/ is made by a build with tmux and x11, this one has " .. names)
end

test("docs/api.md and the settings in docs/manual.md are what this program makes: else run ./dev docs", function()
    same_build()
    local checked = generate "-check"
    expect.equal({ checked.exit, checked.out }, { 0, "" }, checked.err)
end)

test("a page that is not what the program makes is told, and made again", function()
    same_build()
    local folder = copy(function(name, text)
        return name == "manual.md" and text:gsub("1 to 604800", "1 to 604801", 1) or text .. "\n## `more`\n"
    end)
    local checked = generate("-check", folder)
    expect.equal(checked.exit, 1)
    expect.contains(checked.out, "/api.md is not what")
    expect.contains(checked.out, "/manual.md is not what")
    expect.equal(generate(folder).exit, 0)
    for _, name in ipairs { "api.md", "manual.md" } do
        expect.equal(expect.read(folder .. "/" .. name), expect.read(docs .. "/" .. name))
    end
end)

test("a manual without the marks of its table is refused", function()
    local folder = copy(function(_, text) return (text:gsub("<!%-%- settings: begin.-%-%->", "")) end)
    local checked = generate("-check", folder)
    expect.equal(checked.exit, 2)
    expect.contains(checked.err, "settings: begin")
end)

-- -------------------------------------------------------------------------------------------------------- the man page

local function man_page(change)
    local folder = copy(function(_, text) return change and change(text) or text end)
    local path = folder .. "/dispatch.1"
    return path, generate("-man", path, "2026-11-22", folder)
end

test("the man page renders without a warning, with every command and setting of the manual", function()
    expect.need "groff"
    local path, made = man_page()
    expect.equal(made.exit, 0, made.err)
    local shown = expect.run { "groff", "-ww", "-man", "-Kutf8", "-Tutf8", "-P-cbou", path }
    expect.equal({ shown.exit, shown.err }, { 0, "" })
    local manual = expect.read(docs .. "/manual.md")
    for heading in manual:gmatch "\n## ([^\n]+)" do expect.contains(shown.out, "\n" .. heading:upper() .. "\n") end
    for command in manual:gmatch "\n%*%*`([^`]+)`" do expect.contains(shown.out, "\n       " .. command .. "\n") end
    for flag in manual:gmatch "\n| `(%-%a+)`" do expect.contains(shown.out, "\n       " .. flag, flag) end
end)

test("man -l shows it without a warning", function()
    expect.need "man"
    local path = man_page()
    local shown = expect.run { "man", "--warnings", "-l", path, env = { MANWIDTH = "80", LC_ALL = "C.UTF-8" } }
    if shown.out:find "minimized" then expect.skip "this Ubuntu was minimised: its man shows nothing" end
    expect.equal({ shown.exit, shown.err }, { 0, "" })
    expect.contains(shown.out, "carries")
end)

test("mandoc finds nothing to complain of", function()
    expect.need "mandoc"
    local path = man_page()
    local told = expect.run { "mandoc", "-T", "lint", "-W", "warning", path }
    expect.equal({ told.exit, told.out }, { 0, "" })
end)

test("what the manual has and a man page cannot is refused with its line", function()
    local _, made = man_page(function(text) return text .. "\n\n    indented code\n" end)
    expect.equal(made.exit, 2)
    expect.matches(made.err, "manual%.md:%d+: ")
end)

-- ---------------------------------------------------------------------------------------------------------- installing

test("cmake --install puts the program, its man page and the docs where they belong", function()
    expect.need "cmake"
    local build = expect.binary():match "^(.*)/[^/]*$"
    if not lfs.attributes(build .. "/cmake_install.cmake") then expect.elsewhere "the program is in no build folder" end
    local folder = expect.folder()
    local installed = expect.run { "cmake", "--install", build, "--prefix", "/usr", env = { DESTDIR = folder } }
    expect.equal(installed.exit, 0, installed.err)
    local has = {}
    for _, name in ipairs(expect.tree(folder)) do has[name] = true end
    for name in lfs.dir(docs) do
        if name:find "%.md$" then expect.truthy(has["usr/share/doc/dispatch/docs/" .. name], name) end
    end
    expect.truthy(has["usr/share/doc/dispatch/README.md"] and has["usr/share/doc/dispatch/LICENSE"])
    expect.contains(expect.read(folder .. "/usr/share/man/man1/dispatch.1"), ".TH DISPATCH 1 ")
    local version = expect.run { folder .. "/usr/bin/dispatch", "--version" }
    expect.matches(version.out, "^dispatch %d")
end)
