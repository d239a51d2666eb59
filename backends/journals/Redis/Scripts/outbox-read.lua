-- Reads on in a queue's outbox, for the one that publishes it. In step with docs/redis-journal.md and RedisOutboxReader.cs.
-- KEYS: outbox, settings, publisher. ARGV: the reader's token, for how many ms it is the publisher, id to begin with, count.
-- Answers nothing while another is the publisher; else {ids, values, how many entries were dropped unread, how many there are}.
local holder = redis.call('GET', KEYS[3])
if holder and holder ~= ARGV[1] then
    return false
end
local ids, values = {}, {}
for i, entry in ipairs(redis.call('XRANGE', KEYS[1], ARGV[3], '+', 'COUNT', ARGV[4])) do
    ids[i] = entry[1]
    values[i] = entry[2][2]
end
if #ids > 0 then
    -- See commit.lua: what is published makes room.
    redis.call('PERSIST', KEYS[1])
    redis.call('SET', KEYS[3], ARGV[1], 'PX', ARGV[2])
end
return { ids, values, tonumber(redis.call('HGET', KEYS[2], 'dropped') or '0'), redis.call('XLEN', KEYS[1]) }
