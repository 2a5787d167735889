import { type AppError, toAppError, topicPartitionKey } from "@millrace/model";
import { clientErrors } from "../errors.ts";
import type { ProducerIdentity, TransactionCoordinatorCalls } from "./identity.ts";

export interface TransactionPartition {
  readonly topic: string;
  readonly partition: number;
}

/** The client's side of a transaction: which partitions its coordinator knows of, and whether it can still be committed. */
export class Transaction {
  readonly #calls: TransactionCoordinatorCalls;
  readonly #timeoutMs: number;
  readonly #added = new Set<string>();
  readonly #groups = new Set<string>();
  /** Partitions that are being added, each with the end of its call. */
  readonly #adding = new Map<string, Promise<void>>();
  /** Told with the first partition: records will go there too. */
  #announced: readonly TransactionPartition[] = [];
  #state: "none" | "open" | "ending" = "none";
  /** As the coordinator counts; 0: it does not. */
  #number = 0n;
  #failure: AppError | undefined;
  #failedAt: TransactionPartition | undefined;

  constructor(calls: TransactionCoordinatorCalls, timeoutMs: number) {
    this.#calls = calls;
    this.#timeoutMs = timeoutMs;
  }

  get transactionalId(): string {
    return this.#calls.transactionalId;
  }

  /** Fences the former owner of the transactional id. */
  init(): Promise<ProducerIdentity> {
    return this.#calls.init(this.#timeoutMs);
  }

  begin(announced: readonly TransactionPartition[] = []): void {
    if (this.#state !== "none") throw clientErrors.transactionState("a transaction is open: commit or abort it first");
    this.#state = "open";
    this.#failure = undefined;
    this.#failedAt = undefined;
    this.#number = 0n;
    this.#announced = announced;
    this.#added.clear();
    this.#groups.clear();
  }

  assertOpen(): void {
    if (this.#state === "none") throw clientErrors.transactionState("no transaction is open: call beginTransaction first");
  }

  /** Why it can only be aborted. */
  get failure(): AppError | undefined {
    return this.#failure;
  }

  /** The partition whose records were the first that were not stored. */
  get failedAt(): TransactionPartition | undefined {
    return this.#failedAt;
  }

  fail(error: AppError, at?: TransactionPartition): void {
    if (this.#failure !== undefined) return;
    this.#failure = error;
    this.#failedAt = at;
  }

  has(topic: string, partition: number): boolean {
    return this.#added.has(topicPartitionKey(topic, partition));
  }

  /** Ends when the coordinator knows of the partition, or the call has failed; undefined: it has not been told. */
  adding(topic: string, partition: number): Promise<void> | undefined {
    return this.#adding.get(topicPartitionKey(topic, partition));
  }

  /** Tells the coordinator about partitions before the first record goes there: it must know where to write markers. Announced ones go along. A failure ends the transaction. */
  add(identity: ProducerIdentity, partitions: readonly TransactionPartition[]): Promise<void> {
    const all = [...partitions, ...this.#announced.filter((other) => !partitions.some((one) => isSame(one, other)))];
    this.#announced = [];
    const keys = all.map(({ topic, partition }) => topicPartitionKey(topic, partition));
    const added = this.#calls.addPartitions(identity, all).then(
      (number) => {
        this.#number = number;
        for (const key of keys) this.#added.add(key);
      },
      (error: unknown) => this.fail(toAppError(error)),
    );
    const ended = added.finally(() => {
      for (const key of keys) this.#adding.delete(key);
    });
    for (const key of keys) this.#adding.set(key, ended);
    return ended;
  }

  /** The same for a group's offsets, before the first of them. */
  async addGroup(identity: ProducerIdentity, groupId: string): Promise<void> {
    if (this.#groups.has(groupId)) return;
    this.#number = await this.#calls.addOffsets(identity, groupId);
    this.#groups.add(groupId);
  }

  /** After a failure of the call itself the outcome is open: the same call again finds out. */
  async end(identity: ProducerIdentity, outcome: { commit: boolean }): Promise<void> {
    this.assertOpen();
    this.#state = "ending";
    await Promise.all(this.#adding.values()); // a partition that is added later would count for the next one
    if (this.#added.size + this.#groups.size > 0) await this.#calls.end(identity, { ...outcome, transactionNumber: this.#number });
    this.#state = "none";
    this.#added.clear();
    this.#groups.clear();
  }
}

function isSame(a: TransactionPartition, b: TransactionPartition): boolean {
  return a.partition === b.partition && a.topic === b.topic;
}
