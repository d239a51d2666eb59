-- Notes of queues of one part when they must be opened. In step with docs/redis-journal.md and RedisWakeTable.cs.
-- KEYS: the part's sorted set. ARGV: 'NX' to leave what is noted already, else ''; the score; queues.
-- First a write that needs no memory: then a Redis that is full takes the others, too.
redis.call('ZREM', KEYS[1], '')
for i = 3, #ARGV do
    if ARGV[1] == 'NX' then
        redis.call('ZADD', KEYS[1], 'NX', ARGV[2], ARGV[i])
    else
        redis.call('ZADD', KEYS[1], ARGV[2], ARGV[i])
    end
end
return true
