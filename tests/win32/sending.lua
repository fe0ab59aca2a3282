--- sending - what the specs of both ways to send on Windows share: dispatch send of one text, windows that must never
--- be called submitted, and many sends in a row.
local clock = require "clock"
local expect = require "expect"
local stage = require "stage"
local wait = require "wait"

local M = {}

M.TITLE = "HITECHOS_A_core_20261122_1"
--- DISPATCH_SENDS: how many the long tests send.
M.SENDS = tonumber(os.getenv "DISPATCH_SENDS" or "200")

--- dispatch send of one text into the window TITLE. Answers exit, output, what it said of trouble.
---@param text string
---@param options string[] -Via and others
function M.send(text, options)
    local path = stage.folder() .. "/prompt.txt"
    expect.write(path, text)
    local run = expect.dispatch { "send", M.TITLE, path, seconds = stage.SECONDS * 2, "-WindowReadyTimeout", "5",
        table.unpack(options) }
    return run.exit, run.out, run.err
end

--- Declares a test a row.
---@param rows {[1]: string, [2]: string}[] manner of the window, what is said of it
---@param send fun(text: string): integer, string, string
function M.never_submitted(rows, send)
    for _, row in ipairs(rows) do
        expect.test("no prompt is called submitted by a window of this manner: " .. row[1], function()
            local chat = stage.editor(M.TITLE, row[1])
            local exit, out, err = send "never"
            expect.contains(out .. err, row[2])
            expect.lacks(out:gsub("not_submitted", ""), "submitted")
            expect.equal({ exit, chat:submitted() }, { 2, {} })
        end)
    end
end

-- Many --------------------------------------------------------------------------------------------------------------

--- A small editor of our own, a chat around the system's Edit control, and Notepad.
local KINDS = { "own", "own", "own", "Edit", "Notepad" }
local BATCH = 100 -- sends between two looks at the clipboard

local function open(desktop)
    local targets = {}
    for i, kind in ipairs(KINDS) do
        local title = ("HITECHOS_W%d_20261122_1"):format(i)
        local target = { kind = kind, want = {} }
        if kind == "Notepad" then
            target.pin = stage.notepad(desktop, title)
        else
            target.chat = stage.editor(title, kind == "own" and "own" or nil)
            target.pin = stage.pin(desktop, title)
        end
        targets[i] = target
    end
    return targets
end

local function await(desktop, pin, text, what)
    local last = clock.now() + stage.SECONDS
    while desktop:screen_text(pin) ~= text do
        if clock.now() > last then
            expect.equal(desktop:screen_text(pin), text, what)
        end
        wait.sleep(clock.now() + 0.001)
    end
end

--- That the key was taken is what the caller waits for. `laps.unseen` counts those that desktop:key() did not see
--- taken: a window may be busy for longer than it looks.
local function press(desktop, pin, chord, laps, what)
    local word, message = desktop:key(pin, chord, stage.within())
    expect.equal(message, nil, what)
    laps.unseen = laps.unseen + (word == "whole" and 0 or 1)
end

--- One send; each text is its own, so that lost, doubled and garbled ones show.
local function one(desktop, target, laps, n)
    local what, text, pin = "send " .. n, stage.text(4096, "send " .. n), target.pin
    laps:start()
    expect.ok(desktop:list())
    laps:lap "list"
    expect.ok(desktop:focus(pin, stage.within()))
    laps:lap "focus"
    expect.equal({ desktop:paste(pin, text, stage.within()) }, { "whole" }, what)
    laps:lap "paste"
    await(desktop, pin, text, what)
    laps:lap "read"
    laps:whole "seen"
    laps:whole("seen " .. target.kind)
    press(desktop, pin, "Return", laps, what)
    await(desktop, pin, target.chat and "" or text .. "\n", what)
    laps:lap "key"
    laps:whole "whole"
    if target.chat then
        table.insert(target.want, text)
    else -- it submits nothing: what stood there was compared
        press(desktop, pin, "ctrl+a", laps, what)
        press(desktop, pin, "Delete", laps, what)
        await(desktop, pin, "", what)
    end
end

--- So many texts of 4 KB to five windows in turn. The user's clipboard is compared after every hundredth.
---@param desktop table
---@param sends integer
---@param between? fun() after every hundredth
---@return table laps of the parts; "seen": up to reading it back, also for each kind of window; "whole": with the key
function M.many(desktop, sends, between)
    local targets, laps = open(desktop), stage.laps()
    local formats
    laps.unseen = 0
    local function own()
        stage.puppet("own", "what the user copied"):await "owned"
        formats = stage.order "formats"
    end
    own()
    for n = 1, sends do
        local i = (n - 1) % #targets + 1
        if i == 1 then
            expect.ok(desktop:lock(clock.now() + 5))
        end
        one(desktop, targets[i], laps, n)
        if i == #targets or n == sends then
            desktop:unlock()
        end
        if n % BATCH == 0 or n == sends then
            expect.equal(stage.order "formats", formats, "after send " .. n)
            if between then
                between()
                own()
            end
        end
    end
    for _, target in ipairs(targets) do
        if target.chat then
            expect.equal(target.chat:submitted(), target.want)
        end
    end
    expect.truthy(laps.unseen <= sends // 50, laps.unseen .. " keys were not seen to be taken")
    return laps
end

--- What was measured, for a person.
function M.told(laps)
    local alone = stage.order("alone", stage.text(4096, "send 1")):gsub("%s", "")
    return ("%d sends of 4 KB to %d windows; %s\n    (seen: up to reading it back; whole: with the key and what it "
        .. "does; such a text alone takes an Edit control %s ms)"):format(#laps.ms.whole, #KINDS, laps:text(), alone)
end

return M
