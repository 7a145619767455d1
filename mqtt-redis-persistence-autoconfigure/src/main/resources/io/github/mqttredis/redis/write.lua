-- Applies one batch of a session's write log, if the session is as its owner left it.
--
-- KEYS[1] session's hash   KEYS[2] mark   KEYS[3] lease   KEYS[4] quarantine's hash
-- ARGV[1] mark that is expected   ARGV[2] mark to set   ARGV[3] owner's token   ARGV[4] lease time in ms
-- ARGV[5] expiry of the session in ms, '0' for none
-- ARGV[6] '1' to remove all records first   ARGV[7] number n of records to put
-- ARGV[8 ..] n pairs of key and value, then the keys to remove
--
-- Returns {mark that was found, number of records afterwards}. Nothing is changed unless it is the expected one.

local mark = redis.call('GET', KEYS[2])
if mark ~= ARGV[1] then
  return {mark or '', tostring(redis.call('HLEN', KEYS[1]))}
end

-- Records come before the mark: Redis judges a script by its first write. A full Redis refuses a
-- batch that begins with HSET as a whole, and lets one through that only removes.
if ARGV[6] == '1' then
  redis.call('DEL', KEYS[1])
end
local removes = 8 + 2 * tonumber(ARGV[7])
if removes > 8 then
  redis.call('HSET', KEYS[1], unpack(ARGV, 8, removes - 1))
end
if removes <= #ARGV then
  redis.call('HDEL', KEYS[1], unpack(ARGV, removes))
end
redis.call('SET', KEYS[2], ARGV[2])
redis.call('SET', KEYS[3], ARGV[3], 'PX', ARGV[4])
if ARGV[5] ~= '0' then
  redis.call('PEXPIRE', KEYS[1], ARGV[5])
  redis.call('PEXPIRE', KEYS[2], ARGV[5])
  redis.call('PEXPIRE', KEYS[4], ARGV[5])
end
return {mark, tostring(redis.call('HLEN', KEYS[1]))}
