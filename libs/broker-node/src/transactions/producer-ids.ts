import { ClusterService } from "@millrace/contracts";
import { producerId, type ProducerId } from "@millrace/model";
import { assert } from "@millrace/stdx";
import { FORWARD_TIMEOUT_MS } from "../limits.ts";
import type { CoordinatorCalls } from "../session/coordinator-calls.ts";

/** As many as the coordinator gives by itself. */
const BLOCK = 0n;

/** Producer ids that nobody else will get: from a block that the coordinator gave to this broker. What is left of a block at a stop is lost, which costs nothing. */
export class ProducerIds {
  readonly #coordinator: CoordinatorCalls;
  readonly #self: () => { brokerId: number; brokerEpoch: number };
  readonly #unused: ProducerId[] = []; // at most one per call under way
  #next = 0;
  #end = 0;
  #fetching: Promise<void> | undefined;

  constructor(coordinator: CoordinatorCalls, self: () => { brokerId: number; brokerEpoch: number }) {
    this.#coordinator = coordinator;
    this.#self = self;
  }

  /** Ids from here on were never given to this broker in this life. */
  get end(): number {
    return this.#end;
  }

  async take(): Promise<ProducerId> {
    const unused = this.#unused.pop();
    if (unused !== undefined) return unused;
    while (this.#next >= this.#end) {
      this.#fetching ??= this.#fetch().finally(() => {
        this.#fetching = undefined;
      });
      await this.#fetching;
    }
    return producerId(this.#next++);
  }

  /** An id that was taken and given to nobody. */
  giveBack(id: ProducerId): void {
    this.#unused.push(id);
  }

  /** That many in a row, for nobody else; the first of them. */
  async reserve(count: bigint): Promise<bigint> {
    return (await this.#allocate(count)).firstProducerId;
  }

  #allocate(count: bigint) {
    const { brokerId, brokerEpoch } = this.#self();
    return this.#coordinator.call(ClusterService, (service) =>
      service.allocateProducerIds({ brokerId, brokerEpoch: BigInt(brokerEpoch), count }, { timeoutMs: FORWARD_TIMEOUT_MS }),
    );
  }

  async #fetch(): Promise<void> {
    const block = await this.#allocate(BLOCK);
    assert(block.count > 0n, "the coordinator gave an empty block of producer ids");
    this.#next = Number(block.firstProducerId);
    this.#end = this.#next + Number(block.count);
  }
}
