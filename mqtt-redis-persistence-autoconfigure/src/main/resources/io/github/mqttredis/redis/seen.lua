-- Notes sessions as seen now, and tells what time that is.
--
-- KEYS[1] sorted set of all sessions
-- ARGV the names of sessions, none to be told the time only
--
-- Returns {milliseconds since 1970}.

local time = redis.call('TIME')
local now = string.format('%.0f', tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000))
local members = {}
for i, name in ipairs(ARGV) do
  members[#members + 1] = now
  members[#members + 1] = name
  -- Lua unpacks no more than some thousands.
  if #members == 1000 or i == #ARGV then
    redis.call('ZADD', KEYS[1], unpack(members))
    members = {}
  end
end
return {now}
