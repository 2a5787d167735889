import { BrokerService, type GetMetadataResponse, type Topic } from "@millrace/contracts";
import { AppError, isRetriable, TRANSACTION_STATE_TOPIC } from "@millrace/model";
import type { ClientPorts } from "./api.ts";
import { clientErrors } from "./errors.ts";
import { METADATA_ATTEMPT_MS } from "./limits.ts";
import { retrying } from "./retry.ts";

/** How often a topic that a broker does not know is asked for again: a broker may learn of a new topic a moment later. */
const UNKNOWN_TOPIC_ATTEMPTS_MAX = 4;

/** What the client knows of the cluster: brokers, leaders, the coordinator's address. Asked for on demand, shared, refreshed on hints. */
export class Metadata {
  readonly #ports: ClientPorts;
  readonly #bootstrap: readonly string[];
  readonly #requestTimeoutMs: number;
  readonly #retryForMs: number;
  readonly #topics = new Map<string, Topic>();
  readonly #wanted = new Set<string>();
  readonly #addresses = new Map<number, string>();
  readonly #fenced = new Set<number>();
  #coordinatorAddress = "";
  #preferred = 0;
  #refreshing: Promise<void> | undefined;

  constructor(settings: { bootstrap: readonly string[]; requestTimeoutMs: number; retryForMs: number }, ports: ClientPorts) {
    this.#bootstrap = settings.bootstrap;
    this.#requestTimeoutMs = settings.requestTimeoutMs;
    this.#retryForMs = settings.retryForMs;
    this.#ports = ports;
  }

  /** The topic as last seen; undefined if it was never asked for. */
  cached(name: string): Topic | undefined {
    return this.#topics.get(name);
  }

  /** The topic, asked for if need be; throws `unknown-topic`. */
  async topic(name: string, options: { fresh?: boolean } = {}): Promise<Topic> {
    this.#wanted.add(name);
    for (let attempt = 1; ; attempt++) {
      const known = this.#topics.get(name);
      if (known !== undefined && (options.fresh !== true || attempt > 1)) return known;
      if (attempt > UNKNOWN_TOPIC_ATTEMPTS_MAX) {
        this.#wanted.delete(name);
        throw clientErrors.unknownTopic(name);
      }
      if (attempt > 2) await new Promise<void>((resolve) => this.#ports.clock.setTimer(50 * attempt, resolve));
      await retrying(this.#ports, { forMs: this.#retryForMs }, () => this.refresh());
    }
  }

  /** Address of a partition's leader; undefined while it has none or is not known. */
  leaderAddress(topic: string, partition: number): string | undefined {
    const leader = this.#topics.get(topic)?.partitions.find((candidate) => candidate.partition === partition)?.leader;
    return leader === undefined ? undefined : this.#addresses.get(leader);
  }

  /** The coordinator that brokers know as active; throws `no-coordinator` (retriable). */
  async coordinatorAddress(options: { fresh?: boolean } = {}): Promise<string> {
    if (this.#coordinatorAddress === "" || options.fresh === true) await this.refresh();
    if (this.#coordinatorAddress === "") throw clientErrors.noCoordinator();
    return this.#coordinatorAddress;
  }

  /** Brokers that are up, as last told. */
  async brokerAddresses(): Promise<readonly string[]> {
    await this.refresh();
    return [...this.#addresses].filter(([brokerId]) => !this.#fenced.has(brokerId)).map(([, address]) => address);
  }

  /** Asks again, this broker last: it does not answer. */
  refreshWithout(address: string): Promise<void> {
    if (this.#known[this.#preferred] === address) this.#preferred = (this.#preferred + 1) % this.#known.length;
    return this.refresh();
  }

  /** Asks a broker again; callers at the same time share one question. */
  refresh(): Promise<void> {
    this.#refreshing ??= this.#refresh().finally(() => {
      this.#refreshing = undefined;
    });
    return this.#refreshing;
  }

  /** Runs a call on any broker, the next one when it cannot be reached. */
  async anyBroker<T>(run: (address: string) => Promise<T>): Promise<T> {
    const addresses = this.#known;
    let failure: unknown;
    let answer: unknown;
    for (let tried = 0; tried < addresses.length; tried++) {
      const address = addresses[(this.#preferred + tried) % addresses.length] ?? "";
      try {
        const result = await run(address);
        this.#preferred = (this.#preferred + tried) % addresses.length;
        return result;
      } catch (error) {
        if (!isRetriable(error)) throw error;
        failure = error;
        if (isAnswer(error)) answer = error;
      }
    }
    throw answer ?? (addresses.length === 1 ? failure : clientErrors.noBroker(addresses, failure));
  }

  /** The same, repeated while brokers are away or moving. */
  anyBrokerRetrying<T>(run: (address: string) => Promise<T>): Promise<T> {
    return retrying(this.#ports, { forMs: this.#retryForMs }, () => this.anyBroker(run));
  }

  get #known(): readonly string[] {
    return [...new Set([...this.#bootstrap, ...this.#addresses.values()])];
  }

  async #refresh(): Promise<void> {
    // An empty list means every topic; who wants none names one that costs little.
    const topics = this.#wanted.size === 0 ? [TRANSACTION_STATE_TOPIC] : [...this.#wanted];
    const response = await this.anyBroker((address) =>
      this.#ports.transport
        .client(BrokerService, address)
        .getMetadata({ topics }, { timeoutMs: Math.min(this.#requestTimeoutMs, METADATA_ATTEMPT_MS) }),
    );
    this.#apply(response, topics);
  }

  #apply(response: GetMetadataResponse, asked: readonly string[]): void {
    for (const { brokerId, address, fenced } of response.brokers) {
      this.#addresses.set(brokerId, address);
      if (fenced) this.#fenced.add(brokerId);
      else this.#fenced.delete(brokerId);
    }
    const topics = response.topics.map((topic) => notBehind(topic, this.#topics.get(topic.name)));
    for (const name of asked) this.#topics.delete(name);
    for (const topic of topics) this.#topics.set(topic.name, topic);
    this.#coordinatorAddress = response.coordinatorAddress;
  }
}

/** A broker has said it: it is there, whatever it lacks. */
function isAnswer(error: unknown): boolean {
  return error instanceof AppError && !NO_ANSWER.has(error.code);
}

const NO_ANSWER: ReadonlySet<string> = new Set([
  "unreachable",
  "deadline-exceeded",
  "cancelled",
  "call-broken-off",
  "request-timeout",
  "rpc-failed",
]);

/**
 * The topic with each partition as of the newer leader epoch (KIP-320). A broker that was cut off tells what was true before: that it leads. Going back to it, a producer would be
 * refused for a gap in its sequence, and a reader would see the end of a log that nobody writes any more.
 */
function notBehind(topic: Topic, known: Topic | undefined): Topic {
  if (known?.topicId !== topic.topicId) return topic;
  const before = new Map(known.partitions.map((state) => [state.partition, state]));
  const partitions = topic.partitions.map((state) => {
    const other = before.get(state.partition);
    return other !== undefined && other.leaderEpoch > state.leaderEpoch ? other : state;
  });
  return { ...topic, partitions };
}
