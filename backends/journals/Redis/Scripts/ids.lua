-- A page of a hash's ids without its values, which can be long. KEYS: the hash. ARGV: cursor, count.
-- Answers {next cursor, {id, first byte of its value, …}}.
local page = redis.call('HSCAN', KEYS[1], ARGV[1], 'COUNT', ARGV[2])
for i = 2, #page[2], 2 do
    page[2][i] = string.sub(page[2][i], 1, 1)
end
return page
