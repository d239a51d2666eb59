-- Takes or renews the lease by which one server, or the silos of one cluster together, serve what is in this Redis. In step with
-- docs/redis-journal.md and RedisServerLease.cs.
-- KEYS: lease. ARGV: kind, name, token, URL or '', for how many ms, 'again' to take it also from a holder of the same kind and name.
-- Answers nothing when the caller has it now; else {kind, name, URL} of the one that has it.
local holder = redis.call('HMGET', KEYS[1], 'kind', 'name', 'token', 'url')
if holder[1] == ARGV[1] and holder[3] == ARGV[3] then
    redis.call('PEXPIRE', KEYS[1], ARGV[5])
    return false
end
if holder[1] and not (ARGV[6] == 'again' and holder[1] == ARGV[1] and holder[2] == ARGV[2]) then
    return { holder[1], holder[2], holder[4] }
end

-- First a write that needs no memory: then a Redis that is full takes the others, too.
redis.call('DEL', KEYS[1])
redis.call('HSET', KEYS[1], 'kind', ARGV[1], 'name', ARGV[2], 'token', ARGV[3], 'url', ARGV[4])
redis.call('PEXPIRE', KEYS[1], ARGV[5])
return false
