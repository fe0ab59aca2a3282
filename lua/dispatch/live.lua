-- live.lua: the view on a terminal while a run is at work: a sink of events, and a tick for whoever waits, so that
-- times go on while nothing happens. Never stops a run: a terminal that went away ends the view alone.

local clock = require "clock"
local term = require "term"
local screen = require "dispatch.screen"
local text = require "dispatch.text"
local view = require "dispatch.view"

local M = {}
M.__index = M

local OFTEN, TICK = 0.1, 0.25         -- seconds: at most ten pictures a second; four when nothing happens

---@param colours boolean
---@return table live                 give it the state with follow(); sink() and tick()
function M.new(colours)
    return setmetatable({ colours = colours, screen = screen.new(), drawn = -math.huge, there = true }, M)
end

---@param state state                 of the stream whose sink this is
function M:follow(state)
    self.state, self.start = state, clock.now()
end

local function draw(self)
    local columns, rows = term.size()
    self.drawn, self.dirty = clock.now(), false
    if not self.there or not columns then return end
    self.there = self.screen:draw(view.draw(self.state, { columns = columns, rows = rows, colours = self.colours,
        t = self.state.ended and self.state.t or self.drawn - self.start }), columns, rows)
end

---What goes below the last picture.
local function ending(self)
    local lines = self.state.verdict and view.ending(self.state, (term.size())) or {}
    if self.report then lines[#lines + 1] = "report: " .. self.report end
    return lines[1] and table.concat(lines, "\n") .. "\n" or ""
end

---One event. What a person must see at once is drawn at once.
---@return sink
function M:sink()
    return function(_, event)
        if not self.state then return true end
        self.dirty = true
        local last = event.ev == "run.end"
        if last or text.rings(event) or clock.now() - self.drawn >= OFTEN then draw(self) end
        if self.there and text.rings(event) then term.write("\a") end
        if self.there and last and term.size() then term.write(ending(self)) end
        if event.ev == "artifact" and event.kind == "report" then self.report = event.path end
        return true
    end
end

---For whoever waits: draws when it is time.
---@return number                     clock.now() at which it wants to be asked again
function M:tick()
    local next_picture = self.drawn + (self.dirty and OFTEN or TICK)
    if clock.now() < next_picture then return next_picture end
    draw(self)
    return self.drawn + TICK
end

return M
