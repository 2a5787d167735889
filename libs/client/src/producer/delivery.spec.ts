import { create } from "@bufbuild/protobuf";
import { beforeEach, describe, expect, it } from "@jest/globals";
import { createLoopback, type ProduceResponse, ProduceResponseSchema } from "@millrace/contracts";
import { producerEpoch, producerId } from "@millrace/model";
import { ManualClock, referenceCrc32c as crc32c, SeededRandom } from "@millrace/testkit";
import { TOPIC_UNHEARD_MS_MAX } from "../limits.ts";
import { PRODUCER_DEFAULTS } from "../settings.ts";
import type { ProducedBatch } from "./batch.ts";
import { settleResponse } from "./delivery.ts";
import { PartitionQueue } from "./partition-queue.ts";

describe("a batch that is refused", () => {
  const told: string[] = [];
  const clock = new ManualClock();
  const ports = { transport: createLoopback(), clock, random: new SeededRandom(1), crc32c };
  const owner = {
    ports,
    numbered: true,
    onSettled: (_: unknown, { error }: { error: unknown }) => void told.push(error === undefined ? "stored" : "given up"),
    onRepeat: () => void told.push("repeated"),
  };
  let queue: PartitionQueue;
  let batches: ProducedBatch[];

  beforeEach(() => {
    told.length = 0;
    queue = new PartitionQueue({ topic: "t", partition: 0 }, { ...PRODUCER_DEFAULTS, batchBytes: 200 }, ports);
    queue.setIdentity({ producerId: producerId(7), producerEpoch: producerEpoch(0) });
    batches = [];
    for (let count = 0; count < 3; count++) {
      queue.append({ value: new Uint8Array(5) }, 0);
      queue.closeOpenBatch();
      const batch = queue.take();
      if (batch === undefined) throw new Error("a batch leaves");
      if (count === 0) queue.remove(batch);
      else batches.push(batch);
    }
  });

  function answer(index: number, code?: string): void {
    const batch = batches[index];
    if (batch === undefined) throw new Error("no such batch");
    settleResponse(owner, [{ queue, batch }], answerWith(code));
  }

  it("for a gap is repeated while the one before it is with a leader that does not answer: the next leader got it first", () => {
    answer(1, "out-of-order-sequence");
    expect([told, queue.needsIdentity]).toEqual([["repeated"], false]);
    answer(0);
    expect(told).toEqual(["repeated", "stored"]);
    expect(queue.take()).toBe(batches[1]);
  });

  it("for a gap is repeated under new numbers when the one before it was refused for good", () => {
    answer(0, "batch-too-large");
    answer(1, "out-of-order-sequence");
    expect([told, queue.needsIdentity]).toEqual([["given up", "repeated"], true]);
  });

  it("is repeated while its leader has not heard of the topic, and given up when that takes too long", async () => {
    answer(0, "unknown-topic");
    answer(1, "unknown-partition");
    expect([told, queue.needsIdentity]).toEqual([["repeated", "repeated"], false]);
    await clock.advance(TOPIC_UNHEARD_MS_MAX);
    expect(queue.take()).toBe(batches[0]);
    answer(0, "unknown-topic");
    expect([told, queue.needsIdentity]).toEqual([["repeated", "repeated", "given up"], true]);
  });

  it("for a gap is given up when all before it was acknowledged", () => {
    answer(0);
    answer(1, "out-of-order-sequence");
    expect([told, queue.needsIdentity]).toEqual([["stored", "given up"], true]);
  });
});

function answerWith(code: string | undefined): ProduceResponse {
  if (code === undefined) return create(ProduceResponseSchema, { results: [{ topic: "t", partition: 0 }] });
  return create(ProduceResponseSchema, {
    results: [{ topic: "t", partition: 0, error: { kind: "conflict", code, message: code } }],
  } as never);
}
