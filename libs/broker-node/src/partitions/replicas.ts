import {
  createMemoryStorage,
  createPartitionLog,
  deletePartitionLog,
  listPartitionLogs,
  type LogPorts,
  openPartitionLog,
  type PartitionIdentity,
  partitionFolder,
  type PartitionLog,
  Turns,
} from "@millrace/log-engine";
import {
  type AppError,
  leaderEpoch,
  type LeaderEpoch,
  resolveTopicConfig,
  toAppError,
  type TopicConfig,
  topicPartitionKey,
} from "@millrace/model";
import type { MessageInitShape } from "@bufbuild/protobuf";
import type { LogReportSchema, PartitionState, Topic } from "@millrace/contracts";
import type { BrokerPorts } from "../node-ports.ts";
import type { ClusterView } from "../cluster-view.ts";
import { brokerErrors } from "../errors.ts";
import { topicIdOf } from "../from-wire.ts";
import { inParallel } from "../in-parallel.ts";
import { DISK_FULL_AGAIN_MS, LOGS_CHANGED_AT_ONCE, LOGS_OPENED_AT_ONCE } from "../limits.ts";
import { assignmentOf } from "../replication/in-sync-requests.ts";
import type { ReplicationPorts } from "../replication/leader-role.ts";
import { effectiveConfig, settledReplicaCount } from "./effective-config.ts";
import { GroupCommit } from "./group-commit.ts";
import { MemoryOffsets } from "./memory-offsets.ts";
import { LocalPartition } from "./local-partition.ts";
import type { PartitionObserver } from "./partition-ports.ts";

export interface ReplicaListener {
  /** The metadata says that another broker leads the partition, or that nobody does. */
  follows(partition: LocalPartition, of: { leader: number; epoch: LeaderEpoch } | undefined): void;
  /** This broker leads the partition from now on, and what the log has is committed. */
  leads(partition: LocalPartition, epoch: LeaderEpoch): void;
  /** It does not any more. */
  resigned(partition: LocalPartition): void;
}

type Slot = { readonly kind: "open"; readonly partition: LocalPartition } | { readonly kind: "failed"; readonly error: unknown };

/**
 * The partitions that this broker has, brought into line with the cluster's metadata: logs opened or created, leadership taken or given up, logs of
 * removed topics deleted. One reconciliation runs at a time.
 */
export class Replicas {
  readonly groupCommit: GroupCommit;
  readonly #brokerId: number;
  readonly #ports: BrokerPorts;
  readonly #view: ClusterView;
  readonly #logPorts: LogPorts;
  /** The same, on segments in RAM. */
  readonly #memoryLogPorts: LogPorts;
  readonly memoryOffsets: MemoryOffsets;
  readonly #listener: ReplicaListener;
  readonly #observer: PartitionObserver;
  readonly #requireRoom: () => void;
  #wasStoppedCleanly = false;
  /** Reconciliations, one after another. */
  readonly #turns = new Turns();
  /** Topics with a partition for which there was no room. */
  readonly #toTryAgain = new Set<string>();
  #isClosed = false;
  readonly #replication: ReplicationPorts;
  readonly #slots = new Map<string, Slot>();
  /** Of #slots, those that are open; undefined after a change. */
  #open: readonly LocalPartition[] | undefined;
  /** Logs found at the start that no metadata has asked for yet, by folder. */
  readonly #unclaimed = new Map<string, PartitionLog>();
  /** How long opening and recovery of all logs took at the start. */
  recoverySeconds = 0;
  /** Why a log found at the start could not be opened: its partition must not begin again at 0. */
  readonly #unopened = new Map<string, unknown>();

  constructor(
    of: {
      brokerId: number;
      view: ClusterView;
      logPorts: LogPorts;
      memoryTopicBytes: number;
      /** Throws `disk-full` while there is no room for records. */
      requireRoom: () => void;
      listener: ReplicaListener;
      replication: ReplicationPorts;
      observer: PartitionObserver;
    },
    ports: BrokerPorts,
  ) {
    this.#brokerId = of.brokerId;
    this.#view = of.view;
    this.#listener = of.listener;
    this.#observer = of.observer;
    this.#requireRoom = of.requireRoom;
    this.#replication = of.replication;
    this.#ports = ports;
    this.#logPorts = of.logPorts;
    this.#memoryLogPorts = { ...of.logPorts, storage: createMemoryStorage({ bytesMax: of.memoryTopicBytes }) };
    this.memoryOffsets = new MemoryOffsets(of.logPorts.storage);
    this.groupCommit = new GroupCommit(ports.defer);
  }

  /** Opens what is on disk, so that the coordinator can be told. */
  async openAll({ wasStoppedCleanly }: { readonly wasStoppedCleanly: boolean }): Promise<void> {
    this.#wasStoppedCleanly = wasStoppedCleanly;
    const startedMs = this.#ports.clock.monotonicMs();
    const logs = await listPartitionLogs(this.#logPorts);
    await inParallel(logs, LOGS_OPENED_AT_ONCE, async ({ folder, identity }) => {
      try {
        // Settings come with the metadata; recovery needs none that matters.
        this.#unclaimed.set(folder, await openPartitionLog(folder, resolveTopicConfig({}), this.#logPorts));
      } catch (error) {
        this.#unopened.set(folder, error);
        this.#ports.logger.error("partition log cannot be opened", { topic: identity.topic, partition: identity.partition, error });
      }
    });
    const seconds = (this.#ports.clock.monotonicMs() - startedMs) / 1_000;
    this.recoverySeconds = seconds;
    if (logs.length > 0) this.#ports.logger.info("logs opened", { logs: logs.length, seconds });
  }

  /** What is on disk. Not to be trusted to its end: what recovery had to cut, and what was synced in the background when the last process died (reliability R11). */
  *reports(): Generator<MessageInitShape<typeof LogReportSchema>> {
    const open = this.all().map(({ log, leaderEpoch: epoch, config }) => {
      return { log, leads: epoch !== undefined, isLate: config.flush !== "ack" };
    });
    const unclaimed = [...this.#unclaimed.values()].map((log) => ({ log, leads: false, isLate: false }));
    for (const { log, leads, isLate } of [...unclaimed, ...open]) {
      const { identity, leaderEpoch, logEndOffset, recovery } = log;
      yield {
        leads,
        topicId: identity.topicId,
        partition: identity.partition,
        leaderEpochSeen: leaderEpoch,
        lastEpochInLog: leaderEpoch,
        logEndOffset: BigInt(logEndOffset),
        suspect: recovery.isSuspect || ((isLate || recovery.wasSyncedLate) && !this.#wasStoppedCleanly),
      };
    }
  }

  /** No producer in any log has this id or a greater one. */
  producerIdEnd(): number {
    let end = 0;
    for (const log of [...this.#unclaimed.values(), ...this.all().map((partition) => partition.log)])
      for (const { producerId } of log.producers()) end = Math.max(end, Number(producerId) + 1);
    return end;
  }

  all(): readonly LocalPartition[] {
    this.#open ??= [...this.#slots.values()].flatMap((slot) => (slot.kind === "open" ? [slot.partition] : []));
    return this.#open;
  }

  /** A log cannot be used, for its disk or its bytes: see the log lines. */
  get hasFailed(): boolean {
    return (
      this.#unopened.size > 0 ||
      [...this.#slots.values()].some((slot) => slot.kind === "failed" || slot.partition.log.failure !== undefined)
    );
  }

  /** The longest that the disk has not answered a sync. */
  get syncPendingMs(): number {
    const nowMs = this.#ports.clock.monotonicMs();
    return this.all().reduce((longest, { syncingSinceMs = nowMs }) => Math.max(longest, nowMs - syncingSinceMs), 0);
  }

  /** True once this broker leads the partition and serves it. */
  isLeader(topic: string, partition: number): boolean {
    const slot = this.#slots.get(topicPartitionKey(topic, partition));
    return slot?.kind === "open" && slot.partition.leaderEpoch !== undefined;
  }

  /** The partition if this broker leads it; throws what its caller should hear otherwise. */
  requireLeader(topic: string, partition: number): LocalPartition {
    const slot = this.#slots.get(topicPartitionKey(topic, partition));
    if (slot?.kind === "open" && slot.partition.leaderEpoch !== undefined) return slot.partition;
    const { leader } = this.#view.requirePartition(topic, partition);
    if (leader === undefined) throw brokerErrors.noLeader({ topic, partition });
    if (leader !== this.#brokerId) {
      throw brokerErrors.notLeader({ topic, partition, leader, address: this.#view.brokerAddress(leader) });
    }
    if (slot?.kind === "failed") throw brokerErrors.partitionFailed({ topic, partition }, slot.error);
    throw brokerErrors.opening({ topic, partition });
  }

  /** The partition if its log is open here, whoever leads it; throws as `requireLeader` does. */
  requireOpen(topic: string, partition: number): LocalPartition {
    const slot = this.#slots.get(topicPartitionKey(topic, partition));
    return slot?.kind === "open" ? slot.partition : this.requireLeader(topic, partition);
  }

  /** The partition if this broker leads it, or follows and knows how far its records are acknowledged (KIP-392); throws as `requireLeader` does. */
  requireReadable(topic: string, partition: number): LocalPartition {
    const slot = this.#slots.get(topicPartitionKey(topic, partition));
    return slot?.kind === "open" && slot.partition.readableEpoch !== undefined ? slot.partition : this.requireLeader(topic, partition);
  }

  /** Brings the given topics (of an update) into line; `removed` ones go with their logs. */
  reconcile(topics: Iterable<Topic>, removed: readonly Topic[]): Promise<void> {
    return this.#turns.run(() => this.#reconcile(topics, removed));
  }

  async #reconcile(topics: Iterable<Topic>, removed: readonly Topic[]): Promise<void> {
    await inParallel(removed, LOGS_CHANGED_AT_ONCE, (topic) => this.#remove(topic));
    const work: (() => Promise<void>)[] = [];
    for (const topic of topics) {
      const configs = new Map<number, TopicConfig>(); // of as many partitions as have the same number of replicas
      for (const state of topic.partitions) {
        const replicaCount = settledReplicaCount(state);
        const config = configs.get(replicaCount) ?? effectiveConfig(topic, replicaCount);
        configs.set(replicaCount, config);
        if (state.replicas.includes(this.#brokerId)) work.push(() => this.#ensure(topic, state, config));
        else work.push(() => this.#leave(topic, state.partition));
      }
    }
    await inParallel(work, LOGS_CHANGED_AT_ONCE, (run) => run());
  }

  /** Logs of topics that the cluster does not know: left where they are, and told about. */
  reportUnclaimed(): void {
    if (this.#unclaimed.size === 0) return;
    this.#ports.logger.warn("logs of unknown topics are kept, unused", { folders: [...this.#unclaimed.keys()] });
  }

  /** How many logs could not be finished for lack of room on the disk: what was acknowledged is in them, and their next opening verifies it. */
  async close(): Promise<number> {
    this.#isClosed = true;
    this.groupCommit.flush();
    let unfinished = 0;
    const close = async (log: { close(): Promise<void>; abandon(reason: unknown): void }): Promise<void> => {
      try {
        await log.close();
      } catch (error) {
        if (toAppError(error).kind !== "exhausted") throw error;
        log.abandon(error);
        unfinished++;
      }
    };
    await inParallel(this.all(), LOGS_OPENED_AT_ONCE, close);
    await inParallel([...this.#unclaimed.values()], LOGS_OPENED_AT_ONCE, close);
    this.#slots.clear();
    this.#open = undefined;
    return unfinished;
  }

  async #ensure(topic: Topic, state: PartitionState, config: TopicConfig): Promise<void> {
    const key = topicPartitionKey(topic.name, state.partition);
    try {
      let slot = this.#slots.get(key);
      // A disk that failed may have marked lost pages clean: what it says now proves nothing (R15). Only room on it may come back.
      if (slot?.kind === "failed" && toAppError(slot.error).kind !== "exhausted" && !this.#isToBeGivenUp(topic, state)) return;
      if (slot?.kind === "open" && slot.partition.log.identity.topicId !== topic.topicId) {
        await this.#drop(key, slot.partition, brokerErrors.unknownTopic(topic.name)); // made again under the old name
        slot = undefined;
      }
      const partition = slot?.kind === "open" ? slot.partition : await this.#openPartition(topic, state, config);
      this.#setSlot(key, { kind: "open", partition });
      if (slot?.kind === "open") partition.configure(config);
      await this.#lead(partition, state);
    } catch (error) {
      this.#fail({ topic: topic.name, partition: state.partition }, error);
    }
  }

  /**
   * A log that was found damaged at the start, while another broker leads: the coordinator counts this replica as emptied, as it was not reported, and all that was acknowledged is
   * there. Never before somebody leads: it may be the best copy that is left.
   */
  #isToBeGivenUp({ topicId }: Topic, { partition, leader }: PartitionState): boolean {
    const error = this.#unopened.get(partitionFolder({ topicId: topicIdOf(topicId), partition }));
    return error !== undefined && toAppError(error).code === "log-corrupt" && leader !== undefined && leader !== this.#brokerId;
  }

  async #giveUp(topic: Topic, { partition, leader }: PartitionState): Promise<void> {
    const folder = partitionFolder({ topicId: topicIdOf(topic.topicId), partition });
    this.#ports.logger.warn("damaged log given up, its records come from the leader", { topic: topic.name, partition, leader });
    await deletePartitionLog(folder, this.#logPorts.storage);
    this.#unopened.delete(folder);
  }

  /** Its log cannot go on. For lack of room: it is opened again as soon as there is some. */
  lost(partition: LocalPartition, error: unknown): void {
    const slot = this.#slots.get(topicPartitionKey(partition.topic, partition.partition));
    if (slot?.kind !== "open" || slot.partition !== partition) return; // it is gone, or known already
    this.#observer.failed(partition, error);
    this.#fail(partition, error);
  }

  #fail({ topic, partition }: { readonly topic: string; readonly partition: number }, error: unknown): void {
    const key = topicPartitionKey(topic, partition);
    const slot = this.#slots.get(key);
    if (slot?.kind === "open") {
      this.#listener.resigned(slot.partition);
      this.#listener.follows(slot.partition, undefined);
      slot.partition.abandon(error);
    }
    this.#setSlot(key, { kind: "failed", error });
    if (toAppError(error).kind === "exhausted") this.#tryAgain(topic);
    this.#ports.logger.error("partition cannot be served", { topic, partition, error: toAppError(error) });
  }

  /** Room on the disk comes back without a word. */
  #tryAgain(topicName: string): void {
    if (this.#toTryAgain.has(topicName)) return;
    this.#toTryAgain.add(topicName);
    this.#ports.clock.setTimer(DISK_FULL_AGAIN_MS, () => {
      this.#toTryAgain.delete(topicName);
      const topic = this.#view.topic(topicName);
      if (topic !== undefined && !this.#isClosed) void this.reconcile([topic], []);
    });
  }

  #setSlot(key: string, slot: Slot | undefined): void {
    if (slot === undefined) this.#slots.delete(key);
    else this.#slots.set(key, slot);
    this.#open = undefined;
  }

  async #openPartition(topic: Topic, state: PartitionState, config: TopicConfig): Promise<LocalPartition> {
    const { partition } = state;
    const identity: PartitionIdentity = { topicId: topicIdOf(topic.topicId), topic: topic.name, partition };
    const folder = partitionFolder(identity);
    if (this.#isToBeGivenUp(topic, state)) await this.#giveUp(topic, state);
    const options = state.leader === this.#brokerId ? { leaderEpoch: leaderEpoch(state.leaderEpoch) } : {};
    const log =
      config.storage === "memory"
        ? await this.#createInMemory(identity, config)
        : (this.#claim(folder, config) ?? (await this.#createOrOpen(identity, config, options)));
    const ports = {
      replication: this.#replication,
      groupCommit: this.groupCommit,
      monotonicMs: () => this.#ports.clock.monotonicMs(),
      observer: this.#observer,
      requireRoom: config.storage === "memory" || topic.internal ? () => undefined : this.#requireRoom,
    };
    return new LocalPartition({ topic: topic.name, partition, log, config }, ports);
  }

  /** One that is there already was given up for lack of room on its disk. */
  async #createOrOpen(
    identity: PartitionIdentity,
    config: TopicConfig,
    options: Parameters<typeof createPartitionLog>[3],
  ): Promise<PartitionLog> {
    try {
      return await createPartitionLog(identity, config, this.#logPorts, options);
    } catch (error) {
      if (toAppError(error).code !== "log-exists") throw error;
      return openPartitionLog(partitionFolder(identity), config, this.#logPorts);
    }
  }

  /** The log that was found at the start, if there was one. */
  #claim(folder: string, config: TopicConfig): PartitionLog | undefined {
    if (this.#unopened.has(folder)) throw this.#unopened.get(folder);
    const log = this.#unclaimed.get(folder);
    this.#unclaimed.delete(folder);
    log?.configure(config);
    return log;
  }

  async #createInMemory(identity: PartitionIdentity, config: TopicConfig): Promise<PartitionLog> {
    const startOffset = await this.memoryOffsets.begin(partitionFolder(identity));
    return createPartitionLog(identity, config, this.#memoryLogPorts, { startOffset });
  }

  async #lead(partition: LocalPartition, state: PartitionState): Promise<void> {
    const assignment = assignmentOf(state);
    const { leader, leaderEpoch: epoch } = assignment;
    if (leader !== this.#brokerId) {
      if (partition.leaderEpoch !== undefined) this.#listener.resigned(partition);
      partition.resignTo(epoch);
      this.#listener.follows(partition, leader === undefined ? undefined : { leader, epoch });
      return;
    }
    const before = partition.leaderEpoch;
    this.#listener.follows(partition, undefined);
    await partition.lead(assignment);
    if (before === epoch) return;
    if (before !== undefined) this.#listener.resigned(partition);
    partition.whenCommitted(epoch, () => {
      try {
        this.#listener.leads(partition, epoch);
      } catch (error) {
        this.#fail(partition, error);
      }
    });
  }

  /** This broker is no replica of the partition: those that are have all that was acknowledged, and what is here would only grow old. */
  async #leave(topic: Topic, partition: number): Promise<void> {
    const key = topicPartitionKey(topic.name, partition);
    const folder = partitionFolder({ topicId: topicIdOf(topic.topicId), partition });
    const slot = this.#slots.get(key);
    const unclaimed = this.#unclaimed.get(folder);
    if (slot === undefined && unclaimed === undefined && !this.#unopened.has(folder)) return;
    try {
      if (slot?.kind === "open") await this.#drop(key, slot.partition, brokerErrors.notLeader({ topic: topic.name, partition }));
      else {
        this.#setSlot(key, undefined);
        this.#unclaimed.delete(folder);
        this.#unopened.delete(folder);
        unclaimed?.abandon();
        await deletePartitionLog(folder, this.#logPorts.storage);
      }
      this.#ports.logger.info("log of a replica that moved away deleted", { topic: topic.name, partition });
    } catch (error) {
      this.#ports.logger.warn("log of a replica that moved away cannot be deleted", { topic: topic.name, partition, folder, error });
    }
  }

  async #remove(topic: Topic): Promise<void> {
    for (const { partition } of topic.partitions) {
      const key = topicPartitionKey(topic.name, partition);
      const slot = this.#slots.get(key);
      if (slot?.kind === "open" && slot.partition.log.identity.topicId === topic.topicId) {
        await this.#drop(key, slot.partition, brokerErrors.unknownTopic(topic.name));
        this.#ports.logger.info("log of a removed topic deleted", { topic: topic.name, partition });
      } else if (slot?.kind === "failed") this.#setSlot(key, undefined);
    }
  }

  /** Where the partition's files are. */
  portsOf(partition: LocalPartition): LogPorts {
    return partition.config.storage === "memory" ? this.#memoryLogPorts : this.#logPorts;
  }

  /** The log goes; whoever waits on it hears `reason`. */
  async #drop(key: string, partition: LocalPartition, reason: AppError): Promise<void> {
    this.#setSlot(key, undefined);
    if (partition.leaderEpoch !== undefined) this.#listener.resigned(partition);
    this.#listener.follows(partition, undefined);
    const { folder } = partition.log;
    partition.abandon(reason);
    await deletePartitionLog(folder, this.portsOf(partition).storage);
    if (partition.config.storage === "memory") this.memoryOffsets.remove(folder);
  }
}
