-- Whole runs from the command line with workers that can be read: those of `dispatch demo`, raw terminals with
-- bracketed paste and a composer. What stops a run, signals and kill -9: stops_spec, interrupted_spec, killed_spec.
local expect = require "expect"
local project = require "project"
local tmux_server = require "tmux_server"
local x11_display = require "x11_display"
local digest = require "digest"
local clock = require "clock"
local process = require "process"
local test = expect.test

local SECONDS = 60

local Run = {}
Run.__index = Run

local function new()
    local at = project.new()
    project.zip(at, project.prompts(at))
    return setmetatable({ at = at }, Run)
end

---@return string[] argv              a worker that takes its prompt and writes its marker
function Run:worker(worker)
    local sha256 = digest.sha256((project.prompt(self.at, worker):gsub("%s+$", "")))
    return { expect.binary(), "demo", "--worker", worker, "--title", self.at:title(worker), "--sha256", sha256,
        "--folder", self.at.root }
end

local function words(argv)
    local quoted = {}
    for i, word in ipairs(argv) do quoted[i] = tmux_server.quoted(word) end
    return table.concat(quoted, " ")
end

---Runs to its end, without -Via: what is meant is found.
---@param env? table                  the display's; nil: there is none
---@param ... string                  more flags
function Run:go(env, ...)
    local got = expect.run { expect.binary(), "run_iter.lua", "-RunId", self.at.run_id, "-Root", self.at.root,
        "-Factory", "true", "-BetweenWorkersDelayMs", "0", env = env, seconds = SECONDS,
        unset = env and { "TMUX" } or { "DISPLAY", "TMUX" }, ... }
    self.page = expect.read(self.at:report()) or ""
    return got
end

---How often the worker in this pane took its prompt.
local function taken(server, pane)
    local screen = server:run("capture-pane", "-p", "-t", pane.id)
    local _, working = screen:gsub("working on %x+", "")
    local _, did = screen:gsub("did %x+:", "")
    return working + did
end

test("five panes: found, PASS, five times submitted", function()
    local r, server, pane_of = new(), tmux_server.start(), {}
    for _, worker in ipairs(project.WORKERS) do
        pane_of[worker] = server:pane { title = r.at:title(worker),
            run = "cd " .. tmux_server.quoted(r.at.root) .. " && exec " .. words(r:worker(worker)) }
    end
    local got = r:go(nil, "-TmuxSocket", server.socket)
    expect.equal(got.exit, 0, got.out .. got.err)
    expect.matches(r.page, "^# 20261122_1: PASS\n")
    for _, worker in ipairs(project.WORKERS) do
        expect.equal(taken(server, pane_of[worker]), 1)
        expect.contains(got.out, worker)
    end
    expect.contains(r.page, "5 submitted")
end)

test("five xterms: found, PASS, and what the markers prove is said", function()
    local r, display = new(), x11_display.start()
    for _, worker in ipairs(project.WORKERS) do
        local argv = { "xterm", "-u8", "-geometry", "78x8", "-T", r.at:title(worker), "-e" }
        for _, word in ipairs(r:worker(worker)) do argv[#argv + 1] = word end
        local xterm = expect.ok(process.spawn(argv, { env = display.env, cwd = r.at.root }))
        expect.after(function()
            xterm:kill(clock.now() + 2)
            xterm:close()
        end)
    end
    local got = r:go(display.env, "-TmuxSocket", r.at.root .. "/no-socket")
    expect.equal(got.exit, 0, got.out .. got.err)
    expect.contains(r.page, "5 unobservable and arrived")
end)

test("neither display nor tmux server: what is missing is said", function()
    local r = new()
    expect.equal(r:go(nil, "-TmuxSocket", r.at.root .. "/no-socket").exit, 2)
    expect.contains(r.page, "BLOCKED at ensure_ahk")
    expect.contains(r.page, "(`ENODISPLAY`)")
    expect.contains(r.page, "nowhere to send to")
end)
