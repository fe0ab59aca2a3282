--- kinds - the hostile targets. For each kind and sort of target either a function that makes one, at random, or the
--- reason why there is none. Sorts: `tmux` a pane and `xterm` a terminal on X11 with agent.lua in it; `xcb` a window
--- of the puppet; `fake` a window of the fake desktop.
---
--- A function of tmux, xterm and xcb answers
---
---     manner        of the target: of agent.lua, a table; of the puppet, a word
---     before        fun(scene): once the target is ready        after     fun(scene): once the receipt is there
---     phases        { phase = fun(scene) }: when this phase of the send begins
---     says          { word = true }: the right words; else any that is no lie
---     shell         the target's terminal has a shell beneath   app       its program has this name
---     clipboard     what is in it afterwards; false: anything; else what the user had there
---     warns         the code of a warning that must come        flags     of dispatch
---     bytes         size of the text                            text      fun(text): what is sent instead
---
--- one of fake: rules of the window "w"; `says` may stand among them.
local M = {}

local SUBMITTED, UNOBSERVABLE, NOT = { submitted = true }, { unobservable = true }, { not_submitted = true }

local function pick(list) return list[math.random(#list)] end
local function between() return pick { "settle", "recheck", "submit" } end
local function maybe() return math.random() < 0.5 or nil end

---The same manner in both terminals; nothing on X11 tells more than that the terminal took the text.
local function terminals(manner, says, more)
    local function make(readable)
        return function()
            local spec = { manner = manner(), says = not readable and UNOBSERVABLE or says }
            for key, value in pairs(more or {}) do spec[key] = value end
            return spec
        end
    end
    return make(true), make(false)
end

---A strike between paste and key; `early`: before the paste.
local function strike(act, o)
    return function()
        local spec = { phases = { [o and o.early and "paste" or between()] = act } }
        for key, value in pairs(o or {}) do
            if key ~= "early" then spec[key] = value end
        end
        return spec
    end
end

---The same in a window of the puppet.
local function in_puppet(make)
    return function()
        local spec = make()
        spec.manner = "read"
        return spec
    end
end

local function kind(id, what) M[#M + 1] = { id = id, what = what } return M[#M] end
local k

local NO_KEYS = "tmux takes keys for a pane, whoever has the focus or holds a key"
local NO_CLIPBOARD = "tmux has buffers of its own, and no clipboard is used"
local AS_XTERM = "what a program does with a text that its window took is tried in the xterm"
local ON_X11 = "the fake desktop has no such thing; x11 shows it"

-- ------------------------------------------------------------------------------------------------------ well-behaved

k = kind("well-behaved", "takes the text and the key")
k.tmux, k.xterm = terminals(function() return { works = maybe() } end, SUBMITTED)
k.xcb = function() return { manner = pick { "read", "aside" }, says = UNOBSERVABLE } end
k.gtk = function() return { says = UNOBSERVABLE } end
k.fake = function()
    return { { at = 0, window = "w", busy = maybe() and "working on 99999999" }, says = SUBMITTED }
end

k = kind("looks like a screen", "the text has lines that look like a prompt, a question, a sign of work")
k.tmux, k.xterm = terminals(function() return { works = maybe() } end, nil, { bytes = 60, text = function(text)
    return pick { "> ", "adversary agent\n> ", "Allow? [y/n]\n", "working on 99999999\n" } .. text
end })
k.xcb, k.fake = AS_XTERM, "its spec is tests/lua/adversary_spec.lua"

k = kind("unknown program", "takes text and key; agents.lua does not know it")
k.tmux, k.xterm = terminals(function() return { stranger = true } end, UNOBSERVABLE)
k.xcb = "every window on X11 is one: see well-behaved"
k.fake = function() return { { at = 0, window = "w", screen = "some program\n$ " }, says = UNOBSERVABLE } end

-- --------------------------------------------------------------------------------------------------- the key, the text

for n, times in ipairs { "once", "twice", "always" } do
    k = kind("swallows Enter " .. times, "does nothing at Return")
    k.tmux, k.xterm = terminals(function() return { swallow = n == 3 and 99 or n, works = maybe() } end,
        n == 3 and NOT or SUBMITTED)
    k.xcb = AS_XTERM
    k.fake = function()
        if n == 3 then return { { on = "key", window = "w", answer = "swallow" }, says = NOT } end
        local rules = { says = SUBMITTED }
        for i = 1, n do rules[i] = { on = "key", window = "w", nth = i, answer = "swallow" } end
        return rules
    end
end

k = kind("loses the paste", "reads it and drops it; the puppet: never asks for it")
k.tmux, k.xterm = terminals(function() return { lose = true } end, NOT)
k.xcb = function() return { manner = "deaf", says = NOT } end
k.fake = function() return { { on = "paste", window = "w", answer = pick { "lose", "not" } }, says = NOT } end

k = kind("cuts the paste", "keeps its beginning; the puppet: stops reading")
k.tmux, k.xterm = terminals(function() return { cut = math.random(0, 300) } end, NOT, { bytes = 400 })
k.xcb = function()
    return { manner = pick { "stall", "half" }, says = NOT, bytes = pick { 4000, 400000 } }
end
k.fake = function() return { { on = "paste", window = "w", answer = "cut", keep = math.random(0, 20) }, says = NOT } end

k = kind("late", "shows the text, or takes the key, up to 1.5 s later")
k.tmux, k.xterm = terminals(function()
    return { [pick { "late", "slow" }] = math.random() * 1.5, works = maybe() }
end, SUBMITTED)
k.xcb = AS_XTERM
k.fake = function()
    return { { on = pick { "paste", "key" }, window = "w", late = math.random() * 1.5 }, says = SUBMITTED }
end

k = kind("redraws without end", "draws anew all the time, each picture in two pieces")
k.tmux, k.xterm = terminals(function()
    return { redraw = pick { 0.001, 0.005, 0.02 }, swallow = pick { 0, 0, 1, 99 }, works = maybe() }
end)
k.xcb, k.fake = AS_XTERM, "its screens are drawn in no time"

-- --------------------------------------------------------------------------------------------------- the target itself

k = kind("closes", "ends between paste and key")
k.tmux = function()                              -- the key may come before the end does
    return { manner = { leave = "paste" }, says = { not_submitted = true, unobservable = true } }
end
k.xterm = k.tmux
k.xcb = function() return { manner = pick { "close", "die" }, says = NOT } end
k.fake = function()
    return { { on = pick { "paste", "check" }, nth = 1, window = "w", close = true, after = 0.01 } }
end

k = kind("closes at the key", "ends when it reads Return")
k.tmux, k.xterm = terminals(function() return { leave = "key" } end, UNOBSERVABLE)
k.xcb = AS_XTERM
k.fake = function() return { { on = "key", window = "w", answer = "swallow", close = true }, says = UNOBSERVABLE } end

k = kind("leaves a shell", "ends between paste and key, and a shell is in front")
k.tmux, k.xterm = terminals(function() return { leave = "paste" } end, NOT, { shell = true,
    says = { not_submitted = true, unobservable = true } }) -- the key may come before the shell does
k.xcb = "a window has no shell; see xterm"
k.fake = function() return { { on = "paste", window = "w", shell = true }, says = NOT } end

k = kind("another process", "between paste and key a new program stands in its place")
k.tmux = strike(function(scene) scene:respawn() end, { says = NOT })
k.xterm = "a terminal's window stays the terminal's; see closes"
k.xcb = function() return { manner = "renumber", says = NOT } end
k.fake = function() return { { on = "paste", window = "w", pid = 4242 }, says = NOT } end

k = kind("retitled before", "loses its title after it was found, before the paste")
k.tmux = strike(function(scene) scene:retitle() end, { early = true, says = NOT })
k.xterm, k.xcb = k.tmux, strike(function(scene) scene:retitle() end, { early = true, says = NOT, manner = "read" })
k.fake = function() return { { on = "focus", window = "w", title = "vim" }, says = NOT } end

k = kind("retitled between", "loses its title between paste and key")
k.tmux = function() return { manner = { retitle = true }, says = NOT } end
k.xterm = strike(function(scene) scene:retitle() end, { says = NOT })
k.xcb = function() return { manner = "rename", says = NOT } end
k.fake = function() return { { on = "paste", window = "w", title = "vim" }, says = NOT } end

k = kind("relay", "its program is called ssh")
k.tmux, k.xterm = terminals(function() return { works = maybe() } end, UNOBSERVABLE, { app = "ssh" })
k.xcb = "a relay is known by the program in a terminal"
k.fake = function() return { { at = 0, window = "w", relay = true }, says = UNOBSERVABLE } end

k = kind("suspended before", "stopped (SIGSTOP) before the paste, continued afterwards")
k.tmux = function() return { manner = { stop = "start" }, after = function(scene) scene:continue() end } end
k.xterm = k.tmux
k.xcb = function()
    return { manner = "read", says = NOT, before = function(scene) scene:suspend() end,
        after = function(scene) scene:continue() end }
end
k.fake = "its windows are no processes"

k = kind("suspended between", "stopped when it has the text, before or after it shows it; continued afterwards")
k.tmux = function()
    return { manner = { stop = pick { "hidden", "paste" } }, after = function(scene) scene:continue() end }
end
k.xterm = k.tmux
k.xcb, k.fake = AS_XTERM, k.fake

-- ---------------------------------------------------------------------------------------------- what it shows, or asks

k = kind("asks before", "an approval question is on the screen")
k.tmux = function() return { manner = { ask = "start" }, says = NOT } end
k.xterm = function() return { manner = { ask = "start" }, says = UNOBSERVABLE } end
k.xcb = "what a window shows cannot be read on X11; see xterm"
k.fake = function() return { { at = 0, window = "w", screen = "adversary agent\nAllow? [y/n]\n> " }, says = NOT } end

k = kind("asks between", "an approval question comes between paste and key")
k.tmux, k.xterm = terminals(function() return { ask = "paste" } end, NOT)
k.xcb = "what a window shows cannot be read on X11; see xterm"
k.fake = function()
    return { { on = "paste", window = "w", screen = "adversary agent\nAllow? [y/n]\n> " }, says = NOT }
end

k = kind("shows a draft", "somebody's text is in its composer")
k.tmux, k.xterm = terminals(function() return { draft = true } end, NOT)
k.xcb = "what a window shows cannot be read on X11; see xterm"
k.fake = function() return { { at = 0, window = "w", draft = "wait" }, says = NOT } end

-- ------------------------------------------------------------------------------------------------------ what people do

k = kind("person types", "somebody types into it between paste and key; on X11 all the while")
k.tmux = strike(function(scene) scene:type() end, { says = NOT })
k.xterm = function() return { before = function(scene) scene:type_along() end } end
k.xcb = function() return { manner = "read", before = function(scene) scene:type_along() end } end
k.fake = function() return { { on = "check", nth = 3, window = "w", draft = "wait" }, says = NOT } end

k = kind("person looks elsewhere", "another window, or pane, has the focus between paste and key")
k.tmux = strike(function(scene) scene:look_away() end, { says = SUBMITTED })
k.xterm = strike(function(scene) scene:look_away() end, { says = NOT })
k.xcb = strike(function(scene) scene:look_away() end, { says = NOT, manner = "read" })
k.fake = function()
    return { { on = "paste", window = "w", focus = "n" }, { desktop = pick { "x11", "tmux" } } }
end

k = kind("person scrolls", "copy mode is on when the paste, or the key, comes")
k.tmux = function()
    return { phases = { [pick { "paste", "settle", "submit" }] = function(scene) scene:scroll() end },
        says = SUBMITTED }
end
k.xterm, k.xcb = "a terminal's own scrolling ends with a key", "it has nothing to scroll"
k.fake = "tmux alone has modes"

k = kind("focus wanders", "the focus goes to another window and back all the while")
k.tmux = NO_KEYS
k.xterm = function() return { before = function(scene) scene:wander() end, flags = { "-FocusRetries",
    "1" } } end
k.xcb = function()
    return { manner = "read", before = function(scene) scene:wander() end, flags = { "-FocusRetries", "1" } }
end
k.fake = function() return { { at = 0.1, focus = "n" }, { on = "focus", window = "w", nth = 1, answer = "EFOCUS" } } end

k = kind("person holds Shift", "for half a second, or until all is over, before the paste or before the key")
k.tmux = NO_KEYS
k.xterm = function()
    local long = math.random() < 0.3
    return { phases = { [pick { "paste", "settle" }] = function(scene) scene:hold_shift(not long and 0.5) end },
        after = function(scene) scene:release_shift() end, says = long and NOT or UNOBSERVABLE }
end
k.xcb = in_puppet(k.xterm)
k.fake = ON_X11

k = kind("menu opens", "another program takes the keyboard, before the paste or before the key")
k.tmux = NO_KEYS
k.xterm = function()
    return { phases = { [pick { "paste", "settle", "submit" }] = function(scene) scene:grab() end }, says = NOT }
end
k.xcb = in_puppet(k.xterm)
k.fake = ON_X11

-- ------------------------------------------------------------------------------------------------------- the clipboard

local function clipboard(id, what, xterm)
    local new = kind(id, what)
    new.tmux, new.xterm, new.fake = NO_CLIPBOARD, xterm, ON_X11
    new.xcb = in_puppet(xterm)
end

clipboard("clipboard manager", "reads the text before the target does", function()
    return { before = function(scene) scene:watch "manager" end, says = UNOBSERVABLE }
end)
clipboard("clipboard thief", "takes the clipboard, with the text or without, whenever it changes hands", function()
    return { before = function(scene) scene:watch(pick { "thief", "copier" }) end, clipboard = false }
end)
clipboard("person copies", "something new is copied between paste and key", function()
    return { phases = { [between()] = function(scene) scene:copy "newer" end }, clipboard = "newer",
        says = UNOBSERVABLE }
end)
clipboard("clipboard hangs", "the owner of what the user had copied is suspended", function()
    return { before = function(scene) scene:hang_owner() end, clipboard = false, warns = "ECLIPBOARD",
        says = UNOBSERVABLE }
end)

return M
