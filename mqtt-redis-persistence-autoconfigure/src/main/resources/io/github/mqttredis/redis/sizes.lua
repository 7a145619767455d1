-- Tells how long the values of some fields are: who reads them next can keep each answer small.
--
-- KEYS[1] hash
-- ARGV the fields
--
-- Returns the lengths.

local reply = {}
for i, name in ipairs(ARGV) do
  reply[i] = tostring(redis.call('HSTRLEN', KEYS[1], name))
end
return reply
