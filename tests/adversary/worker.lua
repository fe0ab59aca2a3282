--- worker - a part of the sends in an arena of its own: dispatch worker.lua ARENA SEED N K OF ONLY. Of the sends of
--- this arena it does the Kth, the (K+OF)th … (ONLY: that one alone; 0: all) and prints a line of JSON for each.
local here = arg[0]:match "^(.*)/[^/]*$"
package.path = ("%s/?.lua;%s/../lua/?.lua;%s/../desktop/?.lua;"):format(here, here, here) .. package.path
local json = require "dispatch.json"
local expect = require "expect"
local carry = require "carry"
local judge = require "judge"
local plan = require "plan"

local name = arg[1]
local numbers = {}
for i = 2, 6 do numbers[#numbers + 1] = math.tointeger(tonumber(arg[i])) end
local seed, n, k, of, only = table.unpack(numbers)
local arena = require(name .. "_arena")

local WORDS = { "fix", "the", "tests", "in", "src/core", "naïve", "漢字", "🎉", "$(date)", "`ls`", "'quoted'", "\"",
    "\\", "%s", "a\tb", "#{pane_id}", ";", "--", "~/x", "end." }

---A text that no other send has.
local function text_of(send, bytes)
    local words = { ("send %d of seed %d"):format(send.i, seed) }
    local size = #words[1]
    while size < bytes do
        words[#words + 1] = WORDS[math.random(#WORDS)]
        if math.random() < 0.1 then words[#words] = words[#words] .. "\n" .. math.random(99) end
        size = size + #words[#words] + 1
    end
    return table.concat(words, " ") .. "."
end

local function call(f, scene) if f then f(scene) end end

local function phases_of(spec, scene)
    local phases = {}
    for phase, strike in pairs(spec.phases or {}) do
        phases[phase] = function()
            phases[phase] = nil                  -- once
            strike(scene)
        end
    end
    return phases
end

local function one(root, send)
    math.randomseed(seed * 1000003 + send.i)
    local spec = send.make()
    local text = text_of(send, spec.bytes or ({ 30, 300, 4096, 20000 })[math.random(4)])
    text = spec.text and spec.text(text) or text
    local title = ("HITECHOS_w%d_20261122_1"):format(send.i)
    local scene = arena.stage(send.sort, spec, title, send.i)
    call(spec.before, scene)
    local flags = table.move(spec.flags or {}, 1, #(spec.flags or {}), #arena.flags + 1, { table.unpack(arena.flags) })
    local said = carry.send { root = root, flags = flags, title = title, text = text, phases = phases_of(spec, scene) }
    call(spec.after, scene)
    scene:settle()
    local problems = judge.judge(said, scene:truth(), { text = scene:noted(text), blind = not arena.readable,
        says = spec.says, warns = spec.warns })
    for _, problem in ipairs(scene:leftovers()) do problems[#problems + 1] = problem end
    scene:close()
    if said.evidence then os.remove(said.evidence) end
    return { i = send.i, kind = send.kind, sort = send.sort, word = said.word, proof = judge.proof(said),
        ms = said.seconds * 1000, why = said.why, stopped = said.seen.stopped, problems = problems }
end

local function explained(problem)
    return debug.traceback(type(problem) == "table" and (problem.failure or problem.skipped) or tostring(problem), 2)
end

local function main()
    io.stdout:setvbuf "line"
    local root = expect.shared(carry.project)
    arena.open(k)
    expect.clean()
    local mine = 0
    for _, send in ipairs(plan.sends(seed, n)) do
        if plan.ARENA[send.sort] == name then
            mine = mine + 1
            if mine % of == k and (only == 0 or only == send.i) then
                local fine, line = xpcall(one, explained, root, send)
                local untidy = expect.clean()
                if not fine then
                    line = { i = send.i, kind = send.kind, sort = send.sort, problems = { "the test broke: " .. line } }
                elseif untidy then
                    table.insert(line.problems, "while cleaning up: " .. untidy)
                end
                print(json.encode(line))
            end
        end
    end
end

local fine, message = xpcall(main, explained)
local untidy = expect.clean(true)
if not fine then io.stderr:write(name, ": ", message, "\n") end
if untidy then io.stderr:write(name, ": while cleaning up: ", untidy, "\n") end
os.exit(fine and not untidy and 0 or 1, true)
