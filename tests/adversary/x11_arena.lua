--- x11_arena - windows on a display of its own: agents in xterms, puppets, a GTK text view. A bystander has almost the
--- same title; the user has copied something.
local expect = require "expect"
local targets = require "targets"
local wait = require "wait"
local clock = require "clock"
local window = require "window"
local iteration = require "iteration"
local x11_display = require "x11_display"

local M = { readable = false }

local KEY_A, SHIFT = "0x61", "0xffe1"

-- Methods of a scene: not every one of them needs to look at it.
-- luacheck: no self
local Scene = {}
Scene.__index = Scene

---@param k integer                               every second display has no window manager
function M.open(k)
    M.display = expect.shared(function() return x11_display.start { manager = k % 2 == 0 } end)
    local open = window.open
    window.open = function(name, where) return open(name, where or M.display.name) end
    M.near = expect.shared(function() return M.display:puppet("window", "near", "log") end)
    M.near:await "shown"
    M.eyes = expect.shared(function() return M.display:open() end)
    M.near_id = x11_display.pin(M.eyes, "near").id
    M.flags = { "-Via", "x11", "-WindowReadyTimeout", "5" }
end

-- ------------------------------------------------------------------------------------------------------------ targets

local open = {}

function open.xterm(scene, spec)
    scene.log = ("%s/%d.log"):format(M.display.folder, scene.n)
    -- who takes F12 from another client takes no title from its program
    local argv = { "xterm", "-u8", "-geometry", "60x8", "-xrm", "*allowSendEvents: true", "-T", scene.title, "-e" }
    local words = targets.command(scene.log, scene.title, spec, M.display.folder)
    if spec.shell then words = { "sh", "-c", '"$@"; exec sh -i', "sh", table.unpack(words) } end
    table.move(words, 1, #words, #argv + 1, argv)
    M.display:spawn(argv)
    scene.pid = targets.await_ready(scene.log)
end

function open.xcb(scene, spec)
    scene.puppet = M.display:puppet("window", scene.title, spec.manner)
    scene.puppet:await "shown"
    scene.pid = scene.puppet.child:pid()
end

function open.gtk(scene) scene.file = M.display:editor(scene.title) end

---@param sort "xterm"|"xcb"|"gtk"
function M.stage(sort, spec, title, n)
    local display = M.display
    local scene = setmetatable({ title = title, spec = spec, n = n, held = false }, Scene)
    scene.user = display:puppet("own", "CLIPBOARD", "the user's " .. n)
    scene.user:await "owned"
    display:order("retitle", ("%d"):format(M.near_id), title .. "0")
    open[sort](scene, spec)
    scene.id = ("%d"):format(x11_display.pin(M.eyes, title).id)
    scene.before = #M.near:said()
    return scene
end

-- ------------------------------------------------------------------------------------------------------------ strikes

function Scene:retitle() M.display:order("retitle", self.id, "another title") end
function Scene:look_away() M.display:order("focus", "1", "0", ("%d"):format(M.near_id)) end
function Scene:type_along() M.display:puppet("type", KEY_A, "60", "7"):await "types" end
function Scene:watch(verb) M.display:puppet(verb):await "watching" end
function Scene:grab() M.display:puppet "grab":await "grabbed" end
function Scene:copy(text) M.display:puppet("own", "CLIPBOARD", text):await "owned" end

function Scene:wander()
    M.display:puppet("focus", "40", ("%d"):format(math.random(1, 40)), ("%d"):format(M.near_id), self.id)
end

function Scene:hold_shift(seconds)
    M.display:order("press", SHIFT)
    self.held = true
    if not seconds then return end
    M.display:spawn { "sh", "-c", 'sleep "$1"; exec "$2" release "$3"', "sh", tostring(seconds),
        x11_display.puppet_path(), SHIFT }
end

function Scene:release_shift() M.display:order("release", SHIFT) end

local function signal(name, pid) expect.run { "kill", "-" .. name, tostring(pid) } end
function Scene:suspend() signal("STOP", self.pid) end
function Scene:continue() signal("CONT", self.pid) end
function Scene:hang_owner()
    local pid = self.user.child:pid()
    signal("STOP", pid)
    expect.after(function() signal("CONT", pid) end)
end

-- -------------------------------------------------------------------------------------------------------------- truth

---Waits until the target has read all that was sent to it.
function Scene:settle()
    local function mark() M.display:order("mark", self.id) end
    if self.log then return targets.settle(self.log, mark) end
    if not self.puppet or self.puppet:count "died" > 0 then return end
    local marks = self.puppet:count "marked"
    expect.eventually("the puppet has read all", x11_display.SECONDS, function()
        mark()
        wait.sleep(clock.now() + 0.01)
        return self.puppet:count "marked" > marks or self.puppet:count "died" > 0
    end)
end

local function puppet_truth(puppet)
    local truth = { received = {}, accepted = {}, consented = 0 }
    for what, hash in puppet:said():gmatch "(%l+) (%d+ %d+)\n" do
        if what == "text" then table.insert(truth.received, hash) end
        if what == "accepted" then table.insert(truth.accepted, hash) end
    end
    return truth
end

local function editor_truth(file)
    local text = expect.read(file)
    local taken = text:match "^(.*)\n$"
    return { received = text ~= "" and { taken or text } or {}, accepted = { taken }, consented = 0 }
end

function Scene:truth()
    if self.log then return targets.truth(self.log) end
    return self.puppet and puppet_truth(self.puppet) or editor_truth(self.file)
end

function Scene:noted(text)
    if self.log then return targets.noted(text) end
    return self.puppet and ("%d %d"):format(#text, iteration.hash(text)) or text
end

---What the bystander got, but for what the person typed and the keys that said nothing.
local function strayed(said)
    for line in said:gmatch "[^\n]+" do
        if line:find "^text" or line:find "^accepted" or line:find "^key" and not line:find "^key 6?4?1 " then
            return line
        end
    end
end

function Scene:leftovers()
    local problems, display = {}, M.display
    local function claim(holds, problem) if not holds then problems[#problems + 1] = problem end end
    local stray = strayed(M.near:said():sub(self.before + 1))
    claim(not stray, "IN A WRONG WINDOW: " .. tostring(stray))
    local state = display:order "state"
    claim(state == "held 0 locks 0 group 0\n", "keys are left down: " .. state)
    local clipboard, want = display:clipboard(), self.spec.clipboard
    if want == nil then want = "the user's " .. self.n end
    claim(not want or clipboard == want, ("the clipboard is %s, not %s"):format(expect.show(clipboard), tostring(want)))
    claim(display:clipboard "PRIMARY" == nil, "PRIMARY is still owned")
    return problems
end

function Scene:close()
    if self.log then os.remove(self.log) end
end

return M
