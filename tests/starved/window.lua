-- A fake desktop; its rules wait for nothing that takes real time.
host.stable()
local desktop <close> = assert(window.fake {
    { at = 0, window = "a", title = "T_a - Code", app = "code" },
    { on = "paste", nth = 1, unsaved = "its owner hangs" },
    { at = 2.5, window = "b", title = "T_b", pid = 7, relay = true, alias = "tab" },
})
local pin = { id = 1, pid = 1001, token = "T_a" }
local changes = desktop:changes()
print(assert(wait.any({ changes }, clock.now() + 60)) == changes)
for _, w in ipairs(assert(desktop:list())) do print(w.id, w.title, w.pid, w.alias, w.relay) end
assert(desktop:lock(clock.now() + 1))
assert(desktop:check(pin))
assert(desktop:focus(pin, { deadline = clock.now() + 10 }))
print(assert(desktop:paste(pin, "one\ntwo", { keys = "ctrl+v", deadline = clock.now() + 10 })))
print(assert(desktop:paste(pin, "by hand", { press = function(keys) return keys == "ctrl+v" end,
    deadline = clock.now() + 10 })))
print(assert(desktop:screen_text(pin)))
print(assert(desktop:key(pin, "Return", { deadline = clock.now() + 10 })))
print(assert(desktop:key(pin, "Return", { press = function(chord) return chord == "Return" end,
    deadline = clock.now() + 10 })))
print(desktop:reader(), refused("EUNSUPPORTED", desktop:told_text(pin)))
assert(desktop:type(pin, "word", { deadline = clock.now() + 10 }))
assert(desktop:screenshot(nil, "picture"))
host.stable()
print(desktop:unsaved())
print(refused("EUNSUPPORTED", desktop:highlight(pin, { deadline = clock.now() + 1 })))
desktop:unlock()
print(refused("EGONE", desktop:check { id = 9, token = "T_z" }), #desktop:history(), desktop:record().a.submitted[1])
print(desktop.name, desktop.exclusive, #window.backends(), refused("EUNSUPPORTED", window.open "nowhere"))
print(window.has_token("a b", "b"))
print(refused("EUNSUPPORTED", window.probe "nowhere"))
