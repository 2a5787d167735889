import { script } from "./script.ts";

/**
 * Fenced compare-and-set of many entries: all or none. Everything is checked before anything is written, because Redis does not undo a
 * script that fails half way. An entry is a hash: n = version, v = value; names holds all keys for listings, all scored 0.
 *
 * KEYS  leader, generation, outcomes (hash: request id → outcome), order (list of request ids), names, then one per change
 * ARGV  holder, epoch, generation, request id, outcomes kept, then for each change: key, expected version or "any", "put" | "delete", value
 * reply ["ok"] | ["fenced", epoch] | ["generation", generation] | ["conflict", key, version]
 */
export const COMMIT = script(
  "commit",
  `
local earlier = redis.call('HGET', KEYS[3], ARGV[4])
if earlier then return cjson.decode(earlier) end
local generation = redis.call('GET', KEYS[2]) or ''
if generation ~= ARGV[3] then return {'generation', generation} end
local epoch = redis.call('HGET', KEYS[1], 'epoch') or '0'
if epoch ~= ARGV[2] or redis.call('HGET', KEYS[1], 'holder') ~= ARGV[1] then return {'fenced', epoch} end

local result = {'ok'}
local versions = {}
for i = 6, #KEYS do
  local at = 6 + (i - 6) * 4
  local version = redis.call('HGET', KEYS[i], 'n') or '0'
  versions[i] = version
  if ARGV[at + 1] ~= 'any' and ARGV[at + 1] ~= version then
    result = {'conflict', ARGV[at], version}
    break
  end
end

if result[1] == 'ok' then
  for i = 6, #KEYS do
    local at = 6 + (i - 6) * 4
    if ARGV[at + 2] == 'put' then
      redis.call('HSET', KEYS[i], 'n', string.format('%.0f', tonumber(versions[i]) + 1), 'v', ARGV[at + 3])
      redis.call('ZADD', KEYS[5], 0, ARGV[at])
    else
      redis.call('DEL', KEYS[i])
      redis.call('ZREM', KEYS[5], ARGV[at])
    end
  end
end

redis.call('HSET', KEYS[3], ARGV[4], cjson.encode(result))
redis.call('RPUSH', KEYS[4], ARGV[4])
while redis.call('LLEN', KEYS[4]) > tonumber(ARGV[5]) do
  redis.call('HDEL', KEYS[3], redis.call('LPOP', KEYS[4]))
end
return result
`,
);
