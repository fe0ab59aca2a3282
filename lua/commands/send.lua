-- send: each file into the window with that title, a receipt a line. No run, no contract: whatever is in the file.

local file = require "file"
local wait = require "wait"
local carriers = require "dispatch.carriers"
local contract = require "dispatch.contract"
local receipt = require "dispatch.receipt"
local settings = require "dispatch.settings"
local layout = require "dispatch.layout"

local USAGE = ("dispatch send TITLE FILE [TITLE FILE …] [-Via %s] [-SendMode enter|ctrl_enter|both] …")
    :format(carriers.alternatives())

local function complain(message, exit)
    io.stderr:write("dispatch send: ", message, "\n")
    return exit
end

---@return table[]? jobs, string? message
local function jobs_of(words)
    if #words == 0 or #words % 2 == 1 then return nil, "usage: " .. USAGE end
    local jobs, seen = {}, {}
    for i = 1, #words, 2 do
        local title, path = words[i], words[i + 1]
        if seen[title] then return nil, ("'%s' is given twice; a window gets one text"):format(title) end
        seen[title] = true
        local bytes, message = file.read(path)
        if not bytes then return nil, message end
        if not utf8.len(bytes) then return nil, path .. ": is not valid UTF-8" end
        local sent = contract.sent(bytes)
        if sent.text == "" then return nil, path .. ": is blank" end
        local at = sent.text:find "[^%C\n\t]"
        if at then return nil, ("%s: has a control character at byte %d; it could end the paste"):format(path, at) end
        jobs[#jobs + 1] = { worker = title, title = title, text = sent.text, sha256 = sent.sha256,
            prompt_path = file.real(path) }
    end
    return jobs
end

---A pause with nobody to watch.
local function pump(deadline, sources) return wait.any(sources, deadline) end

---Of what a carrier tells, a person here wants the warnings: it waits for its turn, a clipboard does not come back.
local function emit(name, fields)
    if name == "warning" then complain(fields.message) end
    return true
end

local ANOTHER_KEY = "look at it; where this agent submits with another key: -SendMode enter, ctrl_enter or both"

local function print_receipt(job, word, why, seen)
    local proof = word == "unobservable" and ", paste=" .. receipt.proof(seen) or ""
    io.stdout:write(("%s  %s%s: %s\n"):format(job.title, word, proof, why))
    if word == "not_submitted" and seen.composer == "text" then io.stdout:write("  -> ", ANOTHER_KEY, "\n") end
end

---@return integer exit
local function send_all(carrier, jobs)
    local ok, message, code = carrier:aim(jobs, pump)
    if not ok then return complain(message, code == "EINTR" and 130 or 2) end
    local next_fact, exit, left = carrier:deliver(jobs, pump), 0, #jobs
    while true do
        local job, seen, why_code = next_fact()
        if not job then
            if seen then return complain(seen, why_code == "EINTR" and 130 or 2) end
            return exit
        end
        local word, why = receipt.decide(seen)
        print_receipt(job, word, why, seen)
        left = left - 1
        if seen.code == "EINTR" then return 130 end
        if word == "not_submitted" then
            for i = #jobs - left + 1, #jobs do io.stdout:write(jobs[i].title, "  not sent\n") end
            return 2
        end
    end
end

local function run(argv)
    local cfg, message = settings.parse(argv, { positional = math.huge })
    message = message or carriers.refuses(cfg)
    if message then return complain(message, 64) end
    local jobs
    jobs, message = jobs_of(cfg)
    if not jobs then return complain(message, 64) end
    local root, carrier
    root, message = layout.find_root(cfg.root)
    if cfg.root and not root then return complain(message, 64) end
    carrier, message = carriers.open { cfg = cfg, root = root, emit = emit }
    if not carrier then return complain(message, 2) end
    local titles = {}
    for i, job in ipairs(jobs) do titles[i] = job.title end
    local ready, why, code = carrier:prepare(titles)
    local exit = ready and send_all(carrier, jobs) or complain(why, code == "EINTR" and 130 or 2)
    carrier:close()
    if wait.interrupted() then wait.resume() end
    return exit
end

return { usage = USAGE, summary = "sends each file into the window with that title, a receipt a line", run = run }
