-- Gives a lease back, if it is still the owner's.
--
-- KEYS[1] lease
-- ARGV[1] owner's token
--
-- Returns {'released'} or {'not owner'}.

if redis.call('GET', KEYS[1]) ~= ARGV[1] then
  return {'not owner'}
end
redis.call('DEL', KEYS[1])
return {'released'}
