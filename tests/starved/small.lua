-- The modules that ask for little.
file.write("text", "abc")
host.stable(2) -- the pipe of term.resized() is the process's own
local held = assert(lock.take("../lock"))
print(digest.sha256("abc"), assert(digest.sha256_file("text")), refused("ENOENT", digest.sha256_file("nowhere")))
held:close()
print(clock.now() > 0, clock.wall() > 0, #host.machine().host > 0, #assert(host.executable()) > 0, #host.names() > 0)
print(#host.source("run_iter.lua") > 0, host.source("nowhere"))
print(term.is_tty("out"), refused("EUNSUPPORTED", term.size()), term.write("written\n"),
    refused("EUNSUPPORTED", term.raw()))
local input = assert(term.input())
print(assert(wait.any({ input }, clock.now() + 60)) == input, term.read(10))
assert(term.resized())
term.restore()
print(refused("EUNSUPPORTED", edit.open()))
