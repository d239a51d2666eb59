-- Notes of queues of one part when they must be opened. In step with docs/redis-journal.md and RedisWakeTable.cs.
-- KEYS: the part's sorted set. ARGV: 'NX' to leave what is noted already, else ''; in how many milliseconds, or '+inf'
-- for open ones; queues. Whose clock the milliseconds count by is Redis' own: those who close and open queues may have clocks that differ.
-- First a write that needs no memory: then a Redis that is full takes the others, too.
redis.call('ZREM', KEYS[1], '')
local score = ARGV[2]
if score ~= '+inf' then
    local now = redis.call('TIME')
    score = string.format('%.0f', now[1] * 1000 + math.floor(now[2] / 1000) + score)
end
for i = 3, #ARGV do
    if ARGV[1] == 'NX' then
        redis.call('ZADD', KEYS[1], 'NX', score, ARGV[i])
    else
        redis.call('ZADD', KEYS[1], score, ARGV[i])
    end
end
return true
