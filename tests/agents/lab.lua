--- lab - real agents on this machine and nowhere else: their programs, a stand-in for the model's address, a project.
---
---     local lab = require("lab").start()
---     local pane = lab:pane("HITECHOS_A_core_20261122_1", lab:codex())
---     lab:await(pane, "Ask Codex")
---     lab:turns()                                  -- what the model's address was told, in order
---
--- All of it ends with the test. An agent's home is a folder of the test, and its way out is the stand-in, which writes
--- down and refuses whatever is asked of the world.
local lfs = require "lfs"
local clock = require "clock"
local expect = require "expect"
local process = require "process"

local here = debug.getinfo(1, "S").source:match("^@(.*)/[^/]*$")
package.path = here .. "/../desktop/?.lua;" .. package.path
local tmux_server = require "tmux_server"

local M = {}
local Lab = {}
Lab.__index = Lab

M.SECONDS = 60                                   -- for an agent to start; a loaded machine is slow
M.VERSIONS = { codex = "0.169.0", opencode = "1.18.33" }

local installed                                  -- how the installation went: tried once, not by each test

--- The folder with the agents' programs; installed by npm where they are not there yet.
function M.programs()
    expect.need "npm"
    expect.need "node"
    local folder = expect.root .. "/build/agents"
    installed = installed or expect.run { expect.root .. "/tests/npm_install", here, folder, seconds = 300 }
    if installed.exit ~= 0 then
        expect.skip("npm could not install the agents: " .. installed.err:gsub("%s+", " "):sub(1, 300))
    end
    return expect.ok(require("file").real(folder)) .. "/node_modules"
end

--- Starts what every test of an agent needs.
---@return table lab  folder; project: a git repository, the agents' working folder; address of the stand-in
function M.start()
    local programs, folder = M.programs(), expect.folder()
    local lab = setmetatable({ programs = programs, folder = folder, project = folder .. "/project",
        recorded = folder .. "/stand-in", homes = 0 }, Lab)
    expect.mkdir(lab.project)
    expect.equal(expect.run({ "git", "init", "--quiet", lab.project }).exit, 0)
    expect.mkdir(lab.recorded)
    local child = expect.ok(process.spawn({ "/usr/bin/python3", here .. "/stand_in.py", lab.recorded },
        { err = folder .. "/stand-in.err" }))
    expect.after(function()
        child:kill(clock.now() + 2)
        child:close()
    end)
    local port = expect.eventually("the stand-in's port", 20, function()
        return expect.read(lab.recorded .. "/port")
    end)
    lab.address = "http://127.0.0.1:" .. port:match("%d+")
    return lab
end

--- A script that becomes the program, with nothing of our environment but what is named.
local function launcher(lab, home, environment, command)
    local lines = { "#!/bin/sh", "cd '" .. lab.project .. "' || exit" }
    local words = { "exec env -i" }
    local all = { HOME = home, PATH = os.getenv("PATH"), LC_ALL = "C.UTF-8", TZ = "UTC", SHELL = "/bin/sh",
        NO_PROXY = "127.0.0.1,localhost", no_proxy = "127.0.0.1,localhost" }
    for _, name in ipairs { "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY" } do
        all[name], all[name:lower()] = lab.address, lab.address
    end
    for name, value in pairs(environment) do
        all[name] = value
    end
    for name, value in pairs(all) do
        words[#words + 1] = ("%s='%s'"):format(name, value)
    end
    words[#words + 1] = '"TERM=$TERM" "DISPLAY=${DISPLAY:-}"'
    lines[#lines + 1] = table.concat(words, " ") .. " " .. command
    local path = home .. "/start"
    expect.write(path, table.concat(lines, "\n") .. "\n")
    return "sh '" .. path .. "'"
end

local function new_home(lab)
    lab.homes = lab.homes + 1
    local home = ("%s/home-%d"):format(lab.folder, lab.homes)
    expect.mkdir(home)
    return home
end

-- What an operator sets for dispatch is the title; all else here keeps Codex at home.
local CODEX = [[
model = "gpt-5.5"
model_provider = "stand-in"
check_for_update_on_startup = false
%s
[model_providers.stand-in]
name = "stand-in"
base_url = "%s/v1"
wire_api = "responses"
request_max_retries = 0
stream_max_retries = 0

[tui]
show_tooltips = false
%s

[analytics]
enabled = false

[feedback]
enabled = false

[features]
apps = false
daemon_auto_start = false
plugins = false
remote_plugin = false
skill_search = false
tool_suggest = false
%s
[notice.model_migrations]
"gpt-5.5" = "%s"
]]

--- The command line that starts Codex.
---@param o? {sandbox?: boolean, asks?: boolean, may_write?: string, titles?: boolean, trusted?: boolean,
--- update?: boolean, upgrade?: boolean}  sandbox: it writes in the project and in `may_write` alone; asks: it must ask
--- for what leaves that; titles: it sets the window's title, as it does by itself; trusted = false: the folder has
--- settings of its own, and nobody said that they may be used; update: it knows of a newer version; upgrade: of a newer
--- model
function Lab:codex(o)
    o = o or {}
    local home = new_home(self)
    local policy = ('approval_policy = "%s"\nsandbox_mode = "%s"\n'):format(o.asks and "on-request" or "never",
        (o.asks or o.sandbox) and "workspace-write" or "danger-full-access")
    local trust = ('\n[projects."%s"]\ntrust_level = "trusted"\n'):format(self.project)
    if o.trusted == false then
        policy, trust = "", ""
        expect.write(self.project .. "/.codex/config.toml", 'model_reasoning_effort = "high"\n')
    end
    if o.update then
        policy = policy .. "check_for_update_on_startup = true\n"
        expect.write(home .. "/version.json",
            '{"latest_version":"9.9.9","last_checked_at":"2099-01-01T00:00:00Z","dismissed_version":null}\n')
    end
    if o.sandbox then
        trust = trust .. ("\n[sandbox_workspace_write]\nexclude_slash_tmp = true\nexclude_tmpdir_env_var = true\n"
            .. 'writable_roots = ["%s"]\n'):format(o.may_write)
    end
    local text = CODEX:format(policy, self.address, o.titles and "" or "terminal_title = []", trust,
        o.upgrade and "none" or "gpt-6-sol")
    if o.update then
        text = text:gsub("check_for_update_on_startup = false\n", "")
    end
    expect.write(home .. "/config.toml", text)
    return launcher(self, home, { CODEX_HOME = home }, self.programs .. "/.bin/codex")
end

local OPENCODE = [[
{
  "autoupdate": false, "share": "disabled", "lsp": false, "formatter": false,
  "model": "stand-in/one", "small_model": "stand-in/one", "enabled_providers": ["stand-in"],
  "provider": {
    "stand-in": {
      "npm": "@ai-sdk/openai", "name": "stand-in", "models": { "one": { "name": "One" } },
      "options": { "baseURL": "%s/v1", "apiKey": "none" }
    }
  }
}
]]

--- The command line that starts opencode; leaves the test out where its program cannot run.
function Lab:opencode()
    local program
    for name in lfs.dir(self.programs) do
        program = program or name:find("^opencode%-") and ("%s/%s/bin/opencode"):format(self.programs, name)
    end
    if not program then
        expect.elsewhere "opencode is not packed for this kind of machine"
    elseif program:find("x64", 1, true) and not (expect.read("/proc/cpuinfo") or "avx2"):find("avx2", 1, true) then
        expect.elsewhere "opencode's program needs AVX2"
    end
    local home = new_home(self)
    expect.write(home .. "/opencode.json", OPENCODE:format(self.address))
    return launcher(self, home, { OPENCODE_CONFIG = home .. "/opencode.json", OPENCODE_DISABLE_MODELS_FETCH = "1",
        OPENCODE_DISABLE_AUTOUPDATE = "1", OPENCODE_DISABLE_LSP_DOWNLOAD = "1", OPENCODE_DISABLE_DEFAULT_PLUGINS = "1",
        OPENCODE_DISABLE_TERMINAL_TITLE = "1" }, program)
end

--- A tmux server of the lab's own, 80 x 24.
function Lab:tmux()
    self.server = self.server or tmux_server.start()
    return self.server
end

--- An agent in a tmux window of this name.
function Lab:pane(name, command)
    return self:tmux():pane { name = name, token = name, run = "exec " .. command }
end

--- What the pane shows.
function Lab:screen(pane)
    return self:tmux():run("capture-pane", "-p", "-t", pane.id)
end

--- Waits until a line of the pane matches; answers the screen.
function Lab:await(pane, pattern)
    local screen
    local done = pcall(expect.eventually, pattern, M.SECONDS, function()
        screen = self:screen(pane)
        return screen:find(pattern)
    end)
    if not done then
        error({ failure = ("no '%s' on the agent's screen:\n%s"):format(pattern, screen) }, 0)
    end
    return screen
end

--- Presses keys, by tmux's names.
function Lab:keys(pane, ...)
    self:tmux():run("send-keys", "-t", pane.id, ...)
end

--- Pastes, and waits until the agent took it in: until a line matches.
function Lab:paste(pane, text, pattern)
    local path = self.folder .. "/paste"
    expect.write(path, text)
    self:tmux():run("load-buffer", "-b", "lab", path, ";", "paste-buffer", "-p", "-d", "-b", "lab", "-t", pane.id)
    return self:await(pane, pattern)
end

--- What users said to the model's address, each as it came.
function Lab:turns()
    local texts = {}
    for _, name in ipairs(expect.tree(self.recorded .. "/turns")) do
        if name:find("%.txt$") then
            texts[#texts + 1] = expect.read(self.recorded .. "/turns/" .. name)
        end
    end
    return texts
end

--- What was asked of the world and refused, one a line.
function Lab:outside()
    return expect.read(self.recorded .. "/outside") or ""
end

--- Lets a `stand-in: hold` go.
function Lab:release()
    expect.write(self.recorded .. "/release", "")
end

return M
