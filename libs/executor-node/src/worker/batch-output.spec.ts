import { describe, expect, it } from "@jest/globals";
import type { Producer, ProducerRecord } from "@millrace/client";
import { SINK_MARKS_TOPIC } from "@millrace/model";
import { BatchOutput } from "./batch-output.ts";
import type { MarkRecord, SinkMarks } from "./sink-marks.ts";

/** Marks in memory, and a producer that shows what one transaction would hold. */
function createRig(marked: Record<string, number> = {}) {
  const log: string[] = [];
  const marks = {
    key: new Uint8Array(),
    partition: 3,
    covers: (sink: string, slot: number, batch: number) => (marked[`${sink}/${slot}`] ?? 0) >= batch,
    encode: (record: MarkRecord) => new TextEncoder().encode(JSON.stringify(record)),
    committed: (record: MarkRecord) => {
      for (const [sink, slots] of Object.entries(record.marks)) for (const slot of slots) marked[`${sink}/${slot}`] = record.batch;
    },
  } as unknown as SinkMarks;
  const producer = {
    beginTransaction: () => log.push("begin"),
    commitTransaction: () => Promise.resolve(log.push("commit")),
    send: (topic: string, record: ProducerRecord) =>
      log.push(`${topic}: ${new TextDecoder().decode(record.value ?? new Uint8Array())}`) > 0,
  } as unknown as Producer;
  const target = {
    producer,
    marks,
    topics: new Map([["out", "results"]]),
    connectors: new Map(),
    sinkSlots: new Map([["out", [0, 1]]]),
    turn: () => Promise.resolve(),
  };
  const run = async (batch: number, records: [slot: number, value: string][]): Promise<string[]> => {
    log.length = 0;
    const output = new BatchOutput(target, { batch, digest: `d${batch}`, jobEpoch: 1 });
    for (const [slot, value] of records)
      output.emit({ sink: "out", slot, key: null, value: new TextEncoder().encode(value), timestampMs: 0 });
    await output.commit();
    return [...log];
  };
  return { run, target };
}

const mark = (batch: number, slots: number[]): string =>
  `${SINK_MARKS_TOPIC}: {"epoch":1,"batch":${batch},"digest":"d${batch}","marks":{"out":[${slots.join()}]}}`;

describe("BatchOutput", () => {
  it("commits records and marks of all slots in one transaction", async () => {
    expect(
      await createRig().run(4, [
        [0, "a"],
        [1, "b"],
      ]),
    ).toEqual(["begin", "results: a", "results: b", mark(4, [0, 1]), "commit"]);
  });

  it("drops what is out already, and marks only the slots that move", async () => {
    expect(
      await createRig({ "out/0": 4 }).run(4, [
        [0, "a"],
        [1, "b"],
      ]),
    ).toEqual(["begin", "results: b", mark(4, [1]), "commit"]);
  });

  it("writes nothing when a batch is replayed", async () => {
    const rig = createRig();
    await rig.run(4, [[0, "a"]]);
    expect(await rig.run(4, [[0, "a"]])).toEqual([]);
  });

  it("commits nothing for a batch without output", async () => {
    expect(await createRig().run(4, [])).toEqual([]);
  });

  it("gives the trace to the first records of each sink, not to all: a header on each costs as much as the record", () => {
    const { target } = createRig();
    const traced: (string | undefined)[] = [];
    const send = (_: string, { headers }: ProducerRecord) => traced.push(headers?.[0]?.key) > 0;
    const producer = { ...target.producer, send };
    const topics = new Map([["out", "results"], ["late", "others"]]); // prettier-ignore
    const headers = [{ key: "traceparent", value: null }];
    const output = new BatchOutput({ ...target, producer, topics }, { batch: 1, digest: "d", jobEpoch: 1 }, () => headers);
    const emit = (sink: string) => {
      output.emit({ sink, slot: 0, key: null, value: null, timestampMs: 0 });
    };
    for (let record = 0; record < 1_000; record++) emit("out");
    emit("late");
    expect(traced.filter((key) => key === "traceparent")).toHaveLength(65);
    expect([traced[0], traced[999], traced[1_000]]).toEqual(["traceparent", undefined, "traceparent"]);
  });
});
