-- Applies one batch of a session's write log, if the session is as its owner left it.
--
-- KEYS[1] session's hash   KEYS[2] mark   KEYS[3] lease   KEYS[4] quarantine's hash   KEYS[5] queue's stream
-- ARGV[1] mark that is expected   ARGV[2] mark to set   ARGV[3] owner's token   ARGV[4] lease time in ms
-- ARGV[5] expiry of the session in ms, '0' for none
-- ARGV[6] '1' to remove all records first   ARGV[7] '1' to begin with removals
-- ARGV[8] number of the oldest message that stays in the queue, '0' for all, '-1' to begin it anew
-- ARGV[9] number n of records to put   ARGV[10] number m of messages to put in the queue
-- ARGV[11] number l of messages to remove from it
-- ARGV[12 ..] n pairs of key and value; m times number, taken, expires, total, record; l numbers; then the
-- keys to remove
--
-- Returns {mark that was found, number of records afterwards, number of messages in the queue}. Nothing is changed
-- unless the mark is the expected one.

local mark = redis.call('GET', KEYS[2])
if mark ~= ARGV[1] then
  return {mark or '', redis.call('HLEN', KEYS[1]), redis.call('XLEN', KEYS[5])}
end

local queued = 12 + 2 * tonumber(ARGV[9])
local dequeued = queued + 5 * tonumber(ARGV[10])
local removes = dequeued + tonumber(ARGV[11])

local function dequeue()
  if tonumber(ARGV[8]) > 0 then
    redis.call('XTRIM', KEYS[5], 'MINID', ARGV[8])
  end
  for i = dequeued, removes - 1 do
    redis.call('XDEL', KEYS[5], ARGV[i] .. '-0')
  end
end

-- Redis judges a script by its first write. A full Redis refuses a batch that begins with a put as a whole, and lets
-- one through that begins with a removal, of nothing here: it makes room, or what it stores will.
if ARGV[7] == '1' then
  redis.call('HDEL', KEYS[1], '')
  dequeue()
end
if ARGV[6] == '1' then
  redis.call('DEL', KEYS[1])
end
if ARGV[8] == '-1' then
  redis.call('DEL', KEYS[5])
end
if queued > 12 then
  redis.call('HSET', KEYS[1], unpack(ARGV, 12, queued - 1))
end
for i = queued, dequeued - 1, 5 do
  local added = redis.pcall('XADD', KEYS[5], ARGV[i] .. '-0', 't', ARGV[i + 1], 'e', ARGV[i + 2], 's', ARGV[i + 3],
    'r', ARGV[i + 4])
  -- A number that somebody else has used is missed when the messages are counted.
  if type(added) == 'table' and added.err and not string.find(added.err, 'equal or smaller', 1, true) then
    return added
  end
end
if ARGV[7] ~= '1' then
  dequeue()
end
if removes <= #ARGV then
  redis.call('HDEL', KEYS[1], unpack(ARGV, removes))
end
local waiting = redis.call('XLEN', KEYS[5])
if waiting == 0 and (ARGV[8] ~= '0' or queued < removes) then
  redis.call('DEL', KEYS[5])
end
redis.call('SET', KEYS[2], ARGV[2])
redis.call('SET', KEYS[3], ARGV[3], 'PX', ARGV[4])
if ARGV[5] ~= '0' then
  for _, key in ipairs({KEYS[1], KEYS[2], KEYS[4], KEYS[5]}) do
    redis.call('PEXPIRE', key, ARGV[5])
  end
end
return {mark, redis.call('HLEN', KEYS[1]), waiting}
