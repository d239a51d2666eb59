-- Gives the lease back. KEYS: lease. ARGV: token. Answers 1 when the caller had it.
if redis.call('HGET', KEYS[1], 'token') == ARGV[1] then
    return redis.call('DEL', KEYS[1])
end
return 0
