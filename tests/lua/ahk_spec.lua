-- AutoHotkey's part: the script that is made, the orders it takes, which AutoHotkey is taken, and a run by its hands.
-- The real AutoHotkey: tests/win32/ahk_spec.lua.
local clock = require "clock"
local expect = require "expect"
local process = require "process"
local world = require "world"
local ahk = require "dispatch.carriers.ahk"
local carriers = require "dispatch.carriers"
local find = require "dispatch.ahk.find"
local keys = require "dispatch.ahk.keys"
local queue = require "dispatch.queue"
local runtime = require "dispatch.ahk.runtime"
local script = require "dispatch.ahk.script"
local test = expect.test

local windows = package.config:sub(1, 1) == "\\"

---Puts something in place of a function of a module, until the test is over.
local function instead(module, name, f)
    local was = module[name]
    module[name] = f
    expect.after(function() module[name] = was end)
end

-- The script --------------------------------------------------------------------------------------------------------

test("nothing breaks out of a literal", function()
    expect.equal(runtime.literal 'a"b`c ;d\ne', '"a`"b``c `;d`ne"')
    expect.equal(runtime.literal [[C:\ä\]], [["C:\ä\"]])
    expect.refused("EINVAL", "control character", runtime.literal "a\0b")
    expect.refused("EINVAL", "UTF-8", runtime.literal "\xff")
end)

test("the values of a run take the place of one line", function()
    local made = expect.ok(runtime.make("\u{FEFF}one\r\n;@ values\r\ntwo\n", "t.ahk", { { "A", '"' }, { "B", "%1" } }))
    expect.equal(made, '\u{FEFF}#Warn All, OutputDebug\none\nA := "`""\nB := "%1"\ntwo\n')
    for _, template in ipairs { "one\n", "\n;@\n;@\n" } do
        expect.refused("EINVAL", "t.ahk: ", runtime.make(template, "t.ahk", {}))
    end
    local built_in = expect.ok(runtime.template())
    expect.ok(runtime.make(built_in, "built-in", { { "RUN_ID", "x" } }))
end)

test("a project's own template that is there and cannot be read is an error that names it", function()
    local folder = expect.folder()
    expect.equal(select(2, runtime.template(folder .. "/ahk_template.ahk")), "ahk_template.ahk")
    local too_long = not expect.windows and folder .. "/" .. ("x"):rep(300) or nil  -- which Windows calls not there
    for _, path in ipairs { folder, too_long } do
        local text, message, code = runtime.template(path)
        expect.equal({ text, message:find(path, 1, true) ~= nil, code ~= "ENOENT" }, { nil, true, true })
    end
end)

test("a chord as AutoHotkey writes it", function()
    for chord, written in pairs { Return = "{Enter}", ["ctrl+Return"] = "^{Enter}", enter = "{Enter}",
        ["ctrl+v"] = "^{v}", ["ctrl+shift+P"] = "^+{p}", ["shift+Insert"] = "+{Insert}", ["alt+F4"] = "!{F4}",
        ["super+plus"] = "#{+}" } do
        expect.equal(keys.of_chord(chord), written)
    end
    expect.refused("EINVAL", "no key 'nosuch'", keys.of_chord "nosuch")
    expect.refused("EINVAL", "'hyper' is no modifier", keys.of_chord "hyper+a")
    expect.refused("EINVAL", "no key '}{Del'", keys.of_chord "}{Del")
end)

-- Orders and answers ------------------------------------------------------------------------------------------------

---A program that stands for AutoHotkey: shell lines. Answers the running script, or a refusal.
local function start(lines)
    if windows then expect.elsewhere "a shell script stands for AutoHotkey; tests/win32 has the real one" end
    local folder = expect.folder()
    expect.write(folder .. "/ahk", "#!/bin/sh\n" .. lines)
    expect.run { "chmod", "+x", folder .. "/ahk" }
    local running, message, code = script.start(folder .. "/ahk", "script.ahk", folder .. "/out", folder .. "/err")
    if running then expect.after(function() running:close() end) end
    return running, message, code, folder
end
local function soon() return clock.now() + 30 end

test("one order at a time, each answered", function()
    local s, _, _, folder = start [[
echo busy; printf 'ready\t2.0.18\r\n'
while read -r order; do
    case $order in
    focus*) echo busy; echo done ;;
    *) printf 'refused\tEGONE\tit was: %s\n' "$order" ;;
    esac
done]]
    expect.equal(s.version, "2.0.18")
    expect.equal(s:order({ "focus", "1" }, soon()), true)
    expect.refused("EGONE", "it was: match\t1\tä b", s:order({ "match", "1", "ä b" }, soon()))
    expect.refused("EINVAL", "control character", s:order({ "type", "1", "a\nfocus\t1" }, soon()))
    expect.equal(s:order({ "focus", "1" }, soon()), true)
    expect.contains(expect.read(folder .. "/out"), "busy\nready\t2.0.18\nbusy\ndone\nrefused")
end)

test("one that gives no sign of life is ended, one that does is waited for", function()
    instead(script, "SILENCE_SECONDS", 0.5)
    local s = start [[
printf 'ready\t2.0.18\n'
read -r order; for i in 1 2 3 4; do sleep 0.3; echo busy; done; echo done
read -r order; exec sleep 60]]
    expect.equal(s:order({ "press", "1", "x" }, soon()), true)
    local done, message, code, maybe = s:order({ "press", "1", "x" }, soon())
    expect.refused("ETIMEOUT", "no sign of life", done, message, code)
    expect.equal(maybe, true)
    expect.truthy(s.child == nil or not pcall(s.child.status, s.child))
    expect.refused("EIO", "no sign of life", s:order({ "focus", "1" }, soon()))       -- not what another try could mend
end)

test("one that ended before its order did nothing", function()
    local s = start "echo 'killed' >&2; printf 'ready\\t2.0\\n'; exit 1"
    expect.eventually("its end", 30, function() return s.child:status().exited end)
    local done, message, code, maybe = s:order({ "press", "1", "x" }, soon())
    expect.refused("EIO", "AutoHotkey ended: killed", done, message, code)
    expect.equal(maybe, false)
end)

test("one that ends, fails or babbles is over", function()
    for lines, text in pairs {
        ["read -r o; echo 'it broke' >&2; exit 1"] = "AutoHotkey ended: it broke",
        [ [[read -r o; printf 'failed\tno value\tC:\\x.ahk\t12\n']] ] = [[C:\x.ahk, line 12: no value]],
        ["read -r o; echo hello"] = "answered 'hello'",
    } do
        local s = start("printf 'ready\\t2.0\\n'\n" .. lines)
        local done, message, code, maybe = s:order({ "press", "1", "x" }, soon())
        expect.refused("EIO", text, done, message, code)
        expect.equal(maybe, true)
        done, message, code, maybe = s:order({ "press", "1", "x" }, soon())
        expect.refused("EIO", text, done, message, code)
        expect.equal(maybe, nil)
    end
end)

test("one that is not ready for orders is refused with its words", function()
    expect.refused("EIO", "its first words are 'hello'", start "echo hello; exec sleep 60")
    expect.refused("EIO", "x.ahk (3) : ==> Missing", start "echo 'x.ahk (3) : ==> Missing' >&2; exit 2")
end)

test("one that was closed is gone, and lets go of its files", function()
    local s = start "printf 'ready\\t2.0\\n'; exec sleep 60"
    local pid = tostring(s.child:pid())
    s:close()
    expect.truthy(expect.run({ "kill", "-0", pid }).exit ~= 0)
    s:close()
    expect.refused("EIO", "was ended", s:order({ "focus", "1" }, soon()))
end)

-- Which AutoHotkey --------------------------------------------------------------------------------------------------

---What process.run() finds: AutoHotkey by path, winget.
local function machine(o)
    instead(process, "run", function(argv)
        if argv[1] == "winget" then
            if not o.winget then return nil, "winget: not found in PATH", "ENOENT" end
            o.here = o.winget.brings
            return { exit = o.winget.exit, out = o.winget.says or "", err = "" }
        end
        local version = (o.versions or {})[argv[1]] or "2.0.18"
        if version:find "^2" then return { exit = 0, out = version, err = "" } end
        return { exit = 2, out = "", err = "* (1) : ==> This script requires AutoHotkey v2.0.\r\n\r\n"
            .. "Current interpreter: AutoHotkey v" .. version .. " Unicode 64-bit\r\n" }
    end)
    instead(process, "which", function(name) return name == "winget" and o.winget and "winget.exe" or nil end)
    instead(find, "candidates", function() return o.here or {} end)
    return o
end

test("the first v2 is taken; a v1 is named and refused", function()
    machine { here = { "old.exe", "new.exe" }, versions = { ["old.exe"] = "1.1.37.02" } }
    expect.equal(find.ensure(nil, soon()), { path = "new.exe", version = "2.0.18" })
    machine { here = { "old.exe" }, versions = { ["old.exe"] = "1.1.37.02" } }
    expect.refused("ENOENT", "old.exe is AutoHotkey 1.1.37.02, and version 2 is needed; there is no winget",
        find.ensure(nil, soon()))
    local named = expect.folder() .. "/named.exe"
    expect.write(named, "")
    machine { versions = { [named] = "1.1.37.02" }, winget = { exit = 0 } }
    expect.refused("EUNSUPPORTED", "version 2 is needed", find.ensure(named, soon()))
    expect.refused("ENOENT", "no.exe", find.ensure("no.exe", soon()))
end)

test("winget installs it, or the run is blocked with what to do", function()
    machine {}
    expect.refused("ENOENT", "there is no winget to install it with: install AutoHotkey v2", find.ensure(nil, soon()))
    machine { winget = { exit = 0, brings = { "new.exe" } } }
    expect.equal(find.ensure(nil, soon()).path, "new.exe")
    machine { winget = { exit = 7, says = "no\nnetwork" } }
    expect.refused("EIO", "winget could not install it (exit status 7: no network)", find.ensure(nil, soon()))
end)

test("a dry run says which would be started or that winget would bring one, and stops where the run would", function()
    machine { here = { "new.exe" } }
    expect.equal(find.plan(), "start AutoHotkey 2.0.18, new.exe")
    local o = machine { winget = { exit = 0, brings = { "new.exe" } } }
    expect.contains(find.plan(), "have winget install AutoHotkey v2")
    expect.equal(o.here, nil, "nothing was installed")
    machine {}
    expect.refused("ENOENT", "is not here: not in the registry", find.plan())
    expect.refused("ENOENT", "there is no winget to install it with", find.plan())
    machine { here = { "old.exe" }, versions = { ["old.exe"] = "1.1.37.02" } }
    expect.refused("ENOENT", "old.exe is AutoHotkey 1.1.37.02", find.plan())
    machine { winget = { exit = 0 } }
    expect.refused("ENOENT", "no.exe", find.plan "no.exe")
end)

test("where it may lie: what its set-up wrote down, PATH, the usual folders", function()
    local environment = { PATH = [[C:\bin;D:\x]], ProgramFiles = [[C:\Programs]], LOCALAPPDATA = [[C:\me]] }
    local folders = require("dispatch.ahk.places").folders({ [[C:\ahk\]] }, function(name)
        return environment[name]
    end)
    expect.equal(folders, { [[C:\ahk\v2]], [[C:\ahk]], [[C:\bin]], [[D:\x]], [[C:\Programs\AutoHotkey\v2]],
        [[C:\Programs\AutoHotkey]], [[C:\me\Programs\AutoHotkey\v2]], [[C:\me\Programs\AutoHotkey]] })
end)

-- A run by its hands ------------------------------------------------------------------------------------------------

local CHORDS = { ["{Enter}"] = "Return", ["^{Enter}"] = "ctrl+Return" }

---AutoHotkey's script as it should be, on the fake desktop. `fails` (order, how many of them) may answer instead.
local function hand(fails)
    local s, counts, token = { version = "2.0.18" }, {}, nil
    function s:order(fields)
        local word = fields[1]
        counts[word] = (counts[word] or 0) + 1
        local answer = fails and table.pack(fails(word, counts[word], fields[3]))
        if answer and answer.n > 0 then return table.unpack(answer, 1, answer.n) end
        if word == "match" then token = fields[3] end
        local pin, deadline = { id = math.tointeger(fields[2]), token = token }, { deadline = clock.now() + 5 }
        if word == "focus" then return self.desktop:focus(pin, deadline) end
        if not CHORDS[fields[3]] then return true end        -- the chord that pastes: the desktop does that
        if word == "press" then return self.desktop:key(pin, CHORDS[fields[3]], deadline) and true end
        return true
    end
    function s.close() s.closed = true end
    return s
end

---A run in which AutoHotkey is `fails`' hand.
---@param args? table                             for world.run
local function by_hand(w, fails, args)
    local s = hand(fails)
    instead(find, "ensure", function() return { path = "ahk.exe", version = s.version } end)
    instead(script, "start", function(_, _, out, err)
        for _, path in ipairs { w.at:ahk_log(), out, err } do expect.write(path, "") end
        s.closed = false
        return s
    end)
    instead(carriers, "refuses", function() end)
    instead(carriers, "open", function(run)
        local carrier = expect.ok(ahk.open(run, "ahk", run.cfg.via))
        s.desktop = carrier.places[1].desktop
        return carrier
    end)
    instead(carriers, "plan", function(cfg, names) return ahk.plan(cfg, "ahk", names) end)
    local r = w:run(args)
    expect.truthy(s.closed ~= false, "the script was ended")
    return r
end

test("a run by AutoHotkey's hands proves what any other does", function()
    local w = world.new()
    local r = by_hand(w)
    expect.equal(r.exit, 0, r.err)
    for _, worker in ipairs(world.WORKERS) do expect.equal(r:receipts()[worker], "submitted") end
    expect.equal(r:one("via.chosen").via, "ahk")
    expect.contains(r.page, "AutoHotkey 2.0.18, ahk.exe")
    expect.contains(expect.read(w.at:ahk_script()), '\nRUN_ID := "' .. w.at.run_id .. '"\n')
    for _, name in ipairs { "AHK_DISPATCH.log", "AHK_WORKER_RESULTS.log", "AHK_STDOUT.log", "AHK_STDERR.log" } do
        expect.matches(r.page, "\n| log | %[[^\n]*" .. name:gsub("%p", "%%%0") .. "[^\n]*%(" .. name:gsub("%p", "%%%0"))
    end
    local _, lines = expect.read(w.at:ahk_results()):gsub("\ttaken=whole\tkeys=1\n", "")
    expect.equal(lines, 5)
end)

local function no_autohotkey() return nil, "AutoHotkey v2 is not here", "ENOENT" end

---As by_hand() on a machine without AutoHotkey.
local function without(w, args)
    instead(find, "find", no_autohotkey)
    instead(process, "which", function() return nil end)
    instead(carriers, "plan", function(cfg, names) return ahk.plan(cfg, "ahk", names) end)
    instead(carriers, "refuses", function() end)
    instead(carriers, "open", function(run)
        return expect.ok(ahk.open(run, "ahk", run.cfg.via))
    end)
    instead(find, "ensure", no_autohotkey)
    return w:run(args)
end

local function step_7(r)
    for _, event in ipairs(r:all "step.end") do
        if event.step == "ensure_ahk" then return event end
    end
end

test("where nobody is to be sent to AutoHotkey is not needed, and not looked for", function()
    local w = world.new()
    expect.equal(by_hand(w).exit, 0)
    local r = without(w)                         -- all markers stand
    expect.equal({ r.exit, step_7(r).status }, { 0, "not_needed" }, r.err)
    r = without(w, { "-Resend" })                -- whoever is done is not sent to, -Resend or not
    expect.equal({ r.exit, step_7(r).status }, { 0, "not_needed" }, r.err)
    w:unmark "A_core"
    r = without(w, { "-Resend" })
    expect.equal({ r.exit, step_7(r).code }, { 2, "ENOENT" })
    expect.equal(r:pastes(), {})
end)

test("a worker that is only waited for needs no AutoHotkey", function()
    local w = world.new { work = 50 }
    expect.equal(by_hand(w, nil, { "-WorkerDoneTimeout", "20" }).exit, 2)
    w:unmark()
    for _, worker in ipairs(world.WORKERS) do
        table.insert(w.rules, { at = 5, write = w.at:marker(worker), text = world.token(worker) })
    end
    local r = without(w)
    expect.equal({ r.exit, step_7(r).status, r:pastes() }, { 0, "not_needed", {} }, r.err)
end)

test("a dry run stops where the run would, for lack of AutoHotkey, and only there", function()
    local w = world.new()
    local r = without(w, { "-WhatIf" })
    expect.equal(r.exit, 2)
    expect.contains(r.out, "AutoHotkey v2 is not here; there is no winget")
    expect.equal(by_hand(w).exit, 0)
    r = without(w, { "-WhatIf" })
    expect.equal(r.exit, 0, r.out)
    expect.contains(r.out, "nobody is to be sent to")
end)

test("whoever is sent to after all finds the same hands", function()
    instead(queue, "sends", function() return {} end)
    local r = by_hand(world.new())
    expect.equal({ r.exit, step_7(r).status, r:receipts().A_core }, { 0, "not_needed", "submitted" }, r.out .. r.err)
    expect.contains(expect.read(world.now.at:ahk_results()), "A_core\ttaken=whole")
end)

test("a focus that AutoHotkey cannot get stops the run before anything is pasted", function()
    local r = by_hand(world.new(), function(word) if word == "focus" then return nil, "it is 'other'", "EFOCUS" end end)
    expect.equal({ r.exit, r:receipts().A_core, r:pastes() }, { 2, "not_submitted", {} })
    expect.contains(r.page, "could not be focused in 4 attempts: it is 'other'")
end)

test("a script that dies at the paste: the reader of the text tells whether it was pasted", function()
    local function dies(word, _, written)
        if word == "press" and written == "^{v}" then return nil, "AutoHotkey ended", "EIO", true end
        if word == "press" then return nil, "AutoHotkey ended", "EIO" end
    end
    local r = by_hand(world.new(), dies)
    expect.equal({ r.exit, r:receipts().A_core, r:pastes() }, { 2, "not_submitted", { A_core = 1 } })
    expect.contains(r.page, "AutoHotkey ended (the text may be in its composer")
    r = by_hand(world.new { { on = "paste", window = "A_core", answer = "not" } }, dies)
    expect.equal({ r.exit, r:receipts().A_core }, { 2, "not_submitted" })
    expect.lacks(r.page, "may be in its composer")
end)

test("a script that dies at the submit key: the key may have gone out", function()
    local dead
    local r = by_hand(world.new(), function(word, _, written)
        if dead then return nil, "AutoHotkey ended", "EIO" end
        dead = word == "press" and written == "{Enter}"
        if dead then return nil, "AutoHotkey ended", "EIO", true end
    end)
    expect.equal({ r.exit, r:receipts().A_core, r:pastes() }, { 2, "unobservable", { A_core = 1 } })
    expect.equal(r:receipts().B_tooling, "not_submitted")
    expect.contains(r.page, "AutoHotkey ended")
end)

test("a template that cannot be used stops the run in step 7, and names itself", function()
    local w = world.new()
    w:write("tools/codex/dispatch/ahk_template.ahk", "MsgBox 1\n")
    local r = by_hand(w)
    expect.equal(r.exit, 2)
    expect.contains(r.page, "ahk_template.ahk: 0 lines begin with ';@'")
    local own = w.at.root .. "/tools/codex/dispatch/ahk_template.ahk"
    expect.contains(r:one("run.verdict").message, "remove or rename that file")
    assert(os.rename(own, own .. ".old"))
    expect.equal(expect.dispatch({ "init", "-Root", w.at.root }).exit, 0)
    expect.contains(expect.read(own), "\n;@")
    expect.equal(by_hand(w).exit, 0)
end)
