--- with_console - runs specs in a console of their own, on Windows: dispatch tests/lua/with_console.lua FILE_spec.lua …
-- Without one, each child would be given one, which costs more than the child; and Ctrl-C reaches nobody.
local host, process = require "host", require "process"
local ended = assert(process.run({ host.executable(), "tests/lua/run.lua", table.unpack(arg) },
    { out = "inherit", err = "inherit", deadline = math.huge }))
os.exit(ended.exit)
