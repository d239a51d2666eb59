-- Opens a queue: raises its epoch, or creates it. In step with docs/redis-journal.md and RedisJournal.cs.
-- KEYS: settings, epoch, rows, payloads, pending, outbox. ARGV: format and row to create it with; none not to create it.
-- Answers {epoch, 1 if it was created else 0, format, row, last sequence or nil}; nothing where it does not exist.
-- Beyond 2^53 a double cannot count, and it did not come from here.
local before = redis.call('GET', KEYS[2]) or '0'
if not (tonumber(before) and tonumber(before) < 9007199254740992) then
    return redis.error_reply("DAMAGED The epoch '" .. string.sub(before, 1, 40) .. "' is no epoch.")
end

local created = 0
if redis.call('EXISTS', KEYS[1]) == 0 then
    if redis.call('EXISTS', KEYS[3], KEYS[4], KEYS[5]) > 0 then
        return redis.error_reply('DAMAGED There are messages without settings.')
    end
    if #ARGV == 0 then
        return false
    end
    redis.call('HSET', KEYS[1], 'format', ARGV[1], 'row', ARGV[2])
    created = 1
end
if redis.call('HLEN', KEYS[3]) < math.max(redis.call('HLEN', KEYS[4]), redis.call('ZCARD', KEYS[5])) then
    return redis.error_reply('DAMAGED There are messages without rows.')
end

-- Microseconds: even a queue that is deleted and created again gets an epoch that it did not have before. Below 2^53, so
-- that a double holds them.
local now = redis.call('TIME')
local epoch = math.max(tonumber(before) + 1, now[1] * 1000000 + now[2])
epoch = string.format('%.0f', epoch)
-- Behind this, a full Redis opens a queue that exists: see commit.lua.
redis.call('PERSIST', KEYS[2])
redis.call('SET', KEYS[2], epoch)
local queue = redis.call('HMGET', KEYS[1], 'format', 'row', 'last')
return { epoch, created, queue[1], queue[2], queue[3] }
