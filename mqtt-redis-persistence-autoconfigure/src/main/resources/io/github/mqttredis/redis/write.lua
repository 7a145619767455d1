-- Applies one batch of a session's write log, if the session is as its owner left it.
--
-- KEYS[1] session's hash   KEYS[2] mark   KEYS[3] lease
-- ARGV[1] mark that is expected   ARGV[2] mark to set   ARGV[3] owner's token   ARGV[4] lease time in ms
-- ARGV[5] '1' to remove all records first   ARGV[6] number n of records to put
-- ARGV[7 ..] n pairs of key and value, then the keys to remove
--
-- Returns {mark that was found, number of records afterwards}. Nothing is changed unless it is the expected one.

local mark = redis.call('GET', KEYS[2])
if mark ~= ARGV[1] then
  return {mark or '', tostring(redis.call('HLEN', KEYS[1]))}
end

-- Records come before the mark: Redis judges a script by its first write. A full Redis refuses a
-- batch that begins with HSET as a whole, and lets one through that only removes.
if ARGV[5] == '1' then
  redis.call('DEL', KEYS[1])
end
local removes = 7 + 2 * tonumber(ARGV[6])
if removes > 7 then
  redis.call('HSET', KEYS[1], unpack(ARGV, 7, removes - 1))
end
if removes <= #ARGV then
  redis.call('HDEL', KEYS[1], unpack(ARGV, removes))
end
redis.call('SET', KEYS[2], ARGV[2])
redis.call('SET', KEYS[3], ARGV[3], 'PX', ARGV[4])
return {mark, tostring(redis.call('HLEN', KEYS[1]))}
