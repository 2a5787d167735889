import { script } from "./script.ts";

/**
 * Gives the lease up. The epoch stays: until someone else takes the lease, this one may still write.
 *
 * KEYS  lease, leader, generation
 * ARGV  holder, epoch, generation
 * reply 1 given up | 0 not the caller's
 */
export const RELEASE_LEASE = script(
  "release-lease",
  `
if redis.call('GET', KEYS[3]) ~= ARGV[3] then return 0 end
if redis.call('HGET', KEYS[2], 'holder') ~= ARGV[1] or redis.call('HGET', KEYS[2], 'epoch') ~= ARGV[2] then return 0 end
return redis.call('DEL', KEYS[1])
`,
);
