-- help(): every function that can be reached from the prompt, by value and by name.
local expect = require "expect"
local help = require "dispatch.repl.help"
local host = require "host"
local window = require "window"
local test = expect.test

help.remember_standard {}

local function about(what) return table.concat(help.about(what, 80), "\n") end

test("every function and method of every module has help, whatever it is asked by", function()
    for _, name in ipairs(help.modules()) do
        expect.matches(about(name), "^" .. name .. "\n  %S")
        for key, value in pairs(require(name)) do
            if type(value) == "function" then
                local topic = name .. "." .. key
                expect.matches(about(topic), "^" .. topic:gsub("%p", "%%%0") .. "%(.-%)\n  %u", topic)
                expect.equal(help.name_of(value), topic)
                expect.equal(about(value), about(topic))
            end
        end
    end
    for name, class in pairs(debug.getregistry()) do
        if type(name) == "string" and name:find "^dispatch%." and not name:find "held$" and type(class) == "table" then
            local methods = class.__index
            if type(methods) == "function" then methods = select(2, debug.getupvalue(methods, 1)) end
            for key, value in pairs(methods) do
                expect.matches(about(value), ":" .. key .. "%(.-%)\n", name .. ":" .. key)
            end
        end
    end
end)

test("help() lists the keys of the system that it runs on", function()
    local settings = require "dispatch.settings"
    local was = settings.on_windows
    expect.after(function() settings.on_windows = was end)
    settings.on_windows = false
    expect.contains(about(nil), "Ctrl-R looks for one")
    expect.lacks(about(nil), "Ctrl-Z")
    settings.on_windows = true
    expect.lacks(about(nil), "Ctrl-R")
    expect.contains(about(nil), "Ctrl-Z, Ctrl-D, exit")
    expect.contains(about(nil), "Escape")
end)

test("each tool and each module of ours has help", function()
    for name, tool in pairs(require "dispatch.repl.tools") do
        expect.matches(about(tool), "^" .. name .. "%(.-%)\n  %u")
        expect.equal(about(name), about(tool))
    end
    for _, path in ipairs(host.names()) do
        local name = path:match "^(dispatch/[%w_]+)%.lua$"
        if name then expect.matches(about((name:gsub("/", "."))), "^dispatch%.[%w_]+\n  %S", name) end
    end
end)

test("help has the parameters, the options, what is answered and what is refused", function()
    expect.equal(about "editor:line", table.concat({
        "editor:line([prompt])",
        "  Asks for a line; the terminal is raw for so long. A paste is one line,",
        "  newlines and all; Alt-Enter makes one. The source of term.input() leaves the",
        "  set that it is in.",
        '  prompt?  string: default "> "',
        "  answers  line, string: nil alone: the end (Ctrl-D)",
        "  refused  nil, message, code: EINTR: Ctrl-C or another request to stop; the",
        "           line is dropped. wait.forget() before the next one" }, "\n"))
    expect.contains(about "window.open", "window.open(name [, where])")
    expect.contains(about "desktop:paste", ".deadline  number: absolute")
    expect.contains(about "window.desktop:paste", "desktop:paste(pin, text, options)")
    expect.contains(about "desktop:screenshot", "desktop:screenshot(pin?, path)")
    expect.contains(about "fake:record", "table<string, {pasted: string[]")
    expect.matches(about "fake.rule", "\n  %.at%? +number")
end)

test("no line of help is wider than the screen", function()
    for _, topic in ipairs(help.topics()) do
        for _, line in ipairs(help.about(topic, 80)) do
            expect.truthy(require "dispatch.width".of(line) <= 80 or not line:find "%S %S", line)
        end
    end
    expect.truthy(#help.about(nil, 80) <= 24, "the overview fits on a screen")
end)

test("help of a userdata, of Lua's own, of a person's own, of what it does not know", function()
    local desktop <close> = expect.ok(window.fake {})
    expect.matches(about(desktop), "^window.desktop, to be closed\n")
    expect.contains(about(desktop.list), "desktop:list([titles])")
    expect.contains(about(window), "window.open(name [, where])")
    expect.contains(about(table.sort), "manual.html#pdf-table.sort")
    expect.contains(about "string.format", "#pdf-string.format")
    expect.contains(about(function() end), "a function of yours: tests/lua/repl_help_spec.lua:")
    expect.contains(about(5), "a number, which has no help")
    expect.contains(about "widnow.open", 'did you mean help "window.open"')
    expect.contains(about "list", 'help "desktop:list"')
    expect.contains(about "qqqqqqq", "help() lists what there is")
end)
