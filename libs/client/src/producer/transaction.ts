import { type AppError, topicPartitionKey } from "@millrace/model";
import { clientErrors } from "../errors.ts";
import type { ProducerIdentity, TransactionCoordinatorCalls } from "./identity.ts";

/** The client's side of a transaction: which partitions its coordinator knows of, and whether it can still be committed. */
export class Transaction {
  readonly #calls: TransactionCoordinatorCalls;
  readonly #timeoutMs: number;
  readonly #added = new Set<string>();
  #state: "none" | "open" | "ending" = "none";
  #failure: AppError | undefined;

  constructor(calls: TransactionCoordinatorCalls, timeoutMs: number) {
    this.#calls = calls;
    this.#timeoutMs = timeoutMs;
  }

  /** Fences the former owner of the transactional id. */
  init(): Promise<ProducerIdentity> {
    return this.#calls.init(this.#timeoutMs);
  }

  begin(): void {
    if (this.#state !== "none") throw clientErrors.transactionState("a transaction is open: commit or abort it first");
    this.#state = "open";
    this.#failure = undefined;
    this.#added.clear();
  }

  assertOpen(): void {
    if (this.#state === "none") throw clientErrors.transactionState("no transaction is open: call beginTransaction first");
  }

  /** Why it can only be aborted. */
  get failure(): AppError | undefined {
    return this.#failure;
  }

  fail(error: AppError): void {
    this.#failure ??= error;
  }

  has(topic: string, partition: number): boolean {
    return this.#added.has(topicPartitionKey(topic, partition));
  }

  /** Tells the coordinator about partitions before the first record goes there: it must know where to write markers. */
  async add(identity: ProducerIdentity, partitions: readonly { topic: string; partition: number }[]): Promise<void> {
    await this.#calls.addPartitions(identity, partitions);
    for (const { topic, partition } of partitions) this.#added.add(topicPartitionKey(topic, partition));
  }

  /** After a failure of the call itself the outcome is open: the same call again finds out. */
  async end(identity: ProducerIdentity, outcome: { commit: boolean }): Promise<void> {
    this.assertOpen();
    this.#state = "ending";
    if (this.#added.size > 0) await this.#calls.end(identity, outcome);
    this.#state = "none";
    this.#added.clear();
  }
}
