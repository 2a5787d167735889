import { describe, expect, it } from "@jest/globals";
import type { Client, FetchedChunk } from "@millrace/client";
import type { BatchPlan, SourcePartitionOwner } from "@millrace/contracts";
import { leaderEpoch, offset, timestampMs } from "@millrace/model";
import { BatchBuilder, type CompressionCodecs, stampBatch } from "@millrace/records";
import { BoundedQueue } from "@millrace/stdx";
import { Follower, type TakeRecords } from "./follower.ts";

const SOURCE = { source: "in", index: 0, topic: "t", partition: 0 } as SourcePartitionOwner;

/** A partition that grows while it is read. */
class GrowingPartition {
  readonly #chunks = new BoundedQueue<FetchedChunk>({ weightMax: 1_000 });
  #end = 0;

  append(count: number): void {
    const builder = new BatchBuilder({ crc32c: () => 0 });
    for (let record = 0; record < count; record++) builder.append(timestampMs(5), null, new Uint8Array([record]));
    const batches = builder.build();
    stampBatch(batches, { baseOffset: offset(this.#end), leaderEpoch: leaderEpoch(0) });
    this.#end += count;
    this.#chunks.tryPush({ batches, aborted: [], nextOffset: this.#end, highWatermark: this.#end, lastStableOffset: this.#end + 2 });
  }

  follower(options: { endOffset?: number; recordsMax?: number; onFailure?: (error: Error) => void } = {}): Follower {
    const readers = [{ source: SOURCE, offset: 0, endOffset: options.endOffset ?? Number.MAX_SAFE_INTEGER }];
    return new Follower(readers, options.recordsMax ?? 1_000, {
      client: {
        fetchRange: (_: unknown, { signal }: { signal: AbortSignal }) => {
          signal.addEventListener("abort", () => this.#chunks.end());
          return this.#chunks;
        },
      } as unknown as Client,
      compression: {} as CompressionCodecs,
      ready: () => undefined,
      onFailure: options.onFailure ?? (() => undefined),
    });
  }
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Counts what is taken, within the range that it is given for. */
function taker(): { take: TakeRecords; count: number } {
  const taken = {
    count: 0,
    take: (records: { count: number; offsets: ArrayLike<number> }, _: unknown, range: { startOffset: number; endOffset: number }) => {
      for (let i = 0; i < records.count; i++) {
        const at = records.offsets[i] ?? -1;
        if (at >= range.startOffset && at < range.endOffset) taken.count++;
      }
    },
  };
  return taken;
}

const planUpTo = (endOffset: number): BatchPlan =>
  ({ ranges: [{ source: "in", index: 0, startOffset: 0n, endOffset: BigInt(endOffset) }] }) as unknown as BatchPlan;

describe("Follower", () => {
  it("gives records as they arrive; after a marker they wait for the next batch", async () => {
    const partition = new GrowingPartition();
    const follower = partition.follower();
    const [first, second] = [taker(), taker()];
    follower.open(first.take);
    partition.append(3);
    await settled();
    expect(first.count).toBe(3);
    expect(follower.mark()).toEqual({ positions: [{ source: "in", index: 0, offset: 3 }], lagRecords: 2 });
    partition.append(2);
    await settled();
    expect(follower.settle(planUpTo(3))).toBe(5);
    follower.open(second.take);
    await settled();
    expect([first.count, second.count]).toEqual([3, 2]);
    expect(follower.mark().positions[0]?.offset).toBe(5);
    await follower.close();
  });

  it("goes on with the same batch after a marker that made none, and stops where a batch is full", async () => {
    const partition = new GrowingPartition();
    const follower = partition.follower({ recordsMax: 4 });
    const batch = taker();
    follower.open(batch.take);
    partition.append(2);
    await settled();
    follower.mark();
    follower.resume();
    for (let i = 0; i < 3; i++) partition.append(2);
    await settled();
    expect([batch.count, follower.mark().positions[0]?.offset]).toEqual([4, 4]);
    await follower.close();
  });

  it("ends where a bounded source ends, though more is in the topic", async () => {
    const partition = new GrowingPartition();
    const follower = partition.follower({ endOffset: 2 });
    const batch = taker();
    follower.open(batch.take);
    partition.append(5);
    await settled();
    expect([batch.count, follower.mark()]).toEqual([2, { positions: [{ source: "in", index: 0, offset: 2 }], lagRecords: 0 }]);
    await follower.close();
  });

  it("refuses a plan that ends elsewhere than its marker did", async () => {
    const partition = new GrowingPartition();
    const follower = partition.follower();
    follower.open(taker().take);
    partition.append(3);
    await settled();
    follower.mark();
    expect(() => follower.settle(planUpTo(2))).toThrow(expect.objectContaining({ code: "worker-protocol" }));
    await follower.close();
  });

  it("tells a failure at once and at the next marker, and gives nothing after it", async () => {
    const partition = new GrowingPartition();
    const failures: Error[] = [];
    const follower = partition.follower({ onFailure: (error) => failures.push(error) });
    follower.open(() => {
      throw new Error("user code failed");
    });
    partition.append(1);
    await settled();
    expect(failures).toHaveLength(1);
    expect(() => follower.mark()).toThrow("user code failed");
    await follower.close();
  });
});
