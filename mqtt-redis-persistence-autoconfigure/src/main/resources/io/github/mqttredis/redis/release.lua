-- Gives a lease back, if it is still the one that was taken: the same process may have taken the next one before this
-- came. The mark moves on, so that the next owner knows how far the clock was ahead in the end.
--
-- KEYS[1] lease   KEYS[2] mark
-- ARGV[1] owner's token   ARGV[2] owner's epoch   ARGV[3] mark to set
--
-- Returns {'released'} or {'not owner'}.

local epoch = string.match(redis.call('GET', KEYS[2]) or '', '^%d+')
if redis.call('GET', KEYS[1]) ~= ARGV[1] or (epoch and epoch ~= ARGV[2]) then
  return {'not owner'}
end
redis.call('DEL', KEYS[1])
if epoch then
  redis.call('SET', KEYS[2], ARGV[3], 'KEEPTTL')
end
return {'released'}
