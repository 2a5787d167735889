import { ClusterService, type InSyncAnswer } from "@millrace/contracts";
import { brokerId, leaderEpoch, partitionEpoch } from "@millrace/model";
import { sleep } from "@millrace/ports";
import type { PartitionAssignment, Wish } from "@millrace/replication";
import type { PartitionState } from "@millrace/contracts";
import { RECONNECT_MS_FIRST, RECONNECT_MS_MAX } from "../limits.ts";
import type { BrokerPorts } from "../node-ports.ts";
import { settledReplicaCount } from "../partitions/effective-config.ts";
import type { LocalPartition } from "../partitions/local-partition.ts";
import type { CoordinatorCalls } from "../session/coordinator-calls.ts";

/** What the coordinator said of a partition. */
export function assignmentOf(state: PartitionState): PartitionAssignment {
  return {
    replicas: state.replicas.map(brokerId),
    leader: state.leader === undefined ? undefined : brokerId(state.leader),
    leaderEpoch: leaderEpoch(state.leaderEpoch),
    partitionEpoch: partitionEpoch(state.partitionEpoch),
    inSyncSet: state.inSyncSet.map(brokerId),
    replicationFactor: settledReplicaCount(state),
  };
}

/**
 * Carries leaders' wishes to the coordinator: all that are due in one call, one call at a time, repeated unchanged until they are answered or overtaken (R8). At
 * most one for each partition.
 */
export class InSyncRequests {
  readonly #calls: CoordinatorCalls;
  readonly #self: () => { brokerId: number; brokerEpoch: number };
  readonly #onChange: (change: { readonly before: number; readonly after: number }) => void;
  readonly #ports: BrokerPorts;
  readonly #wanting = new Set<LocalPartition>();
  readonly #stop = new AbortController();
  #running: Promise<void> | undefined;

  /** `onChange` hears of sizes of in-sync sets that this leader has got. */
  constructor(
    of: {
      calls: CoordinatorCalls;
      self: () => { brokerId: number; brokerEpoch: number };
      onChange: (change: { readonly before: number; readonly after: number }) => void;
    },
    ports: BrokerPorts,
  ) {
    this.#onChange = of.onChange;
    this.#calls = of.calls;
    this.#self = of.self;
    this.#ports = ports;
  }

  /** The partition's wish, if it has one, is sent. */
  send(partition: LocalPartition): void {
    if (partition.wish === undefined || this.#stop.signal.aborted) return;
    this.#wanting.add(partition);
    this.#running ??= this.#run().finally(() => (this.#running = undefined));
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    let failures = 0;
    const isStopped = (): boolean => this.#stop.signal.aborted;
    while (this.#wanting.size > 0 && !isStopped()) {
      await Promise.resolve(); // those of the same turn go together
      const sent = [...this.#wanting].flatMap((partition) => (partition.wish === undefined ? [] : [{ partition, wish: partition.wish }]));
      this.#wanting.clear();
      try {
        if (sent.length > 0) await this.#send(sent);
        failures = 0;
      } catch (error) {
        this.#ports.logger.debug("in-sync sets cannot be changed now", { partitions: sent.length, error });
        for (const { partition } of sent) this.#wanting.add(partition);
        const waitMs = Math.min(RECONNECT_MS_FIRST * 2 ** Math.min(failures++, 10), RECONNECT_MS_MAX);
        await sleep(this.#ports.clock, waitMs, this.#stop.signal).catch(() => undefined); // aborted: the loop ends
      }
    }
  }

  async #send(sent: readonly { partition: LocalPartition; wish: Wish }[]): Promise<void> {
    const { brokerId: id, brokerEpoch } = this.#self();
    const wishes = sent.map(({ partition, wish }) => ({
      topicId: partition.log.identity.topicId,
      partition: partition.partition,
      leaderEpoch: wish.leaderEpoch,
      partitionEpoch: wish.partitionEpoch,
      members: wish.members.map((member) => ({ brokerId: member.brokerId, brokerEpoch: BigInt(member.brokerEpoch) })),
    }));
    const request = { brokerId: id, brokerEpoch: BigInt(brokerEpoch), wishes };
    const signal = this.#stop.signal;
    const { answers } = await this.#calls.call(ClusterService, (client) =>
      client.alterPartitions(request, { signal, timeoutMs: ANSWER_MS }),
    );
    sent.forEach(({ partition, wish }, index) => this.#take(partition, wish, answers[index]));
  }

  #take(partition: LocalPartition, wish: Wish, answer: InSyncAnswer | undefined): void {
    const { topic } = partition;
    if (answer?.state === undefined || answer.ineligible) {
      partition.wishRefused(wish.partitionEpoch);
      return;
    }
    const assignment = assignmentOf(answer.state);
    const before = partition.inSyncCount;
    partition.assigned(assignment);
    this.#onChange({ before, after: assignment.inSyncSet.length });
    if (assignment.leaderEpoch !== wish.leaderEpoch) return;
    const inSync = assignment.inSyncSet.join(" ");
    this.#ports.logger.info("in-sync set", { topic, partition: partition.partition, inSync, partitionEpoch: assignment.partitionEpoch });
  }
}

/** A coordinator decides within a store write; one that is silent has lost its term, and its successor is asked. */
const ANSWER_MS = 3_000;
