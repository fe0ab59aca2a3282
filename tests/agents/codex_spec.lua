-- The real OpenAI Codex: whole iterations through five tmux panes and five xterms, and what it must not be sent.
local cjson = require "cjson"
local clock = require "clock"
local expect = require "expect"
local labs = require "lab"
local layout = require "dispatch.layout"
local process = require "process"
local prompt = require "dispatch.prompt"
local recorded = require "agent_screens"
local repository = require "dispatch.demo.repository"
local screens = require "dispatch.screens"
local x11 = require "x11_display"
local test = expect.test

local WORKERS = { "A_core", "B_tooling", "C_features", "D_validation", "Z_aggregator" }
local READY = "for agents"                                     -- in the foot, once the session is there
local TITLE = "HITECHOS_A_core_20261122_1"

-- A whole iteration -------------------------------------------------------------------------------------------------

--- A lab whose project is a repository with a prompt zip: five prompts of 4 KB with quotes, tabs, backticks, emoji.
local function iteration()
    local lab = labs.start()
    local made = expect.ok(repository.make(lab.project, WORKERS))
    return lab, layout.new(made.root, made.run_id)
end

local function run(at, words, env)
    local argv = { "run_iter.lua", "-RunId", at.run_id, "-Root", at.root, "-Factory",
        ("'%s' demo --stage"):format(expect.binary()), "-WindowReadyTimeout", "60", "-WorkerDoneTimeout", "90",
        "-BetweenWorkersDelayMs", "0", env = env, unset = { "TMUX", "TMUX_PANE" }, seconds = 200 }
    local result = expect.dispatch(table.move(words, 1, #words, #argv + 1, argv))
    expect.equal(result.exit, 0, result.out .. result.err)
    return expect.read(at:report())
end

local function events(at, name)
    local found = {}
    for line in expect.read(at:logs() .. "/EVENTS.jsonl"):gmatch "[^\n]+" do
        local event = cjson.decode(line)
        if event.ev == name then
            found[#found + 1] = event
        end
    end
    return found
end

--- The model's address was told the five prompts: each once, byte for byte, and nothing else.
local function all_arrived(lab, at)
    local meant, got = {}, lab:turns()
    for i, worker in ipairs(WORKERS) do
        meant[i] = prompt.sent(expect.read(at:prompts() .. "/" .. at:prompt_name(worker))).text
        expect.truthy(#meant[i] >= 3800, "4 KB")
    end
    table.sort(meant)
    table.sort(got)
    expect.equal(#got, #meant, "prompts that the model's address was told")
    for i, text in ipairs(meant) do
        expect.equal(got[i]:match("^%s*(.-)%s*$"), text:match("^%s*(.-)%s*$"))
    end
end

--- Codex looks for an announcement wherever it is told not to; it got no answer, and looked for nothing else.
local function stayed_at_home(lab)
    expect.equal(lab:outside():gsub("CONNECT raw%.githubusercontent%.com:443\n", ""), "")
end

test("five Codex in tmux panes get their prompts byte for byte, and each is seen to take it", function()
    local lab, at = iteration()
    for i, worker in ipairs(WORKERS) do                        -- not waited for: dispatch does
        lab:pane(at:title(worker), lab:codex { titles = i % 2 == 0 })      -- the name of tmux' window stays
    end
    run(at, { "-Via", "tmux", "-TmuxSocket", lab:tmux().socket })
    all_arrived(lab, at)
    for _, event in ipairs(events(at, "send.receipt")) do
        expect.equal({ event.receipt, event.seen.agent, event.seen.shown, event.seen.composer },
            { "submitted", "OpenAI Codex", true, "empty" }, event.worker)
        expect.equal(event.seen.keys, 1, event.worker .. ": keys")
    end
    expect.equal(#events(at, "send.receipt"), 5)
    stayed_at_home(lab)
end)

test("five Codex in xterms get their prompts byte for byte, and the marker shows that they arrived", function()
    local lab, at = iteration()
    local display = x11.start()
    local logs = {}
    for i, worker in ipairs(WORKERS) do
        logs[i] = lab.folder .. "/xterm-" .. worker
        local titles = i % 2 == 0                              -- or the terminal lets nobody change its title
        display:spawn { expect.need "xterm", "-u8", "-geometry", "80x24", "-T", at:title(worker), "-l", "-lf", logs[i],
            "-xrm", "*allowTitleOps: " .. tostring(not titles), "-e", "sh", "-c",
            "exec " .. lab:codex { titles = titles } }
    end
    for _, log in ipairs(logs) do                              -- nobody can see into an xterm: the operator waits
        expect.eventually("Codex is ready", labs.SECONDS, function()
            return (expect.read(log) or ""):find("GPT-5.5", 1, true)   -- in the foot
        end)
    end
    local page = run(at, { "-Via", "x11" }, display.env)
    all_arrived(lab, at)
    for _, event in ipairs(events(at, "send.receipt")) do
        expect.equal({ event.receipt, event.seen.taken }, { "unobservable", "whole" }, event.worker)
    end
    expect.contains(page, "arrived")
    stayed_at_home(lab)
end)

-- What must not be sent to ------------------------------------------------------------------------------------------

local function send(lab, text, ...)
    local path = lab.folder .. "/prompt.txt"
    expect.write(path, text)
    return expect.dispatch { "send", TITLE, path, "-Via", "tmux", "-TmuxSocket", lab:tmux().socket, "-Root",
        lab.project, unset = { "TMUX", "TMUX_PANE" }, ... }
end

--- What the table reads in the pane. The rest moves: clocks, hints.
local function seen(lab, pane)
    local agent = recorded.agent "OpenAI Codex"
    local screen = lab:screen(pane)
    return { composer = screens.composer(agent, screen), question = screens.question(agent, screen) }
end

--- It is refused with this message, and the agent's screen is as before.
local function refuses(lab, pane, message, ...)
    local before, turns = seen(lab, pane), #lab:turns()
    local result = send(lab, "A prompt\nof two lines.", ...)
    expect.equal(result.exit, 2, result.out .. result.err)
    expect.contains(result.err, message)
    expect.equal(seen(lab, pane), before)
    expect.equal(#lab:turns(), turns, "turns")
end

local function codex(lab, o, pattern)
    local pane = lab:pane(TITLE, lab:codex(o))
    lab:await(pane, pattern or READY)
    return pane
end

test("a Codex that asks for an approval gets no prompt, whichever answer is chosen", function()
    local lab = labs.start()
    local pane = codex(lab, { asks = true })
    lab:paste(pane, "stand-in: ask touch approved", "touch approved")
    lab:keys(pane, "Enter")
    lab:await(pane, "esc to cancel")
    refuses(lab, pane, "asks for an approval: 'Would you like to run the following command?'")
    lab:keys(pane, "Up")
    lab:await(pane, "› 3. No")
    refuses(lab, pane, "asks for an approval")
    expect.equal(expect.read(lab.project .. "/approved"), nil)
end)

test("a draft in Codex' composer is somebody's, and Codex' shell mode would run a prompt", function()
    local lab = labs.start()
    local pane = codex(lab)
    lab:paste(pane, "fix the tests first", "tests first")
    refuses(lab, pane, "text is in its composer already: 'fix the tests first'")
    lab:keys(pane, "C-c")
    lab:await(pane, READY)
    lab:keys(pane, "-l", "!")
    lab:await(pane, "Shell mode")
    refuses(lab, pane, "shows a dialog: 'Shell mode'")
end)

test("Codex' dialogs at its start are nobody's to answer but a person's: trust, update, another model", function()
    local lab = labs.start()
    local pane = codex(lab, { trusted = false }, "Trust and continue")
    refuses(lab, pane, "shows a dialog: 'Trust this folder?")
    os.remove(lab.project .. "/.codex/config.toml")
    for option, shown in pairs { update = "Update available", upgrade = "Meet GPT%-6 Sol" } do
        lab:tmux():run("kill-pane", "-t", pane.id)
        pane = codex(lab, { [option] = true }, shown)
        refuses(lab, pane, "shows a dialog: '" .. shown:gsub("%%", ""))
    end
end)

test("a Codex at work gets nothing until it is done; then its prompt", function()
    local lab = labs.start()
    local pane = codex(lab)
    lab:paste(pane, "stand-in: hold", "hold")
    lab:keys(pane, "Enter")
    lab:await(pane, "esc to interrupt")
    expect.eventually("the first turn", labs.SECONDS, function()
        return lab:turns()[1]
    end)
    refuses(lab, pane, "OpenAI Codex is at work: ", "-WindowReadyTimeout", "1")

    local out = lab.folder .. "/send.out"
    expect.write(lab.folder .. "/prompt.txt", "What comes after it.")
    local child = expect.ok(process.spawn({ expect.binary(), "send", TITLE, lab.folder .. "/prompt.txt", "-Via", "tmux",
        "-TmuxSocket", lab:tmux().socket }, { out = out, err = out .. ".err", unset = { "TMUX", "TMUX_PANE" } }))
    expect.after(function()
        child:kill(clock.now() + 2)
        child:close()
    end)
    expect.eventually("dispatch looks at the pane", labs.SECONDS, function()
        return lab:tmux():run("list-clients") ~= ""
    end)
    expect.equal(lab:turns(), { "stand-in: hold" })
    lab:release()
    expect.ok(require("wait").any({ child }, clock.now() + labs.SECONDS))
    expect.contains(expect.read(out), TITLE .. "  submitted")
    expect.equal(child:status().exit, 0)
    expect.eventually("the prompt", 20, function()
        return lab:turns()[2]
    end)
    expect.equal(lab:turns(), { "stand-in: hold", "What comes after it." })
end)

test("a prompt for Codex that is a shell command, an unknown one, or ends in a file is not submitted", function()
    local lab = labs.start()
    local pane = codex(lab)
    expect.contains(send(lab, "!touch ran\nand more").out, "not_submitted: OpenAI Codex shows a dialog: 'Shell mode")
    lab:keys(pane, "C-c")
    lab:await(pane, READY)
    expect.write(lab.project .. "/notes.txt", "notes\n")
    expect.contains(send(lab, "look at @not").out, "not_submitted: OpenAI Codex shows a dialog: 'enter/tab insert")
    lab:keys(pane, "C-c")
    lab:await(pane, READY)
    expect.contains(send(lab, "/unknown command").out, "not_submitted: the text is still in the composer after 3 keys")
    expect.equal({ lab:turns(), expect.read(lab.project .. "/ran") }, { {}, nil })
end)

test("our own text in Codex' composer only gets the key", function()
    local lab = labs.start()
    local pane = codex(lab)
    lab:paste(pane, "one\n\ttwo", "two")
    expect.contains(send(lab, "one\n\ttwo").out, "submitted")
    lab:await(pane, "Answer")
    expect.equal(lab:turns(), { "one\n\ttwo" })
end)

test("in its sandbox Codex leaves a marker beside its folder only where that is allowed", function()
    local lab = labs.start()
    expect.mkdir(lab.folder .. "/runs")
    local pane = codex(lab, { sandbox = true, may_write = lab.folder .. "/runs" })
    expect.contains(send(lab, "stand-in: run touch ../other").out, "submitted")
    lab:await(pane, "Answer")
    expect.contains(send(lab, "stand-in: run touch ../runs/marker").out, "submitted")
    expect.eventually("the marker", labs.SECONDS, function()
        return expect.read(lab.folder .. "/runs/marker")
    end)
    expect.equal(expect.read(lab.folder .. "/other"), nil)
end)

-- Prompts of every size ---------------------------------------------------------------------------------------------

test("prompts of one line, of more lines than the pane has, and of 64 KB are seen and taken, one after the other",
    function()
        local lab = labs.start()
        local pane = codex(lab)
        local long = x11.text(64 * 1024)
        local many = ("one of forty\n"):rep(39) .. "the fortieth"
        for i, text in ipairs { "one line", many, long, "again one line" } do
            local result = send(lab, text)
            expect.contains(result.out, TITLE .. "  submitted", result.out .. result.err)
            expect.eventually("the prompt", 20, function()
                return #lab:turns() == i
            end)
            expect.equal(lab:turns()[i], text)
            lab:await(pane, "Answer %d+%.[^\n]*\n.*" .. READY)
        end
    end)
