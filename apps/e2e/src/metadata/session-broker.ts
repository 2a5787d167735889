import { toBinary } from "@bufbuild/protobuf";
import {
  type BrokerSessionRequestSchema,
  ClusterService,
  type LogReportSchema,
  type MetadataUpdate,
  MetadataUpdateSchema,
  type PartitionState,
  type RpcTransport,
} from "@millrace/contracts";
import type { MessageInitShape } from "@bufbuild/protobuf";
import { BoundedQueue } from "@millrace/stdx";

type Report = MessageInitShape<typeof BrokerSessionRequestSchema>;

const HEARTBEAT_MS = 500;
const REPORTS_MAX = 1_000;

/** A broker's session and nothing else of it, over gRPC: registers, sends heartbeats, and counts what it is told. One of them keeps what it hears (`keeps`). */
export class SessionBroker {
  readonly brokerId: number;
  /** By topic id and number; empty unless it keeps them. */
  readonly partitions = new Map<string, PartitionState>();
  readonly fenced = new Map<number, boolean>();
  version = 0n;
  /** Partitions and bytes of the updates since `forget`, and when the last one came. */
  partitionsTold = 0;
  updateBytes = 0;
  toldAtMs = 0;
  snapshotBytes = 0;
  failure: unknown;
  readonly #transport: RpcTransport;
  readonly #coordinator: string;
  readonly #keeps: boolean;
  #cut = new AbortController();
  #brokerEpoch = 0n;
  #lives = 0;

  constructor(of: { brokerId: number; coordinator: string; transport: RpcTransport; keeps: boolean }) {
    this.brokerId = of.brokerId;
    this.#coordinator = of.coordinator;
    this.#transport = of.transport;
    this.#keeps = of.keeps;
  }

  /** A new process with these logs on its disk. */
  start(logs: readonly MessageInitShape<typeof LogReportSchema>[] = []): void {
    this.#cut = new AbortController();
    const { brokerId } = this;
    const reports = new BoundedQueue<Report>({ weightMax: REPORTS_MAX });
    const incarnationId = `life-${++this.#lives}`;
    const registration = { brokerId, incarnationId, folderId: `folder-${brokerId}`, address: `broker-${brokerId}:9190`, logs: [...logs] };
    reports.tryPush({ report: { case: "register", value: { ...registration, rack: `rack-${brokerId % 3}` } } });
    void this.#listen(reports);
  }

  /** The process is gone. */
  cut(): void {
    this.#cut.abort();
  }

  forget(): void {
    this.partitionsTold = 0;
    this.updateBytes = 0;
  }

  async #listen(reports: BoundedQueue<Report>): Promise<void> {
    const { signal } = this.#cut;
    const heartbeat = (): void => {
      const value = { brokerEpoch: this.#brokerEpoch, metadataVersion: this.version, caughtUp: this.version > 0n };
      reports.tryPush({ report: { case: "heartbeat", value } });
    };
    const timer = setInterval(heartbeat, HEARTBEAT_MS);
    try {
      for await (const { command } of this.#transport.client(ClusterService, this.#coordinator).brokerSession(reports, { signal })) {
        if (command.case === "registered") this.#brokerEpoch = command.value.brokerEpoch;
        if (command.case !== "metadata") continue;
        this.#take(command.value);
        heartbeat();
      }
    } catch (error) {
      if (!signal.aborted) this.failure = error;
    } finally {
      clearInterval(timer);
      reports.end();
    }
  }

  #take(update: MetadataUpdate): void {
    this.version = update.metadataVersion;
    this.toldAtMs = performance.now();
    for (const { partitions } of update.topics) this.partitionsTold += partitions.length;
    if (!this.#keeps) return;
    const { length } = toBinary(MetadataUpdateSchema, update);
    this.updateBytes += length;
    if (update.snapshot) this.snapshotBytes = length;
    for (const { brokerId, fenced } of update.brokers) this.fenced.set(brokerId, fenced);
    for (const { topicId, partitions } of update.topics)
      for (const state of partitions) this.partitions.set(`${topicId}/${state.partition}`, state);
  }
}
