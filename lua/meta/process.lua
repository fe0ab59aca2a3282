---@meta process

--- Children. A command is a list of arguments; there is no shell unless the list names one. A child leads a process
--- group of its own and ends with us, with all that it started.
---@class process
local process = {}

---@class process.options
---@field cwd? string working directory; default: ours
---@field env? table<string, string> added to our environment, or in place of what has the same name there
---@field unset? string[] names that the child does not get
---@field input? string its stdin; default: the null device
---@field out? string "capture", "inherit", "null", "lines" (of spawn alone: child:line and child:write) or the path of a file, made or emptied; default of run: "capture", of spawn: "null"
---@field err? string the same; the path that `out` has: both into one file
---@field capture_max? integer bytes kept of each stream, the rest is counted; default 16 MiB
---@field console? string of spawn alone, on Windows: a console window of its own, with this title, in place of our streams
---@field outlives? boolean it is not killed with us, nor is what it started

---@class process.run_options: process.options
---@field deadline number absolute: clock.now() + seconds

---@class process.result
---@field exit? integer exit status; nil when a signal ended it
---@field signal? integer the signal's number
---@field out? string what was captured
---@field err? string
---@field out_dropped? integer bytes beyond capture_max
---@field err_dropped? integer
---@field input_taken boolean it read its input to the end
---@field seconds number

---@class process.status: process.result
---@field exited boolean

--- A child is a source: ready when it exited and its output is at its end, or 0.2 s after the exit when something that
--- it started holds the output open.
---@class process.child: wait.source closable
local child = {}

---@class process.input: wait.source closable
local input = {}

--- Runs a command to its end.
---@param argv string[] argv[1] is looked for in PATH, as the child will have it, when it has no slash
---@param options process.run_options
---@return process.result? result whatever its exit status is
---@return string? message
---@return string? code ENOENT and EACCES name the program, its interpreter, the working directory or a file; ETIMEOUT and EINTR: it was ended, the message has its last words; ENOMEM: some of its output is lost
function process.run(argv, options) end

--- Starts a command.
---@param argv string[]
---@param options? process.options
---@return process.child? child
---@return string? message
---@return string? code ENOENT EACCES EINVAL EIO
function process.spawn(argv, options) end

--- Where a program would be found, as for a child.
---@param name string
---@return string? path a name with a slash is taken as it is
---@return string? message
---@return string? code ENOENT EACCES EUNSUPPORTED: it needs an interpreter (Windows)
function process.which(name) end

--- How is it?
---@return process.status status
function child:status() end

--- Its number.
---@return integer pid
function child:pid() end

--- Something to wait for: ready when the child read its input to the end, or never will.
---@return process.input source
function child:input_source() end

--- Says something to a child that was spawned with out = "lines"; its stdin stays open until the child is closed.
---@param text string
---@param deadline number
---@return true? taken by the system, not yet read
---@return string? message
---@return string? code EIO: it closed its stdin, or ended; ETIMEOUT EINTR
function child:write(text, deadline) end

--- The next line that a child says that was spawned with out = "lines", without its \n. What comes meanwhile is kept.
---@param deadline number one in the past takes only what has come
---@return string? line
---@return string? message
---@return string? code EIO: it closed its stdout, and all lines were taken; EINVAL: one of more than 16 MiB; ETIMEOUT EINTR; ENOMEM: a line is lost, and none comes after it
function child:line(deadline) end

--- Asks the child and all that it started to stop, and makes them stop at the deadline.
---@param deadline number
---@return true? gone nothing of it is left
---@return string? message
---@return string? code EIO
function child:kill(deadline) end

--- Kills what still runs, unless it outlives us. Again is fine. Also `<close>`, and when it is collected.
function child:close() end

--- Leaves its set. Again is fine. Also `<close>`, and when it is collected.
function input:close() end

return process
