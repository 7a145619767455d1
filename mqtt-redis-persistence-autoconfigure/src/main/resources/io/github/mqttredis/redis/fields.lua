-- Reads the names of all fields of a hash, and how long their values are: who reads these next can keep each
-- answer small.
--
-- KEYS[1] hash
--
-- Returns {name, length, name, ...}.

local reply = {}
for _, name in ipairs(redis.call('HKEYS', KEYS[1])) do
  reply[#reply + 1] = name
  reply[#reply + 1] = tostring(redis.call('HSTRLEN', KEYS[1], name))
end
return reply
