-- Reads the names of all fields of a session's hash.
--
-- KEYS[1] hash
--
-- Returns the names.

return redis.call('HKEYS', KEYS[1])
