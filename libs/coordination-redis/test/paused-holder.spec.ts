import { describePausedHolder } from "@millrace/testkit";
import type { CoordinationStore } from "@millrace/ports";
import { createRedisStore } from "../src/index.ts";
import { newClusterName, removeCluster, testPorts, testSettings } from "./redis-for-tests.ts";
import { spawnHolder } from "./spawn-holder.ts";

describePausedHolder("redis", () => {
  const cluster = newClusterName();
  const stores: CoordinationStore[] = [];
  return Promise.resolve({
    async connect() {
      const store = await createRedisStore(testSettings(cluster), testPorts);
      stores.push(store);
      return store;
    },
    spawn: () => spawnHolder([cluster]),
    async dispose() {
      for (const store of stores) await store.close();
      await removeCluster(cluster);
    },
  });
});
