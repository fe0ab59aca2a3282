-- The first four steps of an iteration.
package.path = arg[1] .. "/tests/lua/?.lua;" .. package.path
local contract, layout, project = require "dispatch.contract", require "dispatch.layout", require "project"
local at = layout.new(lfs.currentdir(), project.ID)
file.mkdir(layout.zips(at.root))
local prompts, workers = {}, { "A_core", "Z_aggregator" }
for _, worker in ipairs(workers) do prompts[at:prompt_name(worker)] = project.prompt(at, worker) end
project.zip(at, prompts)
local run = project.run(at, { workers = workers, all_workers = workers })
host.stable(0, true) -- what is half-made when it stops is finished by the next attempt
print(assert(contract.check_run_id(run)))
print((assert(contract.find_zip(run)):gsub("SHA.*", "")))
if not contract.has_prompts(run) then assert(contract.extract(run)) end
host.stable()
print(assert(contract.check_prompts(run)))
