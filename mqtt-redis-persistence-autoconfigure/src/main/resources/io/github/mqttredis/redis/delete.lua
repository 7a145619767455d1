-- Deletes a session that nobody owns. Its mark stays, with a higher epoch: an owner that lost its lease while it
-- slept, or was cut off, finds that the session has gone on without it, and does not write it back.
--
-- KEYS[1] session's hash   KEYS[2] mark   KEYS[3] lease   KEYS[4] quarantine's hash   KEYS[5] queue's stream
-- ARGV[1] mark that is expected, '*' for any   ARGV[2] expiry of the new mark in ms, '0' for none
--
-- Returns {'held', token of the owner, remaining ms}, {'changed'} if somebody owned it meanwhile, or {'deleted'}.

local holder = redis.call('GET', KEYS[3])
if holder then
  local remaining = redis.call('PTTL', KEYS[3])
  -- As in acquire.lua: more than its owner ever asks for.
  local asked = tonumber(string.match(holder, '|(%d+)$'))
  if asked and remaining > asked then
    redis.call('PEXPIRE', KEYS[3], asked)
    remaining = asked
  end
  return {'held', holder, tostring(remaining)}
end

-- As in acquire.lua: never below the clock, so that the epoch grows even where Redis lost the last one.
local now = redis.call('TIME')
local clock = tonumber(now[1]) * 1000 + math.floor(tonumber(now[2]) / 1000)
local mark = redis.call('GET', KEYS[2])
if ARGV[1] ~= '*' and ARGV[1] ~= (mark or '') then
  return {'changed'}
end
local last = mark and tonumber(string.match(mark, '^%d+')) or 0
local epoch = string.format('%.0f', math.max(clock, last + 1))

-- DEL comes first: Redis judges a script by its first write, and a full Redis still deletes.
redis.call('DEL', KEYS[1], KEYS[4], KEYS[5])
redis.call('SET', KEYS[2], epoch .. ':0:0')
if ARGV[2] ~= '0' then
  redis.call('PEXPIRE', KEYS[2], ARGV[2])
end
return {'deleted'}
