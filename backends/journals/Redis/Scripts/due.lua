-- Queues of one part that must be opened by now, the longest due first. In step with docs/redis-journal.md and RedisWakeTable.cs.
-- KEYS: the part's sorted set. ARGV: how many at the most.
local now = redis.call('TIME')
return redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', string.format('%.0f', now[1] * 1000 + math.floor(now[2] / 1000)), 'LIMIT', 0, ARGV[1])
