local soon = clock.now() + 3600
host.stable()
local ran = assert(process.run({ "sh", "-c", "cat; echo two >&2; exit 3" },
    { deadline = soon, input = "one", env = { A = "b" }, unset = { "C" }, cwd = "." }))
print(ran.exit, ran.out, ran.err, ran.out_dropped, ran.err_dropped, ran.input_taken)
print(refused("ENOENT", process.run({ "no-such-program" }, { deadline = soon })))
print(refused("ETIMEOUT", process.run({ "sh", "-c", "echo last words >&2; sleep 600" },
    { deadline = clock.now() + 0.05 })))
