import type { GroupOffsets, Happening, Read } from "@millrace/checkers";
import type { Consumer } from "@millrace/client";
import { toAppError, type TopicPartition } from "@millrace/model";
import type { ClientOf } from "./run-client.ts";
import { readOf } from "./values.ts";
import { GROUP, type Workload } from "./workload.ts";

const POLL_MS_MAX = 300;
const COMMIT_CHANCE = 0.25;
/** One in so many operations is the last: it leaves in order, and its partitions go to others. */
const OPERATIONS_PER_LEAVE = 150;

type WithoutProcess<E> = E extends Happening ? Omit<E, "p"> : never;

/**
 * A member of the one group of a run, from joining to leaving: polls what the group gives it, and commits where it stands. It tells each change of its partitions, so a jump
 * that no rebalance explains is an anomaly; who owns what is not told, as a member that is cut off owns its partitions longer in its own eyes than in the group's.
 */
export async function runGroupMember(workload: Workload, of: ClientOf): Promise<void> {
  const member = new GroupMember(workload, of);
  await member.join();
  while (!workload.isOver && (await member.step())) await of.process.sleep(-Math.log(1 - of.process.random.next()) * workload.plan.thinkMs);
}

class GroupMember {
  readonly #workload: Workload;
  readonly #of: ClientOf;
  readonly #consumer: Consumer;
  /** After the last record that was polled, of what it owns now. */
  readonly #positions = new Map<string, TopicPartition & { readonly offset: number }>();
  readonly #rebalanced = new Set<string>();
  #p: number;

  constructor(workload: Workload, of: ClientOf) {
    this.#workload = workload;
    this.#of = of;
    this.#p = of.p;
    const settings = { groupId: GROUP, isolation: "committed", offsetReset: "earliest", autoCommit: false } as const;
    this.#consumer = workload.connect(of.process).consumer(settings);
  }

  async join(): Promise<void> {
    const topics = this.#workload.plan.topics.map(({ name }) => name);
    const moved = (partitions: readonly TopicPartition[]): void => {
      for (const { topic, partition } of partitions) {
        this.#rebalanced.add(`${topic}-${partition}`);
        this.#positions.delete(`${topic}-${partition}`);
      }
    };
    await this.#consumer.subscribe({ topics }, { onAssigned: moved, onRevoked: moved, onLost: moved });
    this.#begin();
  }

  /** One operation; false: it has left. */
  async step(): Promise<boolean> {
    const chance = this.#of.process.random.next();
    if (chance < 1 / OPERATIONS_PER_LEAVE) {
      await this.#consumer.close();
      return false;
    }
    if (chance < COMMIT_CHANCE && this.#positions.size > 0) await this.#commit();
    else await this.#poll();
    return true;
  }

  async #poll(): Promise<void> {
    this.#record({ type: "invoke", f: "poll", v: [["poll"]] });
    try {
      const group = await this.#consumer.poll({ timeoutMs: 1 + this.#of.process.random.next() * POLL_MS_MAX });
      const rebalance = this.#takeRebalanced();
      const reads: Record<string, Read[]> = {};
      if (group !== undefined) {
        const { topic, partition, nextOffset: offset } = group;
        reads[`${topic}-${partition}`] = group.records.map((record) => readOf(record.offset, record.value));
        this.#positions.set(`${topic}-${partition}`, { topic, partition, offset });
      }
      this.#record({ type: "ok", f: "poll", v: [["poll", reads]], rebalance });
    } catch (error) {
      this.#record({ type: "fail", f: "poll", v: [["poll"]], rebalance: this.#takeRebalanced() });
      this.#note("poll", error);
    }
  }

  async #commit(): Promise<void> {
    const offsets = Object.fromEntries([...this.#positions].map(([key, { offset }]) => [key, offset]));
    const v: GroupOffsets = { group: GROUP, offsets };
    this.#record({ type: "invoke", f: "commit", v });
    try {
      await this.#consumer.commit([...this.#positions.values()]);
      this.#record({ type: "ok", f: "commit", v });
    } catch (error) {
      // An earlier attempt inside may have been stored: this logical client ends here, and the member goes on as another.
      this.#record({ type: "info", f: "commit", v });
      this.#note("commit", error);
      this.#p = this.#workload.recorder.newProcess();
      this.#begin();
    }
  }

  #begin(): void {
    const keys = this.#workload.keys.map(({ key }) => key);
    this.#record({ type: "invoke", f: "subscribe", v: keys });
    this.#record({ type: "ok", f: "subscribe", v: keys });
  }

  #takeRebalanced(): readonly string[] {
    const keys = [...this.#rebalanced];
    this.#rebalanced.clear();
    return keys;
  }

  #note(what: string, error: unknown): void {
    const { code, message } = toAppError(error);
    this.#workload.cluster.log.note(this.#of.process.name, `${what} failed`, { code, message });
    if (code === "offset-out-of-range") this.#workload.anomalies.push(`position beyond the log: ${message}`);
  }

  #record(happening: WithoutProcess<Happening>): void {
    this.#workload.recorder.record({ ...happening, p: this.#p });
  }
}
