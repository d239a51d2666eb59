-- Puts the name of a queue that exists into its set, even where Redis is full: see commit.lua. KEYS: the set. ARGV: the name.
redis.call('PERSIST', KEYS[1])
return redis.call('SADD', KEYS[1], ARGV[1])
