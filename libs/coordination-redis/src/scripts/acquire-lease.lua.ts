import { script } from "./script.ts";

/**
 * Takes the lease if it is free or the caller's, raising the epoch in the same step; names the generation of data that has none yet.
 *
 * KEYS  lease, leader (hash: holder, epoch), generation
 * ARGV  holder, ttl in ms, generation to give to new data
 * reply ["acquired", epoch, generation] | ["held", holder, epoch, remaining ms]
 */
export const ACQUIRE_LEASE = script(
  "acquire-lease",
  `
local current = redis.call('GET', KEYS[1])
if current and current ~= ARGV[1] then
  return {'held', current, redis.call('HGET', KEYS[2], 'epoch') or '0', redis.call('PTTL', KEYS[1])}
end
if redis.call('EXISTS', KEYS[3]) == 0 then redis.call('SET', KEYS[3], ARGV[3]) end
local epoch = redis.call('HINCRBY', KEYS[2], 'epoch', 1)
redis.call('HSET', KEYS[2], 'holder', ARGV[1])
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return {'acquired', epoch, redis.call('GET', KEYS[3])}
`,
);
