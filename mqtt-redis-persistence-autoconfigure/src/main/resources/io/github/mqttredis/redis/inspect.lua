-- Looks at a session without owning it.
--
-- KEYS[1] session's hash   KEYS[2] lease   KEYS[3] quarantine's hash   KEYS[4] mark   KEYS[5] queue's stream
--
-- Returns {number of records, token of the owner or '', remaining ms, number of records in quarantine,
-- mark or '', number of messages in the queue}.

local holder = redis.call('GET', KEYS[2])
return {tostring(redis.call('HLEN', KEYS[1])), holder or '', tostring(redis.call('PTTL', KEYS[2])),
  tostring(redis.call('HLEN', KEYS[3])), redis.call('GET', KEYS[4]) or '', tostring(redis.call('XLEN', KEYS[5]))}
