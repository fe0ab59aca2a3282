--- places - where the workers of an iteration (iteration.lua) have their windows: the desktop of Windows, chats of
--- puppet_editor.c. A place is what tests/desktop/places.lua says.
local expect = require "expect"
local iteration = require "iteration"
local stage = require "stage"

local M = {}

local FOLDER = assert(os.getenv "DISPATCH_AHK", "DISPATCH_AHK: the folder with AutoHotkeyV2.exe, as ctest sets it")
M.AUTOHOTKEY = FOLDER .. "/AutoHotkeyV2.exe"

--- What a chat says it got: whole texts with their key, and pastes that no key followed.
local function log_of(chat)
    local log, texts, waiting = {}, chat:submitted(), 0
    for line in chat:said():gmatch "[^\n]+" do
        if line == "paste" then
            waiting = waiting + 1
        elseif line == "submitted" then
            local text = table.remove(texts, 1)
            log[#log + 1] = { "paste", #text, iteration.hash(text) }
            log[#log + 1] = { "submit" }
            waiting = waiting - 1
        end
    end
    for _ = 1, waiting do log[#log + 1] = { "paste" } end
    return log
end

local FLAGS = { win32 = { Via = "win32" }, ahk = { Via = "ahk", AhkExe = M.AUTOHOTKEY } }

--- The project's folder has blanks in its name, and letters of several scripts.
---@param via "win32"|"ahk"
---@return place
function M.windows(via)
    local place = { via = via, flags = expect.truthy(FLAGS[via]), env = {}, folder = "Projekt mit Blanks, Größe 漢字" }
    function place.open(it, worker, manner)
        local chat = stage.editor(it.at:title(worker), manner)
        return { chat = chat, log = function() return log_of(chat) end, stop = function() chat:stop() end }
    end
    return place
end

return M
