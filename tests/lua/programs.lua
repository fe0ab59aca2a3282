--- programs - the part of expect.lua that starts others: any command, the program under test, and the program as a
--- child whose code is a line of Lua, which is the same on every system.
local M = {}

--- Path of the program under test.
---@return string
function M.binary()
    return os.getenv("DISPATCH_BIN") or require("host").executable()
end

--- Runs a command to its end: { argv…, env =, unset =, cwd =, input =, seconds = 60 }; what process.run answers.
---@param o table
---@return {exit: integer?, signal: integer?, out: string, err: string, seconds: number}
function M.run(o)
    local clock, process = require "clock", require "process"
    local options = { deadline = clock.now() + (o.seconds or 60) }
    for key, value in pairs(o) do
        if math.type(key) ~= "integer" and key ~= "seconds" then
            options[key] = value
        end
    end
    return require("expect").ok(process.run({ table.unpack(o) }, options))
end

--- argv of a child that runs this code, with the words behind it in `arg`: on every system the same.
---@param code string Lua, with every module at hand
---@return string[]
function M.lua(code, ...)
    return { M.binary(), "-e", code, ... }
end

--- A command line that does nothing, and does it well.
function M.idle()
    return ("'%s' -e ''"):format(M.binary())
end

--- Code of a child that lives for a minute, or until somebody writes the file NAME.stop; while it lives, alive(NAME) is
--- true: the kernel frees a lock with its holder.
---@param name string path without blanks or quotes
---@return string code
function M.lives(name)
    return ("lock = lock.take '%s'; file.write('%s.up', ''); wait.any({ wait.file '%s.stop' }, clock.now() + 60)")
        :format(name, name, name)
end

---@param name string as lives() has it
---@return boolean
function M.alive(name)
    local held = require("lock").take(name)
    if held then
        held:close()
    end
    return not held
end

--- Runs the program: expect.dispatch { "check", "-RunId", "20261122_1", cwd = root, env = { … } }
function M.dispatch(o)
    local argv = { M.binary(), table.unpack(o) }
    for key, value in pairs(o) do
        if math.type(key) ~= "integer" then
            argv[key] = value
        end
    end
    return M.run(argv)
end

return M
