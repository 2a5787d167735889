import type { Admin, Client, ExportedJob, FetchRange, GroupOffset } from "@millrace/client";
import { AppError, type LeaderEpoch, offset, producerEpoch, producerId, timestampMs } from "@millrace/model";
import { BatchBuilder, buildEndTransactionMarker, createBatchCursor, RecordBatchView, stampBatch } from "@millrace/records";
import { referenceCrc32c as crc32c } from "@millrace/testkit";

const EPOCH = 3 as LeaderEpoch;
const NOW = timestampMs(5_000);

interface MemoryTopic {
  readonly topicId: string;
  readonly internal: boolean;
  configs: Record<string, string>;
  readonly partitions: { start: number; batches: Uint8Array[] }[];
}

/** What a backup sees of a cluster, without one: logs of batches, offsets of groups, jobs. */
export class MemoryCluster {
  readonly clusterId: string;
  readonly topics = new Map<string, MemoryTopic>();
  readonly groups = new Map<string, readonly GroupOffset[]>();
  readonly jobs = new Map<string, ExportedJob>();
  /** What was asked, in order; a listener may change the cluster meanwhile, or throw. */
  readonly asked: string[] = [];
  /** Who held transactions. */
  readonly holders: string[] = [];
  onAsked: (what: string) => void = () => undefined;
  #nextProducerId = 0;
  #isHeld = false;

  constructor(clusterId: string) {
    this.clusterId = clusterId;
  }

  addTopic(name: string, options: { readonly partitions?: number; readonly configs?: Record<string, string> } = {}): void {
    const { partitions = 1, configs = {} } = options;
    const topicId = `${this.clusterId}-${name}`;
    this.topics.set(name, {
      topicId,
      internal: name.startsWith("__"),
      configs,
      partitions: Array.from({ length: partitions }, () => ({ start: 0, batches: [] })),
    });
  }

  /** Appends a batch at the end, or behind a gap; as a transaction's if `producer` is given. */
  append(
    name: string,
    values: readonly string[],
    of: { readonly partition?: number; readonly producer?: number; readonly at?: number } = {},
  ): void {
    const builder = new BatchBuilder({ crc32c });
    for (const value of values) builder.append(NOW, null, new TextEncoder().encode(value));
    const { producer } = of;
    const owner = producer === undefined ? undefined : { producerId: producerId(producer), producerEpoch: producerEpoch(2) };
    this.#place(name, owner === undefined ? builder.build() : builder.build({ ...owner, baseSequence: 0, transactional: true }), of);
  }

  end(name: string, producer: number, outcome: "commit" | "abort"): void {
    const owner = { producerId: producerId(producer), producerEpoch: producerEpoch(2) };
    this.#place(name, buildEndTransactionMarker({ ...owner, coordinatorEpoch: 1, outcome, timestamp: NOW }, crc32c), {});
  }

  #place(name: string, batch: Uint8Array, { partition = 0, at }: { readonly partition?: number; readonly at?: number }): void {
    stampBatch(batch, { baseOffset: offset(at ?? this.endOf(name, partition)), leaderEpoch: EPOCH });
    this.#partition(name, partition).batches.push(batch);
  }

  endOf(name: string, partition = 0): number {
    const { start, batches } = this.#partition(name, partition);
    const last = batches.at(-1);
    return last === undefined ? start : Math.max(start, new RecordBatchView(last).nextOffset);
  }

  startOf(name: string, partition = 0): number {
    return this.#partition(name, partition).start;
  }

  deleteBefore(name: string, start: number, partition = 0): void {
    const log = this.#partition(name, partition);
    log.start = start;
    log.batches = log.batches.filter((batch) => new RecordBatchView(batch).nextOffset > start);
  }

  /** `offset producer kind bytes` of each batch. */
  contentOf(name: string, partition = 0): string[] {
    return this.#partition(name, partition).batches.map((batch) => {
      const { baseOffset, producerId: id, isControl } = new RecordBatchView(batch);
      const kind = isControl ? "control" : new TextDecoder().decode(batch.subarray(61)).replaceAll(/[^a-z0-9]/g, "");
      return `${baseOffset} ${id} ${kind}`;
    });
  }

  get client(): Client {
    return {
      admin: () => this.#admin() as Admin,
      listOffsets: (specs) => {
        this.#ask("ends");
        return Promise.resolve(
          specs.map(({ topic, partition, at }) => ({
            ...{ topic, partition, timestampMs: -1, leaderEpoch: 3 },
            offset: at === "earliest" ? this.startOf(topic, partition) : this.endOf(topic, partition),
          })),
        );
      },
      fetchRange: (range) => this.#fetch(range),
    } as Partial<Client> as Client;
  }

  async *#fetch({ topic, partition, startOffset, endOffset }: FetchRange) {
    this.#ask(`fetch ${topic}/${partition} ${startOffset}`);
    if (startOffset < this.startOf(topic, partition)) throw new AppError({ kind: "invalid", code: "offset-out-of-range", message: "gone" });
    for (const batches of [...this.#partition(topic, partition).batches]) {
      const { baseOffset, nextOffset } = new RecordBatchView(batches);
      if (nextOffset <= startOffset || baseOffset >= endOffset) continue;
      yield await Promise.resolve({ batches: batches.slice(), aborted: [], nextOffset, highWatermark: 0, lastStableOffset: 0 });
      this.#ask(`fetched ${topic}/${partition} ${nextOffset}`);
    }
  }

  #admin(): Partial<Admin> {
    const { groups, jobs } = this;
    return {
      describeCluster: () => Promise.resolve({ clusterId: this.clusterId } as Awaited<ReturnType<Admin["describeCluster"]>>),
      listTopics: () => Promise.resolve(this.#describe()),
      listGroups: () => {
        this.#ask("groups");
        return Promise.resolve([...groups.keys()].map((groupId) => ({ groupId, protocolType: "", state: "", type: "" })));
      },
      groupOffsets: (groupId) => Promise.resolve((groups.get(groupId) ?? []).map((each) => ({ metadata: "", leaderEpoch: 3, ...each }))),
      alterGroupOffsets: (groupId, offsets) => Promise.resolve(void groups.set(groupId, offsets)),
      listJobs: () => Promise.resolve([...jobs.values()] as never),

      exportJobs: async function* (this: void) {
        yield* jobs.values();
      },
      importJob: (jobId, entries) => {
        const before = jobs.get(jobId)?.entries ?? [];
        if (before.some(({ key }) => key === "")) return Promise.resolve(false);
        jobs.set(jobId, { jobId, name: jobId, entries: [...before, ...entries] });
        return Promise.resolve(true);
      },
      withTransactionsHeld: async ({ holder }, work) => {
        this.holders.push(holder);
        this.#ask("hold");
        this.#isHeld = true;
        try {
          return await work();
        } finally {
          this.#isHeld = false;
          this.#ask("release");
        }
      },
      reserveProducerIds: (count) => {
        const first = this.#nextProducerId;
        this.#nextProducerId += count;
        return Promise.resolve(first);
      },
      createTopic: ({ name, partitions = 1, configs = {} }) => {
        this.addTopic(name, { partitions, configs: { ...configs } });
        return Promise.resolve({} as never);
      },
      alterTopicConfigs: (name, changes) => {
        for (const change of changes) Reflect.deleteProperty(this.#topic(name).configs, change.name);
        return Promise.resolve({} as never);
      },
      restoreBatches: ({ topic, partition }, { batches, logStartOffset }) => {
        this.#ask(`restore ${topic}/${partition}`);
        for (const cursor = createBatchCursor(batches); cursor.advance();)
          if (cursor.view.nextOffset > this.endOf(topic, partition))
            this.#partition(topic, partition).batches.push(cursor.view.subarray().slice());
        const log = this.#partition(topic, partition);
        if (logStartOffset > log.start && logStartOffset <= this.endOf(topic, partition)) log.start = logStartOffset;
        return Promise.resolve({ logEndOffset: this.endOf(topic, partition) });
      },
    };
  }

  #describe(): Awaited<ReturnType<Admin["listTopics"]>> {
    return [...this.topics].map(([name, { topicId, internal, configs, partitions }]) => ({
      ...{ name, topicId, internal, configs: { ...configs } },
      partitions: partitions.map((_, partition) => ({ partition, replicas: [1] })),
    })) as never;
  }

  #ask(what: string): void {
    this.asked.push(this.#isHeld ? `${what} (held)` : what);
    this.onAsked(what);
  }

  #topic(name: string): MemoryTopic {
    const topic = this.topics.get(name);
    if (topic === undefined) throw new Error(`no topic ${name}`);
    return topic;
  }

  #partition(name: string, partition: number): { start: number; batches: Uint8Array[] } {
    const found = this.#topic(name).partitions[partition];
    if (found === undefined) throw new Error(`no partition ${name}/${partition}`);
    return found;
  }
}
