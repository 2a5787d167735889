import type { Clock, CoordinationStore, Logger, Random } from "@millrace/ports";
import type { CoordinatorAppSettings } from "./settings.ts";

const EMBEDDED = "embedded:";

/** Opens the coordination store that the setting names. Only the one that is used is loaded. */
export async function openStore(
  settings: CoordinatorAppSettings,
  ports: { clock: Clock; random: Random; logger: Logger },
): Promise<CoordinationStore> {
  const { store, clusterName, unsafeRedisSettings, redisConnectTimeoutMs, redisCommandTimeoutMs } = settings;
  if (store.startsWith(EMBEDDED)) {
    const { createLmdbStore } = await import("@millrace/coordination-lmdb");
    return await createLmdbStore({ folder: store.slice(EMBEDDED.length), exclusive: true }, ports);
  }
  const { createRedisStore } = await import("@millrace/coordination-redis");
  return await createRedisStore(
    {
      url: store,
      cluster: clusterName,
      unsafeSettings: unsafeRedisSettings,
      connectTimeoutMs: redisConnectTimeoutMs,
      commandTimeoutMs: redisCommandTimeoutMs,
    },
    ports,
  );
}
