import { describe, expect, it } from "@jest/globals";
import { AppError, producerEpoch, producerId } from "@millrace/model";
import { RecordBatchView, verifyBatch } from "@millrace/records";
import { createLoopback } from "@millrace/contracts";
import { ManualClock, referenceCrc32c as crc32c, SeededRandom } from "@millrace/testkit";
import { PRODUCER_DEFAULTS } from "../settings.ts";
import type { ProducedBatch } from "./batch.ts";
import { PartitionQueue } from "./partition-queue.ts";

const identity = (id: number) => ({ producerId: producerId(id), producerEpoch: producerEpoch(0) });

/** A queue whose producer the broker knows by a first record, or one that is new to it. */
function makeQueue({ isNew = false } = {}): { queue: PartitionQueue; clock: ManualClock } {
  const clock = new ManualClock();
  const ports = { transport: createLoopback(), clock, random: new SeededRandom(1), crc32c };
  const queue = new PartitionQueue({ topic: "t", partition: 0 }, { ...PRODUCER_DEFAULTS, batchBytes: 200 }, ports);
  queue.setIdentity(identity(7));
  if (isNew) return { queue, clock };
  fill(queue, [1]);
  for (const batch of takeAll(queue)) queue.remove(batch);
  return { queue, clock };
}

/** Adds batches of so many records each. */
function fill(queue: PartitionQueue, counts: readonly number[]): void {
  for (const count of counts) {
    for (let i = 0; i < count; i++) queue.append({ value: new Uint8Array(5) }, 0);
    queue.closeOpenBatch();
  }
}

function takeAll(queue: PartitionQueue): ProducedBatch[] {
  const batches: ProducedBatch[] = [];
  while (queue.canSend) {
    const batch = queue.take();
    if (batch === undefined) break;
    batches.push(batch);
  }
  return batches;
}

/** `producer:first sequence` of each. */
function numbers(batches: readonly ProducedBatch[]): string[] {
  return batches.map(({ bytes }) => {
    verifyBatch(bytes, { crc32c });
    const view = new RecordBatchView(bytes);
    return `${view.producerId}:${view.baseSequence}`;
  });
}

describe("PartitionQueue", () => {
  it("numbers batches one behind the other and lets five leave", () => {
    const { queue } = makeQueue();
    fill(queue, [1, 2, 3, 1, 1, 1]);
    expect(numbers(takeAll(queue))).toEqual(["7:1", "7:2", "7:4", "7:7", "7:8"]);
  });

  it("lets a second one leave only when the first of a new producer was answered: a new leader would take it alone", () => {
    const { queue } = makeQueue({ isNew: true });
    fill(queue, [1, 2, 3]);
    const [first] = takeAll(queue);
    expect(queue.inFlightCount).toBe(1);
    if (first === undefined) throw new Error("a batch leaves");
    queue.repeat(first);
    for (const batch of takeAll(queue)) queue.remove(batch);
    expect(numbers(takeAll(queue))).toEqual(["7:1", "7:3"]);
  });

  it("repeats failed batches first, in order, with their old numbers, and only when every answer is in", () => {
    const { queue } = makeQueue();
    fill(queue, [1, 1, 1, 1]);
    const [a, b, c] = takeAll(queue).slice(0, 3);
    if (a === undefined || b === undefined || c === undefined) throw new Error("three batches leave");
    queue.repeat(b);
    expect(queue.canSend).toBe(false);
    queue.remove(a);
    queue.repeat(c);
    expect(takeAll(queue)).toEqual([]);
    queue.remove([...queue.outstanding()].find((batch) => batch.state === "sent") ?? a);
    expect(numbers(takeAll(queue))).toEqual(["7:2", "7:3"]);
  });

  it("gives up what was sent behind an expired batch, and numbers anew what never left", () => {
    const { queue, clock } = makeQueue();
    fill(queue, [1]);
    clock.tick(100_000);
    fill(queue, [1]);
    const sent = takeAll(queue);
    fill(queue, [2]);
    for (const batch of sent) {
      batch.outcomeUnknown = true;
      queue.repeat(batch);
    }
    clock.tick(30_000);
    expect(queue.takeExpired(clock.monotonicMs())).toEqual(sent);
    queue.setIdentity(identity(8));
    expect(numbers(takeAll(queue))).toEqual(["8:0"]);
  });

  it("grows the open batch while earlier ones wait", () => {
    const { queue } = makeQueue();
    const big = { value: new Uint8Array(150) };
    for (let i = 0; i < 3; i++) queue.append(big, 0);
    for (let i = 0; i < 50; i++) queue.append(big, 0);
    queue.closeOpenBatch();
    expect(takeAll(queue).map(({ recordCount }) => recordCount)).toEqual([1, 52]);
  });

  it("takes a ready batch in its turn and refuses bytes that are not one", () => {
    const { queue } = makeQueue();
    const other = makeQueue().queue;
    fill(other, [3]);
    const ready = other.take()?.bytes ?? new Uint8Array();
    fill(queue, [2]);
    queue.addBatch(ready, { settle: () => undefined });
    expect(numbers(takeAll(queue))).toEqual(["7:1", "7:3"]);
    expect(() => queue.addBatch(new Uint8Array(10), { settle: () => undefined })).toThrow("exactly one whole record batch");
  });

  it("tells whoever waits what became of a batch", () => {
    const { queue } = makeQueue();
    const seen: unknown[] = [];
    queue.append({ value: null }, 0, (index) => ({ settle: ({ baseOffset, error }) => seen.push([index, baseOffset, error?.code]) }));
    queue.closeOpenBatch();
    const batch = queue.take();
    for (const waiter of batch?.waiters ?? [])
      waiter.settle({ baseOffset: -1, error: new AppError({ kind: "invalid", code: "x", message: "x" }) });
    expect(seen).toEqual([[0, -1, "x"]]);
  });
});
