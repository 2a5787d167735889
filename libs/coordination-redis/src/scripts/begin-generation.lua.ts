import { script } from "./script.ts";

/**
 * Another generation and a greater epoch for the term of this holder, epoch and generation: what the former pair fenced is refused from then on.
 *
 * KEYS  lease, leader, generation
 * ARGV  holder, epoch, generation, next epoch, next generation
 * reply 1 begun | 0 not the caller's
 */
export const BEGIN_GENERATION = script(
  "begin-generation",
  `
if redis.call('GET', KEYS[3]) ~= ARGV[3] then return 0 end
if redis.call('HGET', KEYS[2], 'holder') ~= ARGV[1] or redis.call('HGET', KEYS[2], 'epoch') ~= ARGV[2] then return 0 end
if tonumber(ARGV[4]) < tonumber(ARGV[2]) then return 0 end
redis.call('HSET', KEYS[2], 'epoch', ARGV[4])
redis.call('SET', KEYS[3], ARGV[5])
return 1
`,
);
