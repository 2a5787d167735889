import type { TopicConfig } from "@millrace/model";
import { errors } from "./errors.ts";

/**
 * Refuses settings under which a replicated partition could lose what was acknowledged: without a sync before each acknowledgement, replicas that crashed would have
 * to stay out of elections until they caught up (reliability R11, R12), and replicas in memory are empty after each start.
 */
export function assertReplicable(config: Pick<TopicConfig, "flush" | "storage">, replicationFactor: number): void {
  if (replicationFactor === 1) return;
  if (config.flush === "interval") throw errors.notReplicable("flush", "interval");
  if (config.storage === "memory") throw errors.notReplicable("storage", "memory");
}
