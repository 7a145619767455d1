-- Reads messages of a session's queue, the oldest first. Reads them one by one, because how large one is is only known
-- once it is read: Redis copies at most one that does not belong to the page.
--
-- KEYS[1] queue's stream   KEYS[2] mark
-- ARGV[1] number from which on   ARGV[2] most messages
-- ARGV[3] most bytes; of beginnings the number after which the page ends
-- ARGV[4] longest beginning of a record in bytes, '0' for all of it   ARGV[5] mark that is expected, '' for any
--
-- Returns {'changed'} if there is another mark, {'larger', size} if the first message alone is larger than a page may
-- be, or {highest number that a message ever had, total and 'taken' of the youngest message, number of messages, '1' if
-- the page reaches the youngest, how far the machine's clock is ahead of the queue's in ms, then of each message number,
-- taken, expires, total, size, record}. The first four are told only to who reads from 0 on whole records, and '0' to others.

local mark = redis.call('GET', KEYS[2])
if ARGV[5] ~= '' and mark ~= ARGV[5] then
  return {'changed'}
end
local reply = {'0', '0', '0', '0', '1', string.match(mark or '', '^%d+:%d+:(-?%d+)$') or '0'}
if redis.call('EXISTS', KEYS[1]) == 0 then
  return reply
end

local function fields(message)
  local named = {}
  for i = 1, #message[2], 2 do
    named[message[2][i]] = message[2][i + 1]
  end
  return named
end

local from = ARGV[1] .. '-0'
local whole, most = ARGV[4] == '0', tonumber(ARGV[3])
local found, bytes = 0, 0
reply[5] = '0'
while found < tonumber(ARGV[2]) and bytes < most do
  local message = redis.call('XRANGE', KEYS[1], from, '+', 'COUNT', 1)[1]
  if not message then
    reply[5] = '1'
    break
  end
  local named = fields(message)
  local record = named.r or ''
  if whole and bytes + #record > most then
    if found == 0 then
      return {'larger', tostring(#record)}
    end
    break
  end
  reply[#reply + 1] = string.match(message[1], '^%d+')
  reply[#reply + 1] = named.t or '0'
  reply[#reply + 1] = named.e or '0'
  reply[#reply + 1] = named.s or '0'
  reply[#reply + 1] = tostring(#record)
  reply[#reply + 1] = whole and record or string.sub(record, 1, tonumber(ARGV[4]))
  found = found + 1
  bytes = bytes + #record
  from = '(' .. message[1]
end

-- Only who opens the session has to know: XINFO copies the oldest and the youngest message, however large they are.
if whole and ARGV[1] == '0' then
  local info = redis.call('XINFO', 'STREAM', KEYS[1])
  for i = 1, #info, 2 do
    if info[i] == 'length' then
      reply[4] = tostring(info[i + 1])
    elseif info[i] == 'last-generated-id' then
      reply[1] = string.match(info[i + 1], '^%d+')
    elseif info[i] == 'last-entry' and info[i + 1] then
      local youngest = fields(info[i + 1])
      reply[2] = youngest.s or '0'
      reply[3] = youngest.t or '0'
    end
  end
end
return reply
