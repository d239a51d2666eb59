-- Opens a queue: raises its epoch, or creates it. In step with docs/redis-journal.md and OpenScript.cs.
-- KEYS: settings, epoch, rows, payloads, pending, outbox. ARGV: format and row to create it with; none not to create it.
-- Answers {epoch, 1 if it was created else 0, format, row, last sequence or nil}; nothing where it does not exist.
local created = 0
if redis.call('EXISTS', KEYS[1]) == 0 then
    if redis.call('EXISTS', KEYS[3], KEYS[4], KEYS[5]) > 0 then
        return redis.error_reply('DAMAGED messages without settings')
    end
    if #ARGV == 0 then
        return false
    end
    redis.call('HSET', KEYS[1], 'format', ARGV[1], 'row', ARGV[2])
    created = 1
end

-- Microseconds: even a queue that is deleted and created again gets an epoch that it did not have before. Below 2^53, so
-- that a double holds them.
local now = redis.call('TIME')
local epoch = math.max((tonumber(redis.call('GET', KEYS[2])) or 0) + 1, now[1] * 1000000 + now[2])
epoch = string.format('%.0f', epoch)
redis.call('SET', KEYS[2], epoch)
local queue = redis.call('HMGET', KEYS[1], 'format', 'row', 'last')
return { epoch, created, queue[1], queue[2], queue[3] }
