import type { MessageInitShape } from "@bufbuild/protobuf";
import { type ExchangeRequestSchema, type RpcTransport, ShuffleService } from "@millrace/contracts";
import { toAppError } from "@millrace/model";
import { assertDefined, BoundedQueue } from "@millrace/stdx";
import type { OutgoingBlock } from "@millrace/dataflow";
import { PEER_QUEUE_BYTES_MAX } from "../limits.ts";
import type { ShuffleIdentity } from "./shuffle-server.ts";
import { Signal } from "./signal.ts";

type Request = MessageInitShape<typeof ExchangeRequestSchema>;

const MESSAGE_OVERHEAD_BYTES = 64;

/** The sending side of the shuffle: a stream to each other worker, unacknowledged bytes bounded. */
export class ShufflePeers {
  readonly #peers = new Map<number, Peer>();
  #sentBytes = 0;

  constructor(
    identity: ShuffleIdentity,
    addresses: readonly string[],
    options: { transport: RpcTransport; onLost: (error: Error) => void },
  ) {
    addresses.forEach((address, receiverIndex) => {
      if (receiverIndex !== identity.workerIndex)
        this.#peers.set(receiverIndex, new Peer({ ...identity, receiverIndex, address }, options));
    });
  }

  /** Bytes of blocks since the last call. */
  takeSentBytes(): number {
    const bytes = this.#sentBytes;
    this.#sentBytes = 0;
    return bytes;
  }

  sendBlock(block: OutgoingBlock): void {
    this.#sentBytes += block.payload.length;
    const { batch, edge, fromTask, toSlot, recordCount, payload } = block;
    this.#peer(block.toWorker).send(
      { case: "block", value: { batch: BigInt(batch), edge, fromTask, toSlot, recordCount, payload } },
      payload.length,
    );
  }

  /** All blocks of the edge are sent; `traceparent`: of a sampled record among them, empty without one. */
  edgeEnd(end: { batch: number; edge: number; toWorker: number; blockCount: number }, traceparent: string): void {
    const { batch, edge, blockCount } = end;
    this.#peer(end.toWorker).send({ case: "edgeEnd", value: { batch: BigInt(batch), edge, blockCount, traceparent } }, 0);
  }

  /** Resolves when every peer has room; undefined when all have. */
  ready(): Promise<void> | undefined {
    const full = [...this.#peers.values()].filter((peer) => peer.full);
    return full.length === 0 ? undefined : Promise.all(full.map((peer) => peer.room())).then(() => undefined);
  }

  close(): void {
    for (const peer of this.#peers.values()) peer.close();
  }

  #peer(workerIndex: number): Peer {
    return assertDefined(this.#peers.get(workerIndex), `peer ${workerIndex}`);
  }
}

class Peer {
  readonly #queue = new BoundedQueue<Request>({ weightMax: Number.MAX_SAFE_INTEGER }); // Bounded by `full`: the sender waits.
  readonly #unacknowledged: number[] = [];
  readonly #acknowledged = new Signal();
  readonly #closed = new AbortController();
  #unacknowledgedBytes = 0;
  #sequence = 0n;

  constructor(
    peer: ShuffleIdentity & { receiverIndex: number; address: string },
    { transport, onLost }: { transport: RpcTransport; onLost: (error: Error) => void },
  ) {
    const { jobId, jobEpoch, workerIndex, receiverIndex } = peer;
    this.send({ case: "hello", value: { jobId, jobEpoch: BigInt(jobEpoch), senderIndex: workerIndex, receiverIndex } }, 0);
    const answers = transport.client(ShuffleService, peer.address).exchange(this.#queue, { signal: this.#closed.signal });
    this.#follow(answers).catch((error: unknown) => {
      if (this.#closed.signal.aborted) return;
      this.#acknowledged.fail(toAppError(error));
      onLost(toAppError(error));
    });
  }

  get full(): boolean {
    return this.#unacknowledgedBytes > PEER_QUEUE_BYTES_MAX;
  }

  async room(): Promise<void> {
    while (this.full) await this.#acknowledged.wait();
  }

  send(message: Request["message"] & object, payloadBytes: number): void {
    const bytes = payloadBytes + MESSAGE_OVERHEAD_BYTES;
    this.#unacknowledged.push(bytes);
    this.#unacknowledgedBytes += bytes;
    this.#queue.tryPush({ sequence: this.#sequence++, message });
  }

  close(): void {
    this.#closed.abort(new Error("worker ends"));
    this.#queue.end();
  }

  async #follow(answers: AsyncIterable<unknown>): Promise<void> {
    for await (const _ of answers) {
      this.#unacknowledgedBytes -= this.#unacknowledged.shift() ?? 0;
      this.#acknowledged.notify();
    }
    if (!this.#closed.signal.aborted) throw new Error("a peer ended its shuffle stream");
  }
}
