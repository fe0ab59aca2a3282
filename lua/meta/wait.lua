---@meta wait

--- The only place where the program sleeps. Files, children and desktops are *sources*: things that can be waited for.
--- A source stays ready until its owner has looked, so nothing is lost between two waits.
--- A deadline is required and absolute: `clock.now() + seconds`; `math.huge` is never; one in the past only looks.
---@class wait
local wait = {}

---@class wait.source what wait.file, process.spawn, desktop:changes and others answer

--- What somebody waits for: a set of sources.
---@class wait.set closable
local set = {}

---@class wait.file: wait.source closable
local file = {}

--- An empty set.
---@return wait.set
function wait.set() end

--- Puts a source into the set, which keeps it alive. Whatever happened to it before, it is asked at the next wait. A
--- source is in one set at most: a second one raises.
---@param source wait.source
---@param owner? any what next() answers for it; default: the source itself
---@return true
function set:add(source, owner) end

--- Takes a source out. One that was closed meanwhile, or is not in it, is fine.
---@param source wait.source
---@return true
function set:remove(source) end

--- Waits for the next ready source, in the order in which things happened to them. A last look at all of them is taken
--- at the deadline. A source that stays ready comes again, after the others.
---@param deadline number
---@return any owner nil: refused
---@return wait.source|string source or the message
---@return string? code ETIMEOUT; EINTR: Ctrl-C, also when something is ready; ENODISPLAY: nothing will happen any more
function set:next(deadline) end

--- The same for a pause in which others may be heard: no last look, so a source that only tells when it is asked is not
--- asked at the deadline.
---@param deadline number
---@return any owner nil: refused
---@return wait.source|string source or the message
---@return string? code ETIMEOUT EINTR ENODISPLAY, as those of next()
function set:pause(deadline) end

--- Takes all sources out; they stay open. Again is fine. Also `<close>`, and when it is collected.
function set:close() end

--- Waits for one of these: the one-off form of a set.
---@param sources wait.source[] in no set
---@param deadline number
---@return wait.source? ready
---@return string? message
---@return string? code ETIMEOUT EINTR ENODISPLAY
function wait.any(sources, deadline) end

--- A file that is watched: ready when it appeared, changed, was replaced or went since it was last found ready; the
--- first time, when it is there. Its folder may appear later. It says nothing about the content.
---@param path string
---@return wait.file? file
---@return string? message
---@return string? code EACCES: nobody may look into its folder; EINVAL: no name of a file
function wait.file(path) end

--- Ends the watch, and leaves its set. Again is fine. Also `<close>`, and when it is collected.
function file:close() end

--- A pause.
---@param deadline number
---@return true? slept
---@return string? message
---@return string? code EINTR
function wait.sleep(deadline) end

--- Were we asked to stop, and by which signal? From then on every wait answers EINTR.
---@return string? signal "SIGINT", "SIGTERM" or "SIGHUP"; nil: no, or resume() took it
function wait.interrupted() end

--- Takes the request to stop, so that clean-up can wait again. Another signal after it lets no wait last any more; a
--- third one ends the program.
---@return string? signal that was taken
function wait.resume() end

--- Takes the request to stop like resume(), and forgets that there was one: the next signal is a first one again. For an
--- interactive prompt, before its next line.
---@return string? signal that was taken
function wait.forget() end

--- Runs a function as xpcall() does, and forgets a request to stop that came meanwhile: before anything else of Lua runs,
--- since a script that goes on after one is stopped again and again.
---@param f function
---@param handler fun(problem: any): any
---@return string? signal that was taken
---@return boolean fine
---@return any ... what f returned, or what the handler made of the error
function wait.attempt(f, handler) end

return wait
