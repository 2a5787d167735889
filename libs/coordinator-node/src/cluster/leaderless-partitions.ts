import { type BrokerId, leaderEpoch, type TopicId } from "@millrace/model";
import { type Clock, type Logger, sleep, type Timer } from "@millrace/ports";
import { leaderless, type LeaderlessPartition, type LogEnd } from "@millrace/placement";
import type { BrokerSessions } from "../brokers/broker-sessions.ts";
import { ELECTION_WAIT_MS, LEADERLESS_ASKED_MAX, LEADERLESS_LOOK_MS, LEADERLESS_WARN_MS, LOGS_ANSWER_MS } from "../limits.ts";
import type { ClusterController } from "./cluster-controller.ts";
import { TakeTurns } from "./take-turns.ts";

interface Ports {
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * Partitions that nobody leads although brokers with replicas are up: their replicas in sync are away, or have lost something. Brokers are asked where their logs end, and as
 * soon as the answers must contain whatever was acknowledged, the longest log leads (reliability R13). Otherwise it is said, from time to time, who is missing and
 * what the way out is. Nothing runs while every partition has a leader.
 */
export class LeaderlessPartitions {
  readonly #controller: ClusterController;
  readonly #brokers: BrokerSessions;
  readonly #ports: Ports;
  readonly #unsubscribe: () => void;
  /** Since when a partition has been waiting, by topic id and number. */
  readonly #sinceMs = new Map<string, number>();
  #timer: Timer | undefined;
  #isRunning = false;
  #isClosed = false;
  #warnedMs = -Infinity;
  readonly #turns = new TakeTurns(LEADERLESS_ASKED_MAX);

  constructor(of: { readonly controller: ClusterController; readonly brokers: BrokerSessions }, ports: Ports) {
    this.#controller = of.controller;
    this.#brokers = of.brokers;
    this.#ports = ports;
    this.#unsubscribe = of.controller.onChange(() => this.#lookSoon());
    this.#lookSoon();
  }

  close(): void {
    this.#isClosed = true;
    this.#unsubscribe();
    this.#timer?.cancel();
  }

  /** Where the logs of these partitions end on the brokers that are up; those that do not answer in time are missing. */
  async logEnds(partitions: readonly LeaderlessPartition[]): Promise<readonly LogEnd[]> {
    const asked = new Map<BrokerId, { topicId: string; partition: number }[]>();
    for (const { state, live } of partitions.slice(0, LEADERLESS_ASKED_MAX)) {
      for (const id of live) {
        const logs = asked.get(id) ?? [];
        logs.push({ topicId: state.topicId, partition: state.partition });
        asked.set(id, logs);
      }
    }
    const late = new AbortController();
    const tooLate = sleep(this.#ports.clock, LOGS_ANSWER_MS, late.signal).then(
      () => [],
      () => [], // everybody has answered
    );
    const answers = await Promise.all(
      [...asked].map(async ([id, logs]) => {
        const reports = await Promise.race([this.#brokers.describeLogs(id, logs), tooLate]);
        return reports.map((log): LogEnd => ({
          ...{ topicId: log.topicId as TopicId, partition: log.partition, brokerId: id, isSuspect: log.suspect },
          ...{ lastEpoch: leaderEpoch(log.lastEpochInLog), logEndOffset: Number(log.logEndOffset) },
        }));
      }),
    );
    late.abort();
    return answers.flat();
  }

  /** Not at once: after a restart most leaders are there a moment later, and changes come in swarms. */
  #lookSoon(): void {
    if (this.#isClosed || this.#isRunning || this.#timer !== undefined || this.#controller.state.leaderlessTopics.size === 0) return;
    this.#timer = this.#ports.clock.setTimer(LEADERLESS_LOOK_MS, () => {
      this.#timer = undefined;
      this.#isRunning = true;
      this.#look()
        .catch((error: unknown) => {
          if (!this.#isClosed) this.#ports.logger.error("coordinator.leaderless-partitions-not-looked-at", { error });
        })
        .finally(() => {
          this.#isRunning = false;
          this.#lookSoon();
        });
    });
  }

  async #look(): Promise<void> {
    const waiting = [...leaderless(this.#controller.state)];
    this.#remember(waiting);
    if (waiting.length === 0) return;
    const logs = await this.logEnds(this.#turns.next(waiting, ({ state }) => keyOf(state)));
    if (this.#isClosed) return;
    const nowMs = this.#ports.clock.monotonicMs();
    const isOver = (of: KeyParts): boolean => nowMs - (this.#sinceMs.get(keyOf(of)) ?? nowMs) >= ELECTION_WAIT_MS;
    for (const isWaitOver of [false, true]) {
      const due = logs.filter((log) => isOver(log) === isWaitOver);
      if (due.length > 0) await this.#elect(due, isWaitOver);
    }
    const left = waiting.filter(({ state }) => isOver(state) && this.#hasNoLeader(state));
    if (left.length > 0) this.#warn(left);
  }

  async #elect(logs: readonly LogEnd[], isWaitOver: boolean): Promise<void> {
    const { partitions } = await this.#controller.execute({ kind: "elect-by-logs", logs, isWaitOver });
    for (const { topicId, partition, leader, leaderEpoch: epoch } of partitions) {
      const topic = this.#controller.state.topics.get(topicId)?.name;
      this.#ports.logger.warn("coordinator.leader-elected-by-log", { topic, partition, leader, leaderEpoch: epoch });
    }
  }

  #remember(waiting: readonly LeaderlessPartition[]): void {
    const keys = new Set(waiting.map(({ state }) => keyOf(state)));
    for (const key of this.#sinceMs.keys()) if (!keys.has(key)) this.#sinceMs.delete(key);
    const nowMs = this.#ports.clock.monotonicMs();
    for (const key of keys) if (!this.#sinceMs.has(key)) this.#sinceMs.set(key, nowMs);
  }

  #hasNoLeader({ topicId, partition }: KeyParts): boolean {
    const state = this.#controller.state.topics.get(topicId)?.partitions[partition];
    return state !== undefined && state.leader === undefined;
  }

  #warn(left: readonly LeaderlessPartition[]): void {
    const nowMs = this.#ports.clock.monotonicMs();
    const [first] = left;
    if (first === undefined || nowMs - this.#warnedMs < LEADERLESS_WARN_MS) return;
    this.#warnedMs = nowMs;
    const { topic, state, live } = first;
    this.#ports.logger.warn("coordinator.partitions-without-leader", {
      count: left.length,
      topic: topic.name,
      partition: state.partition,
      brokersUp: live,
      brokersAway: state.replicas.filter((id) => !live.includes(id)),
      emptied: state.emptied ?? [],
      fix: `start the brokers that are away; if their disks are lost: millrace partition elect ${topic.name}:${state.partition} --unclean`,
    });
  }
}

interface KeyParts {
  readonly topicId: TopicId;
  readonly partition: number;
}

function keyOf({ topicId, partition }: KeyParts): string {
  return `${topicId}/${partition}`;
}
