-- Deletes a queue with all that is in it, but for what is still to be published. In step with docs/redis-journal.md.
-- KEYS: settings, epoch, rows, payloads, pending, outbox. ARGV: epoch; the outbox entry or ''.
-- Answers 1, or 0 when the epoch is over.
if redis.call('GET', KEYS[2]) ~= ARGV[1] or redis.call('EXISTS', KEYS[1]) == 0 then
    return 0
end
-- The outbox last: a full Redis takes what is written behind a removal.
redis.call('UNLINK', unpack(KEYS, 1, 5))
if ARGV[2] ~= '' then
    redis.call('XADD', KEYS[6], '*', 't', ARGV[2])
else
    redis.call('UNLINK', KEYS[6])
end
return 1
