import { ConsumerGroupService, errorFromWire, type RpcTransport } from "@millrace/contracts";
import { isRetriable, toAppError } from "@millrace/model";
import { type Clock, type Logger, sleep, type Timer } from "@millrace/ports";
import type { SourcePartition } from "@millrace/scheduling";
import type { ClusterView } from "../jobs-port.ts";
import { LIST_OFFSETS_TIMEOUT_MS, OFFSETS_ATTEMPTS_MAX, OFFSETS_INTERVAL_MS, OFFSETS_PER_REQUEST_MAX, OFFSETS_RETRY_MS } from "./limits.ts";

interface Ports {
  readonly cluster: ClusterView;
  readonly transport: RpcTransport;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Where a job stands in one partition of a source: the next record that it reads. */
export interface JobPosition {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
}

/** Next offsets by partition of a topic, both in the order of the job's sources. */
export function positionsOf(sources: readonly SourcePartition[], next: readonly number[]): readonly JobPosition[] {
  return sources.flatMap(({ topic, partition, connector }, index) => {
    const offset = next[index];
    return offset === undefined || connector !== undefined ? [] : [{ topic, partition, offset }];
  });
}

/** The consumer group under which a job's positions are found. */
export function groupOfJob(jobId: string): string {
  return `millrace-job-${jobId}`;
}

/**
 * Commits a job's positions to a consumer group, so that its lag shows in every tool that knows Kafka's groups (DESIGN §4). For people only: the job itself goes by its recorded
 * plans, and nothing reads the group back. The newest positions are committed at most once a second; what fails is tried again with newer ones.
 */
export class JobOffsets {
  readonly #group: string;
  readonly #ports: Ports;
  readonly #over = new AbortController();
  #newest: readonly JobPosition[] | undefined;
  #coordinator: string | undefined;
  #timer: Timer | undefined;
  #working = false;

  constructor(jobId: string, ports: Ports) {
    this.#group = groupOfJob(jobId);
    this.#ports = ports;
  }

  /** The job has come so far. */
  note(positions: readonly JobPosition[]): void {
    if (positions.length === 0 || this.#over.signal.aborted) return;
    this.#newest = positions;
    if (this.#timer === undefined && !this.#working) this.#begin();
  }

  /** Nothing is begun any more; a commit that is under way may still land. */
  stop(): void {
    this.#over.abort();
    this.#timer?.cancel();
  }

  #begin(): void {
    const positions = this.#newest;
    this.#timer = undefined;
    if (positions === undefined || this.#over.signal.aborted) return;
    this.#newest = undefined;
    this.#working = true;
    void this.#commit(positions).finally(() => {
      this.#working = false;
      if (!this.#over.signal.aborted) this.#timer = this.#ports.clock.setTimer(OFFSETS_INTERVAL_MS, () => this.#begin());
    });
  }

  async #commit(positions: readonly JobPosition[]): Promise<void> {
    for (let attempt = 1; attempt <= OFFSETS_ATTEMPTS_MAX && this.#newest === undefined && !this.#over.signal.aborted; attempt++) {
      try {
        for (let from = 0; from < positions.length; from += OFFSETS_PER_REQUEST_MAX)
          await this.#commitSome(positions.slice(from, from + OFFSETS_PER_REQUEST_MAX));
        return;
      } catch (error) {
        this.#coordinator = undefined;
        this.#ports.logger.debug("positions of the job are not in its group", {
          group: this.#group,
          attempt,
          code: toAppError(error).code,
        });
        if (!isRetriable(error)) return;
        await sleep(this.#ports.clock, OFFSETS_RETRY_MS, this.#over.signal).catch(() => undefined);
      }
    }
  }

  async #commitSome(positions: readonly JobPosition[]): Promise<void> {
    const { transport } = this.#ports;
    const options = { timeoutMs: LIST_OFFSETS_TIMEOUT_MS };
    this.#coordinator ??= await this.#find();
    if (this.#coordinator === undefined) return;
    const offsets = positions.map(({ topic, partition, offset }) => ({ topic, partition, offset: BigInt(offset) }));
    const { results } = await transport
      .client(ConsumerGroupService, this.#coordinator)
      .commitOffsets({ groupId: this.#group, offsets }, options);
    const error = results.find((result) => result.error !== undefined)?.error;
    if (error !== undefined) throw errorFromWire(error);
  }

  async #find(): Promise<string | undefined> {
    const [first] = this.#ports.cluster.brokerAddresses();
    if (first === undefined) return undefined;
    const client = this.#ports.transport.client(ConsumerGroupService, first);
    const { address } = await client.findGroupCoordinator({ groupId: this.#group }, { timeoutMs: LIST_OFFSETS_TIMEOUT_MS });
    return address;
  }
}
