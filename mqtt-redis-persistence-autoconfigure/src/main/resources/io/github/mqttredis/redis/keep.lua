-- Keeps a packet in quarantine that was received and cannot be delivered, if the session is as its owner left it.
--
-- KEYS[1] mark   KEYS[2] quarantine's hash
-- ARGV[1] mark that is expected   ARGV[2] the most records in quarantine   ARGV[3] expiry of the session in ms, '0' for
-- none   ARGV[4] name   ARGV[5] packet
--
-- Returns {'kept'}, {'full'} or {'changed'}.

if redis.call('GET', KEYS[1]) ~= ARGV[1] then
  return {'changed'}
end
if redis.call('HLEN', KEYS[2]) >= tonumber(ARGV[2]) then
  return {'full'}
end
-- Removes nothing: no field has a mark's name. Redis judges a script by its first write, and a full Redis still
-- deletes. What cannot be delivered is acknowledged only if it is kept.
redis.call('HDEL', KEYS[2], ARGV[1])
redis.call('HSET', KEYS[2], ARGV[4], ARGV[5])
if ARGV[3] ~= '0' then
  redis.call('PEXPIRE', KEYS[2], ARGV[3])
end
return {'kept'}
