-- Reads the names of all fields of a session's hash, and how far its queue has come.
--
-- KEYS[1] hash   KEYS[2] queue's stream
--
-- Returns {highest number that a message in the queue ever had, name, ...}.

local names = redis.call('HKEYS', KEYS[1])
local last = '0'
if redis.call('EXISTS', KEYS[2]) == 1 then
  local info = redis.call('XINFO', 'STREAM', KEYS[2])
  for i = 1, #info, 2 do
    if info[i] == 'last-generated-id' then
      last = string.match(info[i + 1], '^%d+')
    end
  end
end
table.insert(names, 1, last)
return names
