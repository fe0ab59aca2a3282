-- dispatch help: everything that there is can be found in it.
local expect = require "expect"
local host = require "host"
local settings = require "dispatch.settings"
local window = require "window"
local test = expect.test

local function help(...)
    local ran = expect.dispatch { "help", ... }
    return ran.out, ran.exit, ran.err
end

test("every command has a line in it, and a usage and a summary of its own", function()
    local overview, exit = help()
    expect.equal(exit, 0)
    for _, path in ipairs(host.names()) do
        local name = path:match "^commands/([%w_-]+)%.lua$"
        if name then
            expect.matches(overview, "\n  " .. name .. " +%S")
            local text = help(name)
            expect.matches(text, "^usage: dispatch " .. name .. "[ \n]")
            expect.matches(text, "\n%S[^\n]+\n$")
        end
    end
    expect.contains(overview, "64 wrong usage")
end)

test("every setting is in the list of settings, and has a topic, by its flag or its variable", function()
    local all = help "settings"
    for _, setting in ipairs(settings.TABLE) do
        if setting.later == true then
            expect.lacks(all, "-" .. setting.name)
            expect.contains(help(setting.name), "(not in this build)")
        elseif not settings.here(setting) then
            expect.lacks(all, "-" .. setting.name)
            expect.contains(help(setting.name), "(not on Windows)")
        else
            expect.contains(all, "\n-" .. setting.name .. "  ")
        end
        if setting.name ~= "Help" then expect.contains(help("-" .. setting.name), setting.about) end
    end
    expect.contains(all, "default: 3600; FACTORY_WORKER_DONE_TIMEOUT, FACTORY_DISPATCH__WORKER_DONE_TIMEOUT")
    expect.contains(help "FACTORY_SEND_MODE", "-SendMode  enter, ctrl_enter or both")
    expect.contains(help "sendmode", "-SendMode")
end)

test("what the settings offer, this build has", function()
    local built = { auto = true, ["fake:FILE.lua"] = true }
    for _, name in ipairs(window.backends()) do built[name] = true end
    if expect.windows then built.ahk = true end
    local offered = expect.matches(help "Via", "^%-Via  ([^\n]+)\n"):gsub(" or ", ", ")
    for name in offered:gmatch "[^, ]+" do expect.truthy(built[name], name) end
    for name in pairs(built) do
        if name ~= "fake" then expect.contains(offered, name) end
    end
    for _, setting in ipairs(settings.TABLE) do
        if expect.windows and setting.name == "Via" then
            expect.equal(require "dispatch.values".ways(), setting.on_windows, "the manual's words for Windows")
        end
    end
    expect.lacks(help "Factory", "builtin")
end)

test("an unknown topic is exit 64, with the nearest one", function()
    local _, exit, err = help "chek"
    expect.equal(exit, 64)
    expect.contains(err, "did you mean check?")
    _, exit, err = help "zzzzzzzzzz"
    expect.equal(exit, 64)
    expect.contains(err, "lists all")
end)

test("--help is help, and no command at all is exit 64 with the same text", function()
    local overview = help()
    expect.equal(expect.dispatch { "--help", cwd = "/" }.out, overview)
    local bare = expect.dispatch { cwd = "/" }
    expect.equal({ bare.exit, bare.out }, { 64, overview })
end)
