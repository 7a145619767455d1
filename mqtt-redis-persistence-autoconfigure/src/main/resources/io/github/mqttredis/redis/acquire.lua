-- Takes the lease of a session and raises its epoch, so that no earlier owner can write any more. Reads the session
-- at once if it is small.
--
-- KEYS[1] lease   KEYS[2] mark   KEYS[3] session's hash   KEYS[4] quarantine's hash
-- KEYS[5] hash of the session that the same client has with the other version of MQTT   KEYS[6] queue's stream
-- KEYS[7] queue's stream of that other session
-- ARGV[1] owner's token   ARGV[2] lease time in ms
-- ARGV[3] token of an owner that may be replaced, '*' for any, '' for none
-- ARGV[4] expiry of the session in ms, '0' for none
-- ARGV[5] when it is too late to replace an owner, in ms by this clock: who asked has given up by then, and the owner
-- may be another one
--
-- Returns {'held', token of the owner, remaining ms, clock in ms} or
-- {'owned', mark that is set, number of records of the other version, number of records, number of messages in the queue,
-- name, value, ...}: names and values only of a session that is small.

local now = redis.call('TIME')
local clock = tonumber(now[1]) * 1000 + math.floor(tonumber(now[2]) / 1000)

local holder = redis.call('GET', KEYS[1])
local replaced = (holder == ARGV[3] or ARGV[3] == '*') and clock <= tonumber(ARGV[5])
if holder and holder ~= ARGV[1] and not replaced then
  local remaining = redis.call('PTTL', KEYS[1])
  -- More than its owner ever asks for: this clock was set back. An owner that lives renews it.
  local asked = tonumber(string.match(holder, '|(%d+)$'))
  if asked and remaining > asked then
    redis.call('PEXPIRE', KEYS[1], asked)
    remaining = asked
  end
  return {'held', holder, tostring(remaining), string.format('%.0f', clock)}
end

-- Before anything is written: of a key that is no hash nothing is taken.
local records = redis.call('HLEN', KEYS[3])
local queued = redis.call('XLEN', KEYS[6])
local others = 0
for _, length in ipairs({redis.pcall('HLEN', KEYS[5]), redis.pcall('XLEN', KEYS[7])}) do
  if type(length) == 'number' then
    others = others + length
  end
end
local found = {}
if records <= 32 then
  local bytes = 0
  for _, name in ipairs(redis.call('HKEYS', KEYS[3])) do
    bytes = bytes + redis.call('HSTRLEN', KEYS[3], name)
    if bytes > 65536 then
      found = {}
      break
    end
    found[#found + 1] = name
    found[#found + 1] = redis.call('HGET', KEYS[3], name)
  end
end

-- An epoch is never below the clock, so that it grows even where Redis lost the last one.
local mark = redis.call('GET', KEYS[2])
local last = mark and tonumber(string.match(mark, '^%d+')) or 0
local epoch = string.format('%.0f', math.max(clock, last + 1))
-- How far the last owner's clock was ahead of the queue's.
local ahead = string.match(mark or '', '^%d+:%d+:(-?%d+)$') or '0'
local set = epoch .. ':0:' .. ahead

-- DEL comes first: Redis judges a script by its first write, and a full Redis still deletes.
redis.call('DEL', KEYS[1])
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
redis.call('SET', KEYS[2], set)
-- What an owner with another expiry has set holds no longer.
for _, key in ipairs({KEYS[2], KEYS[3], KEYS[4], KEYS[6]}) do
  if ARGV[4] ~= '0' then
    redis.call('PEXPIRE', key, ARGV[4])
  elseif redis.call('PTTL', key) >= 0 then
    redis.call('PERSIST', key)
  end
end
return {'owned', set, tostring(others), tostring(records), tostring(queued), unpack(found)}
