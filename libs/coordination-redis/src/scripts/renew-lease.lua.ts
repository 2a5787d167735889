import { script } from "./script.ts";

/**
 * Prolongs the lease of this holder, epoch and generation. Takes it again where it has run out and nobody else has had it: then the epoch is still the caller's, and with it the
 * right to write.
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
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[4])
return 1
`,
);
