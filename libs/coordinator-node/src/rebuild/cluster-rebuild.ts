import type { MessageInitShape } from "@bufbuild/protobuf";
import type { BrokerSessionRequest, BrokerSessionResponseSchema, CallContext } from "@millrace/contracts";
import type { BrokerId } from "@millrace/model";
import {
  type Change,
  type Clock,
  COMMIT_CHANGES_MAX,
  type CoordinationStore,
  type Fence,
  type Logger,
  type Random,
  sleep,
} from "@millrace/ports";
import {
  BROKER_PREFIX,
  brokersAwaited,
  canRebuild,
  type ClusterKnowledge,
  encodeChange,
  rebuildCluster,
  TOPIC_PREFIX,
} from "@millrace/placement";
import { createDeferred } from "@millrace/stdx";
import { errors } from "../errors.ts";
import { CLUSTER_COMMIT_BYTES_MAX, REBUILD_COMMIT_MS, REBUILD_LOOK_MS, REBUILD_WAIT_MS, REBUILD_WARN_MS } from "../limits.ts";
import { FencedStore } from "../term/fenced-store.ts";
import { type LeaderEntry, writeLeader } from "../term/leader-entry.ts";
import { knowledgeFromWire } from "./knowledge-from-wire.ts";
import { type LostCluster, VERSIONS_PER_TERM } from "./lost-store.ts";
import { formerGenerationsChange, lostChange, readHistory, termsChange, versionChange } from "./store-history.ts";

type Response = MessageInitShape<typeof BrokerSessionResponseSchema>;

interface RebuildOptions {
  readonly fence: Fence;
  readonly entry: Omit<LeaderEntry, "epoch">;
  readonly over: AbortSignal;
  readonly ports: { readonly store: CoordinationStore; readonly clock: Clock; readonly random: Random; readonly logger: Logger };
}

/**
 * Puts a store that lost its data right (reliability S8): asks every broker that comes what it knows, waits until the answers contain whatever was committed, and writes the
 * cluster anew under another generation and an epoch above all that were seen. Meanwhile brokers go on with what they have. Jobs cannot be rebuilt: what the store has
 * of them stays, and what it lost is lost.
 */
export class ClusterRebuild {
  readonly clusterId: string;
  readonly #options: RebuildOptions;
  readonly #reports = new Map<BrokerId, ClusterKnowledge>();
  readonly #closed = createDeferred<void>();
  readonly #generations = new Set<string>();
  #epochMax: number;

  constructor({ clusterId }: LostCluster, options: RebuildOptions) {
    this.clusterId = clusterId;
    this.#options = options;
    this.#epochMax = options.fence.epoch;
  }

  /** One call of BrokerSession: its report is taken, and it ends, to be opened anew, when the rebuild does. */
  async *serve(requests: AsyncIterable<BrokerSessionRequest>, { signal }: CallContext): AsyncGenerator<Response, void, undefined> {
    const iterator = requests[Symbol.asyncIterator]();
    const first = await iterator.next();
    if (first.done === true || first.value.report.case !== "register") throw errors.registerFirst("broker");
    const registration = first.value.report.value;
    if (registration.clusterId !== this.clusterId) throw errors.rebuilding({ clusterId: this.clusterId });
    yield { command: { case: "reportCluster", value: {} } };
    for (let next = await iterator.next(); next.done !== true; next = await iterator.next()) {
      const { report } = next.value;
      if (report.case !== "cluster") continue;
      const [like] = this.#reports.values();
      const knowledge = knowledgeFromWire(registration, report.value, like);
      this.#reports.set(knowledge.broker.brokerId, knowledge);
      this.#generations.add(registration.generationSeen);
      this.#epochMax = Math.max(
        this.#epochMax,
        Number(registration.coordinatorEpochSeen),
        Number(report.value.metadata?.coordinatorEpoch ?? 0n),
      );
      break;
    }
    const aborted = createDeferred<void>();
    signal.addEventListener("abort", () => aborted.resolve(), { once: true });
    if (!signal.aborted) await Promise.race([this.#closed.promise, aborted.promise]);
    throw errors.rebuilding({ clusterId: this.clusterId });
  }

  /** True when the store has the cluster again; false when the term ended first. */
  async run(): Promise<boolean> {
    const { clock, logger } = this.#options.ports;
    logger.warn("coordinator.rebuild-begun", { clusterId: this.clusterId, epoch: this.#options.fence.epoch });
    if (!(await this.#enoughReported())) return false;
    const beganMs = clock.monotonicMs();
    const generation = await this.#write([...this.#reports.values()]);
    if (generation === undefined) return false;
    const epoch = this.#epochMax + 1;
    logger.warn("coordinator.rebuilt", {
      clusterId: this.clusterId,
      generation,
      epoch,
      brokers: this.#reports.size,
      ms: clock.monotonicMs() - beganMs,
    });
    return true;
  }

  /** Brokers come again, to the next term. */
  close(): void {
    this.#closed.resolve();
  }

  /** Waits for every broker that holds replicas; when that takes too long, for as many as contain all that was committed. */
  async #enoughReported(): Promise<boolean> {
    const { over, ports } = this.#options;
    const isOver = (): boolean => over.aborted;
    let firstMs: number | undefined;
    let warnedMs = ports.clock.monotonicMs();
    while (!isOver()) {
      const reports = [...this.#reports.values()];
      const nowMs = ports.clock.monotonicMs();
      if (reports.length > 0) firstMs ??= nowMs;
      const isComplete = reports.length > 0 && brokersAwaited(reports).length === 0;
      if (isComplete || (firstMs !== undefined && nowMs - firstMs >= REBUILD_WAIT_MS && canRebuild(reports))) return true;
      if (nowMs - warnedMs >= REBUILD_WARN_MS) {
        warnedMs = nowMs;
        ports.logger.warn("coordinator.rebuild-waits", { reported: reports.length, awaited: brokersAwaited(reports).join(" ") });
      }
      await sleep(ports.clock, REBUILD_LOOK_MS, over).catch(() => undefined); // the term is over: the loop ends
    }
    return false;
  }

  /** The new generation's name; undefined if the store is another coordinator's by now. */
  async #write(reports: readonly ClusterKnowledge[]): Promise<string | undefined> {
    const { fence, entry, ports } = this.#options;
    const generation = ports.random.hex(16);
    const next = { epoch: this.#epochMax + 1, generation };
    if (!(await ports.store.beginGeneration(fence, next))) return undefined;
    // The lease loop cannot renew under the new fence, and ends the term; what was begun is finished all the same, as the epoch is this process's.
    const late = new AbortController();
    const timer = ports.clock.setTimer(REBUILD_COMMIT_MS, () => late.abort(new Error("the store takes no writes")));
    const stepDown = (reason: string): void => late.abort(new Error(reason));
    const store = new FencedStore({ ...fence, ...next }, ports, { over: late.signal, stepDown });
    try {
      await writeLeader(store, { ...entry, epoch: next.epoch });
      for (const chunk of await this.#changes(store, reports)) await store.commit(chunk);
    } finally {
      timer.cancel();
    }
    return generation;
  }

  /** Everything that is to be in the store, what is to go first. Until the last portion is there, brokers prove the loss again. */
  async #changes(store: FencedStore, reports: readonly ClusterKnowledge[]): Promise<Change[][]> {
    const rebuilt = rebuildCluster(this.clusterId, reports).flatMap((change) => encodeChange(change));
    const kept = new Set(rebuilt.map(({ key }) => key));
    const stored = [...(await store.readAll(BROKER_PREFIX)), ...(await store.readAll(TOPIC_PREFIX))];
    const removed = stored.flatMap(({ key }): Change[] => (kept.has(key) ? [] : [{ key, expect: "any", value: undefined }]));
    const { formerGenerations } = await readHistory(store);
    const versionMax = Math.max(...reports.map(({ metadataVersion }) => metadataVersion));
    const changes: Change[] = [...removed, ...rebuilt.map(({ key, value }): Change => ({ key, expect: "any", value }))];
    const generations = [...new Set([...formerGenerations, ...this.#generations])];
    // What brokers have seen of the terms of a store that was lost says nothing of this one.
    const before = { begin: 0, end: (this.#epochMax + 1) * VERSIONS_PER_TERM - 1 };
    const last = [versionChange(versionMax), formerGenerationsChange(generations), termsChange([before]), lostChange(undefined)];
    return [...portionsOf(changes), last];
  }
}

/** As many changes at once as a commit takes. */
function portionsOf(changes: readonly Change[]): Change[][] {
  const portions: Change[][] = [];
  let bytes = Infinity;
  for (const change of changes) {
    const size = change.key.length + (change.value?.length ?? 0);
    if (bytes + size > CLUSTER_COMMIT_BYTES_MAX || portions.at(-1)?.length === COMMIT_CHANGES_MAX) {
      portions.push([]);
      bytes = 0;
    }
    bytes += size;
    portions.at(-1)?.push(change);
  }
  return portions;
}
