import { describe, expect, it } from "@jest/globals";
import type { Client } from "@millrace/client";
import { leaderEpoch, offset, producerEpoch, producerId, timestampMs } from "@millrace/model";
import { BatchBuilder, buildEndTransactionMarker, type CompressionCodecs, stampBatch } from "@millrace/records";
import { SinkMarks } from "./sink-marks.ts";

const crc32c = (): number => 0;
const NO_COMPRESSION = {} as CompressionCodecs;

/** The marks partition as a list of what producers wrote, in order. */
class MarksLog {
  readonly #batches: Uint8Array[] = [];
  #end = 0;

  mark(producer: number, job: string, batch: number): this {
    const builder = new BatchBuilder({ crc32c });
    const value = { epoch: 1, batch, digest: `d${batch}`, marks: { out: [0] } };
    builder.append(timestampMs(1), new TextEncoder().encode(`${job}/1`), new TextEncoder().encode(JSON.stringify(value)));
    return this.#append(
      builder.build({ producerId: producerId(producer), producerEpoch: producerEpoch(0), baseSequence: 0, transactional: true }),
      1,
    );
  }

  end(producer: number, outcome: "commit" | "abort"): this {
    const marker = {
      producerId: producerId(producer),
      producerEpoch: producerEpoch(0),
      coordinatorEpoch: 0,
      outcome,
      timestamp: timestampMs(1),
    };
    return this.#append(buildEndTransactionMarker(marker, crc32c), 1);
  }

  async coveredBatches(
    job: string,
    batches: readonly number[],
    from: { start: number; first: number } = { start: 0, first: 0 },
  ): Promise<number[]> {
    const client = {
      partitionCount: () => Promise.resolve(1),
      listOffsets: ([{ at }]: [{ at: string }], isolation: string) => {
        // The last stable offset never moves here: a transaction of another job is open from the start.
        const end = isolation === "committed" ? 0 : this.#end;
        return Promise.resolve([{ offset: at === "earliest" ? from.first : end }]);
      },
      fetchRange: (_: unknown, { isolation }: { isolation: string }) => this.#chunks(isolation),
    } as unknown as Client;
    const { marks } = await SinkMarks.read(
      { jobId: job, incarnation: 1, startOffset: from.start },
      { client, compression: NO_COMPRESSION },
    );
    return batches.filter((batch) => marks.covers("out", 0, batch));
  }

  async *#chunks(isolation: string): AsyncGenerator<{ batches: Uint8Array }> {
    await Promise.resolve();
    if (isolation === "committed") return;
    for (const batches of this.#batches) yield { batches };
  }

  #append(batch: Uint8Array, recordCount: number): this {
    stampBatch(batch, { baseOffset: offset(this.#end), leaderEpoch: leaderEpoch(0) });
    this.#batches.push(batch);
    this.#end += recordCount;
    return this;
  }
}

describe("SinkMarks.read", () => {
  it("finds committed marks behind an open transaction of another job", async () => {
    const log = new MarksLog().mark(7, "other", 1).mark(1, "j", 3).end(1, "commit");
    expect(await log.coveredBatches("j", [1, 2, 3, 4])).toEqual([1, 2, 3]);
  });

  it("does not take marks of aborted or open transactions", async () => {
    const log = new MarksLog().mark(1, "j", 1).end(1, "commit").mark(1, "j", 2).end(1, "abort").mark(2, "j", 3);
    expect(await log.coveredBatches("j", [1, 2, 3])).toEqual([1]);
  });

  it("keeps transactions of several producers apart", async () => {
    const log = new MarksLog().mark(1, "j", 1).mark(2, "j", 2).end(1, "abort").end(2, "commit");
    expect(await log.coveredBatches("j", [1, 2, 3])).toEqual([1, 2]);
  });

  it("does not take marks of another job", async () => {
    expect(await new MarksLog().mark(1, "other", 5).end(1, "commit").coveredBatches("j", [1, 5])).toEqual([]);
  });

  it("refuses a checkpoint whose marks are gone: the topic is shorter than it was, or begins behind them", async () => {
    const log = new MarksLog().mark(1, "j", 1).end(1, "commit");
    await expect(log.coveredBatches("j", [1], { start: 2, first: 0 })).resolves.toEqual([]);
    await expect(log.coveredBatches("j", [1], { start: 3, first: 0 })).rejects.toMatchObject({ code: "marks-lost", context: { end: 2 } });
    await expect(log.coveredBatches("j", [1], { start: 1, first: 2 })).rejects.toMatchObject({ code: "marks-lost" });
  });
});
