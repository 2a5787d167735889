import { script } from "./script.ts";

/**
 * Prolongs the lease of this holder, epoch and generation, if it has not expired.
 *
 * KEYS  lease, leader, generation
 * ARGV  holder, epoch, generation, ttl in ms
 * reply 1 prolonged | 0 not the caller's
 */
export const RENEW_LEASE = script(
  "renew-lease",
  `
if redis.call('GET', KEYS[3]) ~= ARGV[3] then return 0 end
if redis.call('HGET', KEYS[2], 'holder') ~= ARGV[1] or redis.call('HGET', KEYS[2], 'epoch') ~= ARGV[2] then return 0 end
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('PEXPIRE', KEYS[1], ARGV[4])
`,
);
