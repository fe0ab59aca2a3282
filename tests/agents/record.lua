--- record - records the screens of the real agents anew: build/dev/dispatch tests/agents/record.lua [codex|opencode]
--- They come into tests/agents/screens/NAME-VERSION/, 80 x 24; tests/lua/agents_*_spec.lua judge them. docs/agents.md
--- says what to do after a new release.
local here = arg[0]:match("^(.*)/[^/]*$")
package.path = here .. "/?.lua;" .. here .. "/../lua/?.lua;" .. package.path
local expect = require "expect"
expect.root = here .. "/../.."
local labs = require "lab"

local record = { codex = {}, opencode = {} }

local function keep(lab, agent, name, screen)
    local text = screen:gsub(lab.project:gsub("%p", "%%%0"), "/home/user/project"):gsub("• %d%d:%d%d", "• 12:00")
    text = text:gsub("%s+$", "")
    expect.write(("%s/screens/%s-%s/%s.txt"):format(here, agent, labs.VERSIONS[agent], name), text .. "\n")
    print(agent, name)
end

local function lines(from, to)
    local list = {}
    for i = from, to do
        list[#list + 1] = ("line %d of %d"):format(i, to)
    end
    return table.concat(list, "\n")
end

local LINES = "first line\n\tsecond line, after a tab\n\nfourth: 'single' \"double\" `ticks`, ünïcödé 漢字"
local LONG = ("A prompt of more than a thousand characters, ünïcödé 漢字.\n"):rep(40):gsub("\n$", "")

-- OpenAI Codex ------------------------------------------------------------------------------------------------------

local IDLE = "for agents"

local function codex(lab, o, pattern)
    local pane = lab:pane("recorded", lab:codex(o))
    return pane, lab:await(pane, pattern or IDLE)
end

function record.codex.composer(lab, save)
    local pane, screen = codex(lab)
    save("idle", screen)
    save("draft", lab:paste(pane, "look at the tests first", "tests first"))
    lab:keys(pane, "C-c")
    lab:await(pane, IDLE)
    save("draft-lines", lab:paste(pane, LINES, "fourth"))
    lab:keys(pane, "C-c")
    lab:await(pane, IDLE)
    save("draft-full", lab:paste(pane, lines(1, 40), "line 40"))
    lab:keys(pane, "C-c")
    lab:await(pane, IDLE)
    save("long-paste", lab:paste(pane, LONG, "Pasted Content"))
    save("long-paste-twice", lab:paste(pane, LONG, "#2"))
    lab:keys(pane, "C-c")
    lab:await(pane, IDLE)
    lab:keys(pane, "-l", "!")
    save("shell-mode", lab:await(pane, "Shell mode"))
    lab:keys(pane, "BSpace")
    lab:await(pane, IDLE)
    lab:keys(pane, "-l", "/mo")
    save("command-list", lab:await(pane, "choose what model"))
    lab:keys(pane, "C-c")
    lab:await(pane, IDLE)
    expect.write(lab.project .. "/notes.txt", "notes\n")
    lab:keys(pane, "-l", "see @not")
    save("file-list", lab:await(pane, "esc close"))
    lab:keys(pane, "C-c")
    lab:await(pane, IDLE)
    lab:keys(pane, "BTab")
    save("plan-mode", lab:await(pane, "Plan mode"))
end

function record.codex.turn(lab, save)
    local pane = codex(lab)
    lab:paste(pane, "a question\nstand-in: hold", "hold")
    lab:keys(pane, "Enter")
    save("busy", lab:await(pane, "esc to interrupt"))
    save("busy-draft", lab:paste(pane, "and one more thing", "tab to queue"))
    lab:keys(pane, "C-c")
    lab:await(pane, "Ask Codex")
    lab:release()
    save("done", lab:await(pane, "Worked for.*" .. IDLE))
    lab:keys(pane, "Escape")
    lab:await(pane, "esc again")
    lab:keys(pane, "Escape")
    save("browsing", lab:await(pane, "rewind · esc back"))
end

function record.codex.queue(lab, save)
    local pane = codex(lab)
    lab:paste(pane, "stand-in: run sleep 20", "sleep")
    lab:keys(pane, "Enter")
    lab:await(pane, "background terminal")
    lab:paste(pane, "and then this", "then this")
    lab:keys(pane, "Enter")
    save("busy-queue", lab:await(pane, "to be submitted"))
end

function record.codex.approval(lab, save)
    local pane = codex(lab, { asks = true })
    lab:paste(pane, "stand-in: ask touch notes.txt", "notes.txt")
    lab:keys(pane, "Enter")
    save("approval", lab:await(pane, "esc to cancel"))
    lab:keys(pane, "Up")
    save("approval-no", lab:await(pane, "› 3. No"))
end

function record.codex.dialogs(lab, save)
    save("trust", (select(2, codex(lab, { trusted = false }, "Trust and continue"))))
    os.remove(lab.project .. "/.codex/config.toml")
    save("update", (select(2, codex(lab, { update = true }, "Skip until"))))
    save("new-model", (select(2, codex(lab, { upgrade = true }, "Use existing"))))
    local pane = codex(lab)
    lab:keys(pane, "-l", "/permissions")
    lab:await(pane, "allowed to do")
    lab:keys(pane, "Enter")
    save("permissions", lab:await(pane, "Full Access"))
    lab:keys(pane, "Escape")
    lab:await(pane, "Ask Codex")
    lab:keys(pane, "Left")
    save("command-center", lab:await(pane, "Inactive"))
end

-- opencode ----------------------------------------------------------------------------------------------------------

local function opencode(lab)
    local pane = lab:pane("recorded", lab:opencode())
    return pane, lab:await(pane, "Ask anything")
end

function record.opencode.composer(lab, save)
    local pane, screen = opencode(lab)
    save("start", screen)
    save("draft", lab:paste(pane, "look at the tests first", "tests first"))
    lab:keys(pane, "C-c")
    lab:await(pane, "Ask anything")
    save("draft-lines", lab:paste(pane, "two lines\nof text", "of text"))
    lab:keys(pane, "C-c")
    lab:await(pane, "Ask anything")
    save("long-paste", lab:paste(pane, LONG, "Pasted"))
    save("long-paste-twice", lab:paste(pane, LONG, "Pasted.*Pasted"))
    lab:keys(pane, "C-c")
    lab:await(pane, "Ask anything")
    lab:keys(pane, "-l", "!")
    save("shell-mode", lab:await(pane, "[Ss]hell"))
    lab:keys(pane, "BSpace")
    lab:await(pane, "Ask anything")
    lab:keys(pane, "-l", "/mo")
    save("command-list", lab:await(pane, "/models"))
    lab:keys(pane, "C-c")
    lab:await(pane, "Ask anything")
    lab:keys(pane, "C-p")
    save("palette", lab:await(pane, "Search"))
end

function record.opencode.turn(lab, save)
    local pane = opencode(lab)
    lab:paste(pane, "a question\nstand-in: hold", "hold")
    lab:keys(pane, "Enter")
    save("busy", lab:await(pane, "esc .*interrupt"))
    save("busy-draft", lab:paste(pane, "and one more thing", "more thing"))
    lab:keys(pane, "C-c")
    lab:release()
    save("done", lab:await(pane, "project +%d+ +ctrl"))
    lab:paste(pane, "stand-in: run touch /tmp/notes-outside.txt", "outside")
    lab:keys(pane, "Enter")
    save("approval", lab:await(pane, "Permission required"))
    lab:keys(pane, "Right")
    lab:keys(pane, "Right")
    lab:keys(pane, "Enter")
    save("approval-reject", lab:await(pane, "Reject"))
end

local failed = false
for agent, scenes in pairs(record) do
    for name, scene in pairs(arg[1] and arg[1] ~= agent and {} or scenes) do
        local done, problem = pcall(function()
            local lab = labs.start()
            scene(lab, function(...)
                keep(lab, agent, ...)
            end)
        end)
        if not done then
            failed = true
            print("FAILED", agent, name, expect.show(problem))
        end
        expect.clean()
    end
end
os.exit(not failed, true)
