-- All that is stored of one message, at one moment. KEYS: rows, payloads, pending. ARGV: id, member of the pending set.
-- Answers {row or nil, 1 if it has a payload else 0, score or nil}.
return {
    redis.call('HGET', KEYS[1], ARGV[1]),
    redis.call('HEXISTS', KEYS[2], ARGV[1]),
    redis.call('ZSCORE', KEYS[3], ARGV[2]),
}
