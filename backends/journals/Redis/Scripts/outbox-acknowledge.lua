-- Removes entries that were published from a queue's outbox. In step with docs/redis-journal.md and RedisOutboxReader.cs.
-- KEYS: outbox, settings, publisher. ARGV: the reader's token, the count of dropped entries that was told, then ids; or the
-- token and 'release' by a reader that ends. Answers how many entries are left. Where none are, another may publish the queue at once.
local chunk = 4000
for at = 3, #ARGV, chunk do
    redis.call('XDEL', KEYS[1], unpack(ARGV, at, math.min(at + chunk - 1, #ARGV)))
end
if ARGV[2] ~= '0' and redis.call('HGET', KEYS[2], 'dropped') == ARGV[2] then
    redis.call('HDEL', KEYS[2], 'dropped')
end
local left = redis.call('XLEN', KEYS[1])
if (left == 0 or ARGV[2] == 'release') and redis.call('GET', KEYS[3]) == ARGV[1] then
    redis.call('DEL', KEYS[3])
end
if left == 0 then
    -- Only an empty stream may go: its last id is not needed, as ids grow with the time of Redis.
    if redis.call('EXISTS', KEYS[2]) == 0 then
        redis.call('DEL', KEYS[1])
    end
end
return left
