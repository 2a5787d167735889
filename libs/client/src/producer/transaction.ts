import { type AppError, topicPartitionKey } from "@millrace/model";
import { clientErrors } from "../errors.ts";
import type { ProducerIdentity, TransactionCoordinatorCalls } from "./identity.ts";

/** Where records were refused. */
export interface FailedAt {
  readonly topic: string;
  readonly partition: number;
}

/** The client's side of a transaction: which partitions its coordinator knows of, and whether it can still be committed. */
export class Transaction {
  readonly #calls: TransactionCoordinatorCalls;
  readonly #timeoutMs: number;
  readonly #added = new Set<string>();
  readonly #groups = new Set<string>();
  #state: "none" | "open" | "ending" = "none";
  /** As the coordinator counts; 0: it does not. */
  #number = 0n;
  #failure: AppError | undefined;
  #failedAt: FailedAt | undefined;

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

  begin(): void {
    if (this.#state !== "none") throw clientErrors.transactionState("a transaction is open: commit or abort it first");
    this.#state = "open";
    this.#failure = undefined;
    this.#failedAt = undefined;
    this.#number = 0n;
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
  get failedAt(): FailedAt | undefined {
    return this.#failedAt;
  }

  fail(error: AppError, at?: FailedAt): void {
    if (this.#failure !== undefined) return;
    this.#failure = error;
    this.#failedAt = at;
  }

  has(topic: string, partition: number): boolean {
    return this.#added.has(topicPartitionKey(topic, partition));
  }

  /** Tells the coordinator about partitions before the first record goes there: it must know where to write markers. */
  async add(identity: ProducerIdentity, partitions: readonly { topic: string; partition: number }[]): Promise<void> {
    this.#number = await this.#calls.addPartitions(identity, partitions);
    for (const { topic, partition } of partitions) this.#added.add(topicPartitionKey(topic, partition));
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
    if (this.#added.size + this.#groups.size > 0) await this.#calls.end(identity, { ...outcome, transactionNumber: this.#number });
    this.#state = "none";
    this.#added.clear();
    this.#groups.clear();
  }
}
