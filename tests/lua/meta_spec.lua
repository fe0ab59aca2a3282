-- What the annotations say is there, is there, and nothing else: editors, docs/api.md and help() read them. lua/meta
-- has those of the C modules; of ours, those that docs/api.md has.
local expect = require "expect"
local annotations = require "dispatch.annotations"
local help = require "dispatch.repl.help"
local host = require "host"
local test = expect.test

package.path = expect.root .. "/docs/?.lua;" .. package.path
local api = require "generate.api"

local function names(set)
    local list = {}
    for name in pairs(set) do list[#list + 1] = name end
    table.sort(list)
    return table.concat(list, " ")
end

---The names of a module's functions, and of what else is in its table.
local function contents(module)
    local functions, others = {}, {}
    for key, value in pairs(module) do
        if type(value) == "function" then functions[key] = true else others[key] = true end
    end
    return functions, others
end

---The functions that are described, by class: "" has those of the module itself.
local function described(found)
    local by_class = { [""] = {} }
    for _, f in ipairs(found.functions) do
        local class = f.mark == ":" and f.class or ""
        by_class[class] = by_class[class] or {}
        expect.falsy(by_class[class][f.name], f.name .. " is described twice")
        by_class[class][f.name] = true
    end
    return by_class
end

---Each parameter of the source is described, in its order, and each that is described is there.
local function check_parameters(name, f)
    local described_names = {}
    for i, each in ipairs(f.params) do described_names[i] = each.name end
    expect.equal(f.arguments, table.concat(described_names, ", "), name .. f.mark .. f.name)
end

---Every value has a type, every function a sentence.
local function check_words(name, f)
    local what = name .. f.mark .. f.name
    expect.truthy(f.about ~= "", what .. " has no description")
    for _, each in ipairs(f.params) do expect.truthy(each.type ~= "", what .. ": " .. each.name .. " has no type") end
    local answers = {}
    for i, each in ipairs(f.returns) do
        expect.truthy(each.type ~= "", what .. ": an answer has no type")
        answers[each.name ~= "" and each.name or i] = each
    end
    if answers.code then
        expect.truthy(answers.code.about ~= "", what .. " does not say which codes")
    end
end

-- lua-cjson has fields that say who it is; they are of no use to a flow.
local OF_CJSON = { _NAME = true, _VERSION = true }
local OF_LFS = { _COPYRIGHT = true, _DESCRIPTION = true, _VERSION = true }

for _, each in ipairs(api.modules()) do
    local found = annotations.read(host.source(each.path))
    local ours = each.name:find "^dispatch%." ~= nil

    test(each.name .. ": each function and field is described, and each that is described is there", function()
        local functions, others = contents(require(each.name))
        local by_class, fields = described(found), {}
        for _, value in ipairs(found.values) do
            expect.truthy(value.name == "__index" or value.about ~= "", value.name)
            fields[value.name] = true
        end
        for _, class in ipairs(found.classes) do
            for _, field in ipairs(class.name == each.name and class.fields or {}) do fields[field.name] = true end
        end
        for name in pairs(each.name == "cjson" and OF_CJSON or each.name == "lfs" and OF_LFS or {}) do
            others[name] = nil
        end
        if ours then                             -- a class and its module may be one table
            for class, methods in pairs(by_class) do
                if class ~= "" and functions[next(methods)] then
                    for name in pairs(methods) do by_class[""][name] = true end
                end
            end
        end
        expect.equal(names(by_class[""]), names(functions))
        expect.equal(names(fields), names(others))
    end)

    test(each.name .. ": parameters, types and refusals are complete", function()
        for _, f in ipairs(found.functions) do
            check_parameters(each.name, f)
            check_words(each.name, f)
        end
    end)
end

---The classes that C registered: our name for each, and its methods.
local function classes_in_c()
    local found = {}
    for name, class in pairs(debug.getregistry()) do
        if type(name) == "string" and name:find "^dispatch%." and not name:find "held$" and type(class) == "table" then
            local methods = class.__index
            if type(methods) == "function" then  -- a class with fields: its first upvalue are the methods
                methods = select(2, debug.getupvalue(methods, 1))
            end
            if methods then found[name] = methods end
        end
    end
    return found
end

test("each class of userdata has just the methods that are described, and each that is described is there", function()
    local methods_of = {}
    for _, each in ipairs(api.modules()) do
        if not each.name:find "^dispatch%." then
            local found = annotations.read(host.source(each.path))
            for class, methods in pairs(described(found)) do methods_of[class] = class ~= "" and methods or nil end
            require(each.name)
        end
    end
    local seen = {}
    for registered, methods in pairs(classes_in_c()) do
        local class = help.CLASSES[registered]
        expect.truthy(class, registered .. " has no name in help")
        local all = { close = methods.close and true or nil }           -- what can be closed is closed in one way
        for name in pairs(methods_of[class] or {}) do all[name] = true end
        expect.equal(names(all), names(methods), class)
        seen[class] = true
    end
    local fake <close> = expect.ok(require "window".fake {})     -- its methods are in no table that could be read
    for name in pairs(methods_of["fake.desktop"]) do expect.equal(type(fake[name]), "function", name) end
    seen["fake.desktop"] = true
    for class in pairs(methods_of) do expect.truthy(seen[class], class .. ": C has no such class") end
end)

test("every code that an annotation names is in docs/api.md or docs/recovery.md", function()
    local known = expect.read(expect.root .. "/docs/recovery.md")
    for _, code in ipairs(api.CODES) do known = known .. " " .. code[1] end
    for _, each in ipairs(api.modules()) do
        for _, f in ipairs(annotations.read(host.source(each.path)).functions) do
            for _, answer in ipairs(f.returns) do
                for code in (answer.name == "code" and answer.about or ""):gmatch "%f[%w]E[A-Z]+%f[^%w]" do
                    expect.contains(known, code, each.name .. f.mark .. f.name)
                end
            end
        end
    end
end)

test("what docs/api.md does not see is found: a function without words, a parameter that is not there", function()
    local found = annotations.read "local M = {}\n---@param b string\nfunction M.f(a) end\n"
    expect.raises("", check_parameters, "m", found.functions[1])
    expect.raises("", check_words, "m", found.functions[1])
end)
