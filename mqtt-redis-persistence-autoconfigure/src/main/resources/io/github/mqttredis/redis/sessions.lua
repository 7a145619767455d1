-- Reads a page of the names of all sessions. A cursor of ZSCAN stays good while sessions come, go and are seen
-- again: what is there all the time is found. A cursor by score would run after the living ones for ever.
--
-- KEYS[1] sorted set of all sessions
-- ARGV[1] cursor, '0' to begin   ARGV[2] number of names, about
--
-- Returns {next cursor or '0', name, when it was last seen, name, ...}.

local page = redis.call('ZSCAN', KEYS[1], ARGV[1], 'COUNT', ARGV[2])
local reply = {page[1]}
for i = 1, #page[2] do
  reply[i + 1] = page[2][i]
end
return reply
