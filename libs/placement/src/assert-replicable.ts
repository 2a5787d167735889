import type { TopicConfig } from "@millrace/model";
import { errors } from "./errors.ts";

/** Refuses settings under which a replicated partition could lose what was acknowledged: replicas in memory are empty after each start. */
export function assertReplicable(config: Pick<TopicConfig, "storage">, replicationFactor: number): void {
  if (replicationFactor === 1) return;
  if (config.storage === "memory") throw errors.notReplicable("storage", "memory");
}
