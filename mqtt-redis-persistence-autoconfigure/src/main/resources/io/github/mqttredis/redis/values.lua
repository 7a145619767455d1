-- Reads some fields of a session's hash.
--
-- KEYS[1] hash
-- ARGV the fields, at most some thousands
--
-- Returns the values, and nothing in the place of one that is not there.

return redis.call('HMGET', KEYS[1], unpack(ARGV))
