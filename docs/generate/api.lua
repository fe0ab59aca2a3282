-- api.lua: docs/api.md, from the annotations: lua/meta for the modules in C, the comments of our own Lua files for the
-- others. What the prompt's help() says comes from the same reader.

local host = require "host"
local annotations = require "dispatch.annotations"
local page = require "dispatch.repl.help_page"
local md = require "dispatch.markdown"

local M = {}

---Our own modules that a flow or a script of a team uses.
M.OURS = { "flow", "contract", "factory", "crew", "report", "layout", "screens", "json", "ahk" }

local HEAD = [[
# Modules

<!-- Made by `./dev docs` from lua/meta/*.lua and from the comments in lua/dispatch/*.lua: edit those. -->

What a flow, a script and the prompt can call. A module is had by its name, `local file = require "file"`; at the prompt
of `dispatch repl` those in C are there already, and `help(file.read)` says what this page says.

A caller's mistake (a wrong type, an unknown key) raises. A world that refuses is answered as `nil, message, code`: a
sentence that names the thing and the remedy, and one of the codes below.

| code | |
| --- | --- |
]]

-- Of all functions. Those that a flow makes of them (ENOWINDOW, EINDOUBT, …) are in recovery.md.
local CODES = {
    { "EACCES", "not allowed" },
    { "EEXIST", "something is there already" },
    { "EFOCUS", "the window did not take the focus" },
    { "EGONE", "the window is not there any more, or is not the same" },
    { "EINTR", "Ctrl-C, SIGTERM or SIGHUP, also to every wait after it, until wait.resume()" },
    { "EINVAL", "what was given breaks a rule" },
    { "EIO", "the system failed; the message has its words" },
    { "ELOCKED", "somebody else holds it" },
    { "ENODISPLAY", "the desktop does not answer, or not any more" },
    { "ENOENT", "it is not there" },
    { "ENOMEM", "no memory is left" },
    { "EREFUSED", "the window cannot take a prompt now" },
    { "ETIMEOUT", "the deadline is over" },
    { "EUNSUPPORTED", "this build, or this desktop, cannot" },
}
M.CODES = CODES

-- ------------------------------------------------------------------------------------------------------------- pieces

local function code(text) return "`" .. text .. "`" end

---Text with `code` in it; an address stays one.
local function line(text)
    return (md.prose(text):gsub("https?://%S+", function(address) return (address:gsub("\\(%p)", "%1")) end))
end

---What is indented stands as it is; the rest flows.
local function prose(text, out)
    text = text:gsub("^%l", string.upper)
    for paragraph in (text .. "\n\n"):gmatch "(.-)\n\n+" do
        if paragraph:find "^    " or paragraph:find "^  %S" then
            out[#out + 1] = "```text\n" .. paragraph:gsub("^" .. paragraph:match "^ +", "")
                :gsub("\n" .. paragraph:match "^ +", "\n") .. "\n```\n"
        elseif paragraph ~= "" then
            out[#out + 1] = line((paragraph:gsub("%s*\n%s*", " "))) .. "\n"
        end
    end
end

local function sentence(each)
    return each.about ~= "" and ": " .. line(each.about) or ""
end

local function field(each)
    return ("- `%s%s` %s%s"):format(each.name, each.optional and "?" or "", code(each.type), sentence(each))
end

---@param type string                  without "?" where nil is what a refusal answers
local function answer(each, type, first)
    local name = each.name ~= "" and code(each.name) .. " " or ""
    return ("- %s %s%s%s"):format(first and "answers" or "and", name, code(type), sentence(each))
end

local function refuses(f)
    for _, each in ipairs(f.returns) do
        if each.name == "code" then return true end
    end
    return false
end

---@param f annotated.function
local function of_function(f, owner, out)
    out[#out + 1] = ("### `%s`\n"):format(page.signature(f, owner))
    prose(f.about, out)
    local lines, first, refused = {}, true, refuses(f)
    for _, each in ipairs(f.params) do lines[#lines + 1] = field(each) end
    for _, each in ipairs(f.returns) do
        if each.name == "code" then
            lines[#lines + 1] = "- refused `nil, message, code`" .. sentence(each)
        elseif each.name ~= "message" then
            lines[#lines + 1], first = answer(each, refused and each.type:gsub("%?$", "") or each.type, first), false
        elseif each.about ~= "" then
            lines[#lines + 1] = "- `message`" .. sentence(each)
        end
    end
    if lines[1] then out[#out + 1] = table.concat(lines, "\n") .. "\n" end
end

---@param class annotated.class
local function of_class(class, out)
    out[#out + 1] = ("### `%s`%s%s\n"):format(class.name, class.kind and ", a kind of `" .. class.kind .. "`" or "",
        class.closable and ", to be closed" or "")
    prose(class.about, out)
    local lines = {}
    for i, each in ipairs(class.fields) do lines[i] = field(each) end
    if lines[1] then out[#out + 1] = table.concat(lines, "\n") .. "\n" end
end

---@param name string                  as require() takes it
---@param path string                  below lua/
local function of_module(name, path, out)
    local found = annotations.read(host.source(path))
    local short = name:match "[%w_]+$"
    out[#out + 1] = ("## `%s`\n"):format(name)
    prose(found.about, out)
    local lines = {}
    for _, each in ipairs(found.values) do
        if each.name ~= "__index" then
            lines[#lines + 1] = ("- `%s.%s`%s"):format(short, each.name, sentence(each))
        end
    end
    for _, class in ipairs(found.classes) do
        for _, each in ipairs(class.name == name and class.fields or {}) do
            lines[#lines + 1] = ("- `%s.%s` %s%s"):format(short, each.name, code(each.type), sentence(each))
        end
    end
    if lines[1] then out[#out + 1] = table.concat(lines, "\n") .. "\n" end
    for _, f in ipairs(found.functions) do
        if f.mark == "." then of_function(f, short, out) end
    end
    for _, class in ipairs(found.classes) do
        if class.name ~= name then of_class(class, out) end
        for _, f in ipairs(found.functions) do
            if f.mark == ":" and f.class == class.name then of_function(f, f.owner, out) end
        end
    end
end

---@return {name: string, path: string}[] modules     all that the page has
function M.modules()
    local all = {}
    for _, path in ipairs(host.names()) do
        local name = path:match "^meta/([%w_]+)%.lua$"
        if name then all[#all + 1] = { name = name, path = path } end
    end
    for _, name in ipairs(M.OURS) do
        all[#all + 1] = { name = "dispatch." .. name, path = "dispatch/" .. name .. ".lua" }
    end
    return all
end

---What there is, in a table: the page is long.
---@param modules {name: string, path: string}[]
local function contents(modules)
    local rows = { "| module | |\n| --- | --- |" }
    for _, each in ipairs(modules) do
        local about = annotations.read(host.source(each.path)).about:gsub("%s*\n%s*", " ")
        local first = about:match "^(.-[^%d]%.)%s" or about
        rows[#rows + 1] = ("| [`%s`](#%s) | %s |"):format(each.name, each.name:gsub("%.", ""),
            line((first:gsub("^%l", string.upper))))
    end
    return table.concat(rows, "\n") .. "\n"
end

---@return string page
function M.page()
    local out, modules = { HEAD }, M.modules()
    for _, row in ipairs(CODES) do out[1] = out[1] .. ("| `%s` | %s |\n"):format(row[1], row[2]) end
    out[#out + 1] = contents(modules)
    for _, each in ipairs(modules) do of_module(each.name, each.path, out) end
    return table.concat(out, "\n")
end

return M
