-- lua/meta describes every function of every C module, and nothing else: editors, docs and help() read it.
local expect = require "expect"
local host = require "host"
local test = expect.test

---What a meta file describes: functions of the module, methods by class, and of what each class is a kind.
local function described(text)
    local found, class_of, class = { functions = {}, methods = {}, kind_of = {} }, {}, nil
    for line in text:gmatch("[^\n]+") do
        local declared, kind = line:match("^%-%-%-@class ([%w_.]+):? ?([%w_.]*)")
        if declared then
            class, found.kind_of[declared] = declared, kind
        end
        local variable = line:match("^local ([%w_]+) = {}")
        if variable then
            class_of[variable] = class
            found.methods[class] = {}
        end
        local owner, mark, name = line:match("^function ([%w_]+)([.:])([%w_]+)%(")
        if mark == "." then
            found.functions[name] = true
        elseif mark == ":" then
            found.methods[class_of[owner]][name] = true
        end
    end
    return found
end

local function names(set)
    local list = {}
    for name in pairs(set) do
        list[#list + 1] = name
    end
    table.sort(list)
    return table.concat(list, " ")
end

---The methods of every class that C made, each as one string.
local function classes_in_c()
    local found = {}
    for name, class in pairs(debug.getregistry()) do
        if type(name) == "string" and name:find("^dispatch%.") and type(class) == "table" then
            local methods = class.__index
            if type(methods) == "function" then -- a class with fields: its first upvalue are the methods
                methods = select(2, debug.getupvalue(methods, 1))
            end
            found[names(methods)] = name
        end
    end
    return found
end

for _, path in ipairs(host.names()) do
    local name = path:match("^meta/([%w_]+)%.lua$")
    if name then
        test(name .. ": described is what is there", function()
            local meta, functions = described(host.source(path)), {}
            for key, value in pairs(require(name)) do
                functions[key] = type(value) == "function" or nil
            end
            expect.equal(names(meta.functions), names(functions))
            local classes = classes_in_c()
            for class, methods in pairs(meta.methods) do
                local more_of_another = meta.methods[meta.kind_of[class]]
                if next(methods) and not more_of_another then
                    expect.truthy(classes[names(methods)], ("no class has just the methods of %s: %s; there are\n%s")
                        :format(class, names(methods), expect.show(classes)))
                end
            end
        end)
    end
end
