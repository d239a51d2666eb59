-- Deletes a queue with all that is in it. In step with docs/redis-journal.md.
-- KEYS: settings, epoch, rows, payloads, pending, outbox. ARGV: epoch. Answers 1, or 0 when the epoch is over.
if redis.call('GET', KEYS[2]) ~= ARGV[1] or redis.call('EXISTS', KEYS[1]) == 0 then
    return 0
end
redis.call('UNLINK', unpack(KEYS))
return 1
