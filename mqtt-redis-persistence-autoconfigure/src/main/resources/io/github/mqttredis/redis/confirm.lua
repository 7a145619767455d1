-- Renews an owner's lease and moves the mark on, so that no earlier command of this owner can
-- still be applied. Takes a lease back that ended while nobody else took it, or whose acquisition Redis
-- has forgotten. Changes nothing if it comes late in its epoch, or twice.
--
-- KEYS[1] session's hash   KEYS[2] mark   KEYS[3] lease   KEYS[4] quarantine's hash   KEYS[5] queue's stream
-- ARGV[1] owner's token   ARGV[2] lease time in ms   ARGV[3] owner's epoch   ARGV[4] sequence to set
-- ARGV[5] expiry of the session in ms, '0' for none   ARGV[6] how far the machine's clock is ahead of the queue's in ms
--
-- Returns {'fenced', token of the owner or '', remaining ms} or
-- {'owned', mark that was found or '', number of records, number of messages in the queue, mark that is set}.

local holder = redis.call('GET', KEYS[3])
local mark = redis.call('GET', KEYS[2])
local epoch, sequence = string.match(mark or '', '^(%d+):(%d+)')
local own = tonumber(ARGV[3])

-- A lower epoch than ours: Redis is as it was before we took the session, after a failover to a
-- replica that had not heard of it. Who held it then holds it again, and is not the last who took it.
local undone = epoch and tonumber(epoch) < own
if holder and holder ~= ARGV[1] and not undone then
  return {'fenced', holder, tostring(redis.call('PTTL', KEYS[3]))}
end

if epoch and tonumber(epoch) > own then
  -- Holding the lease at a higher epoch is an acquisition of our own that was answered too late.
  if not holder then
    return {'fenced', '', '0'}
  end
  own = tonumber(epoch)
end
local next = tonumber(ARGV[4])
local set = string.format('%.0f:%.0f:%s', own, next, ARGV[6])

-- The owner has gone on, and may have given the lease back. No command may set a mark that belongs to another
-- one, which would then count as applied.
local late = epoch and tonumber(epoch) == own and tonumber(sequence) >= next
if late then
  set = mark
else
  -- DEL comes first: Redis judges a script by its first write, and a full Redis still deletes.
  redis.call('DEL', KEYS[3])
  redis.call('SET', KEYS[3], ARGV[1], 'PX', ARGV[2])
  redis.call('SET', KEYS[2], set)
  if ARGV[5] ~= '0' then
    for _, key in ipairs({KEYS[1], KEYS[2], KEYS[4], KEYS[5]}) do
      redis.call('PEXPIRE', key, ARGV[5])
    end
  end
end
return {'owned', mark or '', tostring(redis.call('HLEN', KEYS[1])), tostring(redis.call('XLEN', KEYS[5])), set}
