--- generate - makes the pages that are made of the program: dispatch docs/generate.lua [-check] [FOLDER]
--- dispatch docs/generate.lua -man FILE.1 [DATE [FOLDER]]: the man page, from manual.md.
-- FOLDER: docs/, where this file is. -check: says which pages are not what this program would make, and exits with 1.
local file = require "file"
local api = require "generate.api"
local man = require "generate.man"
local settings = require "generate.settings"

local function fail(message)
    io.stderr:write("generate: ", message, "\n")
    os.exit(2, true)
end

local function read(path)
    local text, message = file.read(path)
    return text or fail(message)
end

local function write(path, text)
    local ok, message = file.write(path, text)
    return ok or fail(message)
end

---@return {path: string, text: string}[]
local function pages(folder)
    local manual = folder .. "/manual.md"
    local with_table, message = settings.put_into(read(manual))
    return { { path = folder .. "/api.md", text = api.page() }, { path = manual, text = with_table or fail(message) } }
end

local here = arg[0]:match "^(.*)/[^/]*$" or "."
if arg[1] == "-man" then
    local page, message = man.page(read((arg[4] or here) .. "/manual.md"), arg[3] or os.date "!%Y-%m-%d")
    write(arg[2] or fail "-man: name the file", page or fail(message))
    return
end
local checking = arg[1] == "-check"
local stale = false
for _, page in ipairs(pages(arg[checking and 2 or 1] or here)) do
    local is = file.stat(page.path) and read(page.path)
    if is ~= page.text then
        stale = true
        print(page.path .. (checking and " is not what ./dev docs makes of the program" or " written"))
        if not checking then write(page.path, page.text) end
    end
end
if checking and stale then os.exit(1, true) end
