-- Moves fields out of a session's hash that are no records, or that the broker does not take, if the session is as its owner left it.
--
-- KEYS[1] session's hash   KEYS[2] mark   KEYS[3] quarantine's hash   KEYS[4] queue's stream
-- ARGV[1] mark that is expected   ARGV[2] mark to set   ARGV[3] expiry of the session in ms, '0' for none
-- ARGV[4] name that they get, '' for their own
-- ARGV[5] number of the message in the queue to move, '' for none   ARGV[6 ..] the fields to move
--
-- Returns {mark that was found, number of records afterwards, number of messages in the queue}. Nothing is changed unless it is the expected one.

local mark = redis.call('GET', KEYS[2])
if mark ~= ARGV[1] then
  return {mark or '', tostring(redis.call('HLEN', KEYS[1])), tostring(redis.call('XLEN', KEYS[4]))}
end

-- Removes nothing: no field has a mark's name that is not used yet. Redis judges a script by its first write, and a
-- full Redis still deletes. What is moved takes no more room than before, and stays where it is if it may not be put.
redis.call('HDEL', KEYS[3], ARGV[2])
local function keep(own, value)
  local name = ARGV[4] ~= '' and ARGV[4] or own
  local kept = redis.call('HGET', KEYS[3], name)
  -- Packet ids are used again: what is there by that name may be another record.
  if kept and kept ~= value then
    name = name .. '#' .. ARGV[2]
  end
  redis.call('HSET', KEYS[3], name, value)
end

if ARGV[5] ~= '' then
  local id = ARGV[5] .. '-0'
  local message = redis.call('XRANGE', KEYS[4], id, id)[1]
  if message then
    for i = 1, #message[2], 2 do
      if message[2][i] == 'r' then
        keep('q-' .. ARGV[5], message[2][i + 1])
      end
    end
    redis.call('XDEL', KEYS[4], id)
    if redis.call('XLEN', KEYS[4]) == 0 then
      redis.call('DEL', KEYS[4])
    end
  end
end
for i = 6, #ARGV do
  local value = redis.call('HGET', KEYS[1], ARGV[i])
  if value then
    keep(ARGV[i], value)
    redis.call('HDEL', KEYS[1], ARGV[i])
  end
end
redis.call('SET', KEYS[2], ARGV[2])
if ARGV[3] ~= '0' then
  redis.call('PEXPIRE', KEYS[2], ARGV[3])
  redis.call('PEXPIRE', KEYS[3], ARGV[3])
end
return {mark, tostring(redis.call('HLEN', KEYS[1])), tostring(redis.call('XLEN', KEYS[4]))}
