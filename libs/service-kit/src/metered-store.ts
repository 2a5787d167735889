import type { Clock, CoordinationStore, Metrics } from "@millrace/ports";

/** The same store, each of whose calls is timed; a call that rejects shows the store as down until one is answered. */
export function meteredStore(store: CoordinationStore, { metrics, clock }: { metrics: Metrics; clock: Clock }): CoordinationStore {
  const seconds = metrics.histogram("millrace_redis_duration_seconds");
  let isUp = true;
  metrics.gauge("millrace_redis_up", () => [{ value: isUp ? 1 : 0 }]);
  const timed = async <T>(script: string, call: () => Promise<T>): Promise<T> => {
    const startedMs = clock.monotonicMs();
    try {
      const answer = await call();
      isUp = true;
      return answer;
    } catch (error) {
      isUp = false;
      throw error;
    } finally {
      seconds.record((clock.monotonicMs() - startedMs) / 1_000, { script });
    }
  };
  return {
    description: store.description,
    acquireLease: (request) => timed("acquire-lease", () => store.acquireLease(request)),
    renewLease: (fence) => timed("renew-lease", () => store.renewLease(fence)),
    releaseLease: (fence) => timed("release-lease", () => store.releaseLease(fence)),
    beginGeneration: (...call) => timed("begin-generation", () => store.beginGeneration(...call)),
    commit: (...call) => timed("commit", () => store.commit(...call)),
    read: (key) => timed("read", () => store.read(key)),
    readAll: (prefix) => timed("list", () => store.readAll(prefix)),
    close: () => store.close(),
  };
}
