-- A message with its queue, at one moment. KEYS: settings, rows, payloads. ARGV: id.
-- Answers {queue's row or nil, row or nil, payload or nil}.
return {
    redis.call('HGET', KEYS[1], 'row'),
    redis.call('HGET', KEYS[2], ARGV[1]),
    redis.call('HGET', KEYS[3], ARGV[1]),
}
