--- pages - runs what a page of the docs shows, as its reader would: each block in order, in one throw-away project.
--
--     ```sh            commands; each must end with exit status 0
--     ```console       `$ command`, and under it what it must print; a line … stands for any lines. Exit status 0, or
--                      what a following `$ echo $?` shows
--     ```lua           a script
--     ```lua in run_iter.lua     lines that the built-in flow has once; ```lua instead: what an edit puts there. The
--                      edited flow is run on a desktop of rules, and must pass
--     ```repl          what is typed (> and ..) and printed at the prompt; ```repl FILE.lua: on that desktop of rules.
--                      All of a page are one session
--     ```usage         a command a line, with placeholders; two blanks end it
--     ```text FILE     any language with a file's name: the block is that file, for what stands below
--     ```text, ```json, ```toml  are not run; JSON must be JSON
--
-- A block without a language, or with another one, is a mistake. So is a command in the first cell of a table, or at
-- the beginning of a paragraph in **bold**, that does not work: `[…]` is left out and put in, `a|b` is each of them.
-- `<!-- not run: why -->` before a block, or in a table's cell, is the only way out.
local cjson = require "cjson"
local expect = require "expect"
local contract = require "dispatch.contract"
local host = require "host"
local lfs = require "lfs"
local project = require "project"

package.path = expect.root .. "/docs/?.lua;" .. package.path
local markdown = require "generate.markdown"

local M = {}

local RUN_IDS = { project.ID, "20261122_101500_7F3A" }         -- one of each form that the program knows

---@param page string                  from the repository's root on
---@return block[]
function M.read(page) return markdown.read(expect.truthy(expect.read(expect.root .. "/" .. page), page)) end

---The texts of a page's blocks of code in one language.
---@param page string
---@param language string
---@param words? string                what stands behind the language; default: anything
---@return string[]
function M.code(page, language, words)
    local found = {}
    for _, block in ipairs(M.read(page)) do
        if block.kind == "code" and block.language == language and (not words or block.words == words) then
            found[#found + 1] = block.text
        end
    end
    return found
end

-- ---------------------------------------------------------------------------------------------------------- the reader

---A project in which everything that a page may show works: prompts in a zip, windows that take them, a flow's copy.
local function reader()
    local at = project.iteration(nil, project.WORKERS, project.ID)
    local bin = expect.folder()
    assert(lfs.link(expect.binary(), bin .. "/dispatch", true))
    expect.write(at.root .. "/prompt.txt", "do the work\n")
    expect.write(at.root .. "/probe.lua", "print(...)\n")
    return { at = at, left_out = {}, session = { typed = {}, printed = {} },
        unset = { "DISPLAY", "WAYLAND_DISPLAY", "TMUX", "TMUX_PANE", "CI" },
        env = { PATH = bin .. ":" .. os.getenv "PATH", HOME = bin, LC_ALL = "C.UTF-8",
            FACTORY_DISPATCH__VIA = "fake:" .. at.root .. "/desktop.lua", FACTORY_DISPATCH__FACTORY = "true" } }
end

local function run(self, argv, input)
    argv.cwd, argv.env, argv.unset, argv.input = self.at.root, self.env, self.unset, input
    return expect.run(argv)
end

local function must_end_well(result)
    if result.exit ~= 0 then
        return ("exit status %s: %s%s"):format(result.exit or "none", result.out, result.err)
    end
end

-- -------------------------------------------------------------------------------------------------- commands, as usage

-- What stands for what: in the reader's project each of these is there.
local STANDS_FOR = {
    ID = project.ID, TITLE = "HITECHOS_A_core_" .. project.ID, FILE = "prompt.txt", ["FILE.lua"] = "probe.lua",
    CODE = "print(1)", COMMAND = "windows", TOPIC = "settings", SETTING = "SendMode", FOLDER = ".",
    ["NAME,…"] = "A_core", SECONDS = "5", PATH = "tmux.sock", ["[settings]"] = "-ShowConfig", ["…"] = false,
    ["[arguments]"] = "HITECHOS_A_core_" .. project.ID,
}
local NEEDS_A_PLACE = { auto = true, x11 = true, tmux = true }         -- a desktop that is real

---@param before string[]              the words before it: a second TITLE is another one
---@return string? word, string? problem     nil: it stands for nothing
local function meant(word, before)
    for _, each in ipairs(before) do
        if word == "TITLE" and each == STANDS_FOR.TITLE then return "HITECHOS_B_tooling_" .. project.ID end
    end
    if STANDS_FOR[word] ~= nil then return STANDS_FOR[word] or nil end
    local kind, path = word:match "^(fake):(.+)$"
    if kind then return path == "FILE.lua" and "fake:desktop.lua" or word end
    if word:find "^%u%u+$" or word:find "^%u+%.%l+$" then return nil, "nobody knows what " .. word .. " stands for" end
    return word
end

---Every way to fill a usage in: without what is optional, and with each option and alternative alone.
---@return string[][]? commands        words without "dispatch"
---@return string? problem
function M.commands(usage)
    local groups, ways = {}, {}
    local bare = usage:gsub("%[settings%]", "SETTINGS…"):gsub("%[arguments%]", "ARGUMENTS…")
        :gsub(" ?(%b[])", function(group)
            groups[#groups + 1] = group:sub(2, -2)
            return (" \1%d"):format(#groups)
        end)
    local function fill(chosen, alternative)
        local words, left_out = {}, false
        local text = bare:gsub("\1(%d+)", function(n) return tonumber(n) == chosen and groups[chosen] or "" end)
            :gsub("SETTINGS…", "[settings]"):gsub("ARGUMENTS…", "[arguments]")
        for word in text:gmatch "%S+" do
            local options = {}
            for option in word:gmatch "[^|]+" do options[#options + 1] = option end
            local option = options[math.min(alternative, #options)]
            left_out = left_out or #options > 1 and NEEDS_A_PLACE[option]
            local value, problem = meant(option, words)
            if problem then return nil, problem end
            words[#words + 1] = value
        end
        table.remove(words, 1)
        if not left_out then ways[#ways + 1] = words end
        return true
    end
    for chosen = 0, #groups do
        local _, bars = (groups[chosen] or bare):gsub("|", "")
        for alternative = 1, bars + 1 do
            local fine, problem = fill(chosen, alternative)
            if not fine then return nil, problem end
        end
    end
    return ways
end

---@return string? problem
local function run_usage(self, usage)
    local commands, problem = M.commands(usage)
    if not commands then return problem end
    for _, words in ipairs(commands) do
        local wrong = must_end_well(run(self, { "dispatch", table.unpack(words) }, ""))
        if wrong then return ("dispatch %s: %s"):format(table.concat(words, " "), wrong) end
    end
end

-- ------------------------------------------------------------------------------------------------- blocks, by language

local by_language = {}

function by_language.sh(self, block)
    return must_end_well(run(self, { "sh", "-eu" }, block.text))
end

---Does this come out? A line … stands for any number of lines.
local function comes_out(wanted, got)
    local pattern = ("\n" .. wanted):gsub("%p", "%%%0"):gsub("\n…%f[\n\0]", "\n\1")
    pattern = "^" .. pattern:gsub("\n\1", "[^\0]-") .. "$"
    return ("\n" .. got):find(pattern) ~= nil
end

---Each command tells its exit status on a line of its own, and leaves it for the next one's $?.
function by_language.console(self, block)
    local commands, wanted = {}, {}
    for line in block.text:gmatch "([^\n]*)\n" do
        local command = line:match "^%$ (.*)$"
        if command then
            commands[#commands + 1] = command .. "\ns=$?; printf '\\036%d\\036' $s; (exit $s)\n"
            wanted[#commands] = ""
        elseif not commands[1] then
            return "a console begins with `$ command`"
        else
            wanted[#commands] = wanted[#commands] .. line .. "\n"
        end
    end
    local both = self.at.root .. "/.said"
    local shell = { "sh", out = both, err = both }
    run(self, shell, table.concat(commands))
    local at, said = 0, expect.read(both)
    for output, status in said:gmatch "([^\30]*)\30(%d+)\30" do
        at = at + 1
        local asked = (commands[at + 1] or ""):find "^echo %$%?"
        if status ~= "0" and not asked then return ("command %d: exit status %s: %s"):format(at, status, output) end
        if not comes_out(wanted[at], output) then
            return ("command %d printed\n%s\nand not\n%s"):format(at, output, wanted[at])
        end
    end
    if at < #commands then return ("it stopped at command %d: %s"):format(at + 1, said) end
end

function by_language.lua(self, block)
    return must_end_well(run(self, { "dispatch", "-" }, block.text))
end

function by_language.repl(self, block)
    local session = self.session
    session.desktop = block.words ~= "" and block.words or session.desktop
    for line in block.text:gmatch "([^\n]*)\n" do
        local input = line:match "^> (.*)$" or line:match "^%.%. (.*)$"
        table.insert(input and session.typed or session.printed, input or line)
    end
end

function by_language.usage(self, block)
    for line in block.text:gmatch "[^\n]+" do
        local problem = run_usage(self, line:match "^(.-)%s%s" or line)
        if problem then return problem end
    end
end

function by_language.json(_, block)
    local fine, message = pcall(cjson.decode, block.text)
    if not fine then return message end
end

function by_language.text() end
by_language.toml = by_language.text

---The session of the page, once all of it was read.
local function run_session(self)
    local session = self.session
    if not session.typed[1] then return end
    local out = self.at.root .. "/.said"
    local argv = { "dispatch", "repl", out = out, err = out }
    if session.desktop then argv[3], argv[4] = "-Via", "fake:" .. session.desktop end
    run(self, argv, table.concat(session.typed, "\n") .. "\n")
    local wanted, got = table.concat(session.printed, "\n") .. "\n", expect.read(out)
    local fine, wrong = pcall(expect.equal, got, wanted)
    if not fine then return wrong.failure end
end

-- --------------------------------------------------------------------------------------------------------------- edits

---The built-in flow with an edit of a page.
---@param old string
---@param new string
---@return string? source
---@return string? problem
function M.edited(old, new)
    local source = host.source "run_iter.lua"
    local first, last = source:find(old, 1, true)
    if not first then return nil, "run_iter.lua has no such lines" end
    if source:find(old, last + 1, true) then return nil, "run_iter.lua has these lines twice" end
    return source:sub(1, first - 1) .. new .. source:sub(last + 1)
end

local function run_edit(old, new)
    local source, problem = M.edited(old, new)
    if not source then return problem end
    local chunk, wrong = load(source, "@run_iter.lua", "t")
    if not chunk then return wrong end
    local fine, flow = pcall(chunk)
    if not fine then return tostring(flow) end
    for _, id in ipairs(RUN_IDS) do
        if contract.check_id(flow.run_id, id) then
            local at = project.iteration(source, flow.workers, id)
            return must_end_well(project.rehearse(at))
        end
    end
    return "no RUN_ID fits this flow: " .. table.concat(RUN_IDS, ", ")
end

-- ------------------------------------------------------------------------------------------------------------ the page

local function why_not_run(text) return text:match "^not run: (%S.*)$" end

---@return string? problem
local function run_code(self, block)
    if block.open then return "its fence is never closed" end
    if block.language == "" then return "it has no language; `text` is for output" end
    if not by_language[block.language] then return ("nobody knows how to run `%s`"):format(block.language) end
    if block.language == "lua" and block.words == "in run_iter.lua" then
        self.old = block.text
        return select(2, M.edited(block.text, ""))
    elseif block.language == "lua" and block.words == "instead" then
        if not self.old then return "no ```lua in run_iter.lua stands above it" end
        local old = self.old
        self.old = nil
        return run_edit(old, block.text)
    elseif block.words ~= "" and block.language ~= "repl" then
        if not block.words:find "^[%w_./-]+$" or block.words:find "%.%." then
            return ("'%s' is no file's name"):format(block.words)
        end
        expect.write(self.at.root .. "/" .. block.words, block.text)
        return block.language == "lua" and select(2, load(block.text, "@" .. block.words, "t")) or nil
    end
    return by_language[block.language](self, block)
end

---The commands in a table's first column: cells with nothing but `code` in them.
local function run_table(self, block)
    for _, row in ipairs(block.rows) do
        local marked = why_not_run(row.cells[2] and row.cells[2]:match "<!%-%- (.-) %-%->" or "")
        local all_code = not marked and not row.cells[1]:gsub("`[^`]*`", ""):find "[^%s,]"
        for usage in (all_code and row.cells[1] or ""):gmatch "`(dispatch [^`]+)`" do
            local problem = run_usage(self, usage)
            if problem then return ("line %d: %s"):format(row.line, problem) end
        end
        if marked then table.insert(self.left_out, marked) end
    end
end

---@return string? problem
local function run_block(self, block)
    if block.kind == "indented" then return "a block has a fence, ```, and a language behind it" end
    if block.kind == "code" then return run_code(self, block) end
    if block.kind == "table" then return run_table(self, block) end
    local usage = block.kind == "paragraph" and block.text:match "^%*%*`(dispatch[^`]*)`%*%*"
    return usage and run_usage(self, usage) or nil
end

---Runs a page.
---@param text string
---@return string[] problems           each with its line
---@return integer count               of the blocks and tables that were looked at
---@return string[] left_out           why some were not run
function M.run(text)
    local self, problems, count, marked = reader(), {}, 0, nil
    local function tell(line, problem)
        if problem then problems[#problems + 1] = ("%d: %s"):format(line, problem) end
    end
    for _, block in ipairs(markdown.read(text)) do
        if block.kind == "comment" then
            marked = why_not_run(block.text)
            if block.text:find "^not run" and not marked then tell(block.line, "`not run:` wants a reason") end
        else
            if not marked then tell(block.line, run_block(self, block)) end
            if marked then table.insert(self.left_out, marked) end
            count = count + ((block.kind == "code" or block.kind == "table") and 1 or 0)
            marked = nil
        end
    end
    tell(0, run_session(self))
    return problems, count, self.left_out
end

return M
