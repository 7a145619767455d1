-- Reads messages of a session's queue, the oldest first. Reads in small steps, so that large messages end a page early
-- and Redis never copies many of them at a time.
--
-- KEYS[1] queue's stream   KEYS[2] mark
-- ARGV[1] number from which on   ARGV[2] number of messages, about   ARGV[3] number of bytes after which the page ends
-- ARGV[4] longest beginning of a record in bytes, '0' for all of it   ARGV[5] mark that is expected, '' for any
--
-- Returns {'changed'} if there is another mark, or {highest number that a message ever had, total and 'ahead' of the youngest message, number of messages, '1' if
-- the page reaches the youngest, then of each message number, taken, ahead, expires, total, size, record}.

if ARGV[5] ~= '' and redis.call('GET', KEYS[2]) ~= ARGV[5] then
  return {'changed'}
end
local reply = {'0', '0', '0', '0', '1'}
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

local info = redis.call('XINFO', 'STREAM', KEYS[1])
for i = 1, #info, 2 do
  if info[i] == 'length' then
    reply[4] = tostring(info[i + 1])
  elseif info[i] == 'last-generated-id' then
    reply[1] = string.match(info[i + 1], '^%d+')
  elseif info[i] == 'last-entry' and info[i + 1] then
    local youngest = fields(info[i + 1])
    reply[2] = youngest.s or '0'
    reply[3] = youngest.a or '0'
  end
end

local from = ARGV[1] .. '-0'
-- One at a time while they are large.
local found, bytes, step = 0, 0, 1
repeat
  local page = redis.call('XRANGE', KEYS[1], from, '+', 'COUNT', step)
  local asked = step
  for _, message in ipairs(page) do
    local named = fields(message)
    local record = named.r or ''
    reply[#reply + 1] = string.match(message[1], '^%d+')
    reply[#reply + 1] = named.t or '0'
    reply[#reply + 1] = named.a or '0'
    reply[#reply + 1] = named.e or '0'
    reply[#reply + 1] = named.s or '0'
    reply[#reply + 1] = tostring(#record)
    reply[#reply + 1] = ARGV[4] == '0' and record or string.sub(record, 1, tonumber(ARGV[4]))
    found = found + 1
    bytes = bytes + #record
    from = '(' .. message[1]
    if bytes >= tonumber(ARGV[3]) then
      break
    end
  end
  step = bytes < found * 8192 and 16 or 1
  reply[5] = (#page < asked and bytes < tonumber(ARGV[3])) and '1' or '0'
until reply[5] == '1' or found >= tonumber(ARGV[2]) or bytes >= tonumber(ARGV[3])
return reply
