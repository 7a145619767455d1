-- Reads a page of a hash of records, and of each record no more than its beginning. Scans in small steps, so that
-- large records end a page early and Redis never copies many of them at a time.
--
-- KEYS[1] hash
-- ARGV[1] cursor, '0' to begin   ARGV[2] number of records, about   ARGV[3] longest beginning in bytes
-- ARGV[4] number of bytes of whole records after which the page ends
--
-- Returns {next cursor or '0', name, length, beginning, name, ...}. Names of records are short: what is longer is cut.

local reply = {''}
local cursor = ARGV[1]
local found, bytes = 0, 0
repeat
  local page = redis.call('HSCAN', KEYS[1], cursor, 'COUNT', 10)
  cursor = page[1]
  for i = 1, #page[2], 2 do
    local value = page[2][i + 1]
    reply[#reply + 1] = string.sub(page[2][i], 1, 256)
    reply[#reply + 1] = tostring(#value)
    reply[#reply + 1] = string.sub(value, 1, tonumber(ARGV[3]))
    found = found + 1
    bytes = bytes + #value
  end
until cursor == '0' or found >= tonumber(ARGV[2]) or bytes >= tonumber(ARGV[4])
reply[1] = cursor
return reply
