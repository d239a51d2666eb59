-- Commits a batch, all of it or nothing. In step with docs/redis-journal.md and CommitArguments.cs.
-- KEYS: settings, epoch, rows, payloads, pending, outbox.
-- ARGV: epoch; then nothing, or 'time', when only the epoch is to be checked, else: the queue's row or '', the limit of the outbox, a colon and its entry or '', the last
-- sequence or '' where it is the one before, and the counts of the arguments that follow for rows, payloads, pending, removed and served, in this order.
-- Answers 1, or 2 where Redis is full, although the batch was committed; 0 when the epoch is over. With 'time' or the queue's row four times the time by
-- the clock of Redis, in Unix milliseconds, is added. Other commits would pay for it and not need it.
if redis.call('GET', KEYS[2]) ~= ARGV[1] or redis.call('EXISTS', KEYS[1]) == 0 then
    return 0
end
-- A full Redis refuses what may need memory, unless its script has written something before. Whether it is full tells a write that needs memory
-- by its name and changes nothing; PERSIST, which changes nothing either, is a write that it never refuses: behind it everything is taken.
local answer = 1
local probe = redis.pcall('SETRANGE', KEYS[2], 0, '')
if type(probe) == 'table' and string.find(probe.err, 'OOM', 1, true) then
    redis.call('PERSIST', KEYS[2])
    answer = 2
end
if #ARGV > 1 and ARGV[2] ~= '' then
    local now = redis.call('TIME')
    answer = answer + 4 * (now[1] * 1000 + math.floor(now[2] / 1000))
end
if #ARGV < 3 then
    return answer
end

-- Lua's stack bounds what unpack can spread. Even, so that pairs stay together.
local chunk = 4000
local at = 10
local function each(command, key, count, other)
    local last = at + count - 1
    while at <= last do
        local upto = math.min(at + chunk - 1, last)
        redis.call(command, key, unpack(ARGV, at, upto))
        if other then
            redis.call(command, other, unpack(ARGV, at, upto))
        end
        at = upto + 1
    end
end

if ARGV[2] ~= '' then
    redis.call('HSET', KEYS[1], 'row', ARGV[2])
end
if ARGV[4] ~= '' then
    redis.call('HSET', KEYS[1], 'last', ARGV[4])
end
each('HSET', KEYS[3], tonumber(ARGV[5]))
each('HSET', KEYS[4], tonumber(ARGV[6]))
each('ZADD', KEYS[5], tonumber(ARGV[7]))
if ARGV[3] ~= '' then
    -- How many entries the outbox may have, a colon, the entry. What is too old is dropped a node of the stream at a time.
    local colon = string.find(ARGV[3], ':', 1, true)
    local limit = string.sub(ARGV[3], 1, colon - 1)
    redis.call('XADD', KEYS[6], '*', 't', string.sub(ARGV[3], colon + 1))
    if redis.call('XLEN', KEYS[6]) > tonumber(limit) then
        local dropped = redis.call('XTRIM', KEYS[6], 'MAXLEN', '~', limit)
        if dropped > 0 then
            redis.call('HINCRBY', KEYS[1], 'dropped', dropped)
        end
    end
end
each('HDEL', KEYS[3], tonumber(ARGV[8]), KEYS[4])
each('ZREM', KEYS[5], tonumber(ARGV[9]))
return answer
