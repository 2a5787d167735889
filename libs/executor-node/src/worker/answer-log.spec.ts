import { describe, expect, it } from "@jest/globals";
import type { Client, ProducerRecord } from "@millrace/client";
import { STATE_RECORD_BYTES_MAX } from "../limits.ts";
import { AnswerLog } from "./answer-log.ts";

const OF = { operatorId: "ask", task: 2, batch: 7, digest: "d" };

/** The partition of the job's marks, as workers of several epochs write and read it. */
class Partition {
  readonly records: { key: Uint8Array | null; value: Uint8Array | null }[] = [];

  async open(jobEpoch: number, of: { slotWorkers?: number[]; incarnation?: number } = {}): Promise<AnswerLog> {
    const sendAndWait = (_: string, { key = null, value }: ProducerRecord) => {
      this.records.push({ key, value: value?.slice() ?? null });
      return Promise.resolve({ offset: 0 });
    };
    const producer = { open: () => Promise.resolve(), sendAndWait };
    const client = { partitionCount: () => Promise.resolve(1), producer: () => producer } as unknown as Client;
    const { slotWorkers = [0], incarnation = 1 } = of;
    const log = await AnswerLog.open(
      { identity: { jobId: "job", jobEpoch, workerIndex: 0 }, incarnation, layout: { slotWorkers } },
      client,
    );
    for (const record of this.records) log.take(record);
    return log;
  }
}

const bytes = (length: number, fill: number) => new Uint8Array(length).fill(fill);

describe("AnswerLog", () => {
  it("finds once what an earlier attempt kept, of whatever size", async () => {
    const partition = new Partition();
    const answers = Uint8Array.from({ length: 2 * STATE_RECORD_BYTES_MAX + 5 }, (_, index) => index % 251);
    await (await partition.open(1)).keep(OF, answers);
    expect(partition.records).toHaveLength(3);
    const next = await partition.open(2);
    expect(next.find({ ...OF, batch: 8 })).toBeUndefined();
    expect(next.find(OF)).toEqual(answers);
    expect(next.find(OF)).toBeUndefined();
  });

  it("takes those of the newest attempt, whatever was written last", async () => {
    const partition = new Partition();
    const [old, current] = [await partition.open(1), await partition.open(2)];
    await current.keep(OF, bytes(3, 2));
    await old.keep(OF, bytes(3, 1)); // cut off, and fenced: nothing of it is out
    expect((await partition.open(3)).find(OF)).toEqual(bytes(3, 2));
  });

  it("takes none of which a piece is missing, none to other questions, and none of another incarnation or worker", async () => {
    const partition = new Partition();
    await (await partition.open(1)).keep(OF, bytes(STATE_RECORD_BYTES_MAX + 1, 1));
    expect((await partition.open(2)).find({ ...OF, digest: "other" })).toBeUndefined();
    expect((await partition.open(2, { incarnation: 2 })).find(OF)).toBeUndefined();
    expect((await partition.open(2, { slotWorkers: [0, 0, 1] })).find(OF)).toBeUndefined();
    partition.records.pop();
    expect((await partition.open(2)).find(OF)).toBeUndefined();
  });
});
