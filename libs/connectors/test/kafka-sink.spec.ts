import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { SinkOutput } from "@millrace/ports";
import { describeSinkContract } from "@millrace/testkit";
import { Admin } from "@platformatic/kafka";
import { ForeignLog } from "../src/kafka/foreign-log.ts";
import { EARLIEST, LATEST } from "../src/kafka/offset-times.ts";
import { kafkaSink } from "../src/kafka/kafka-sink.ts";
import { startTemporaryKafka, type TemporaryKafka } from "./temporary-kafka.ts";

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const record = (slot: number, text: string): SinkOutput => ({
  slot,
  element: text,
  key: encode(text),
  value: encode(text),
  timestampMs: 5,
  partition: "",
});

describe("kafkaSink", () => {
  let kafka: TemporaryKafka | undefined;
  let topics = 0;
  const bootstrap = (): string[] => [kafka?.address ?? ""];

  beforeAll(async () => {
    kafka = await startTemporaryKafka();
  }, 60_000);
  afterAll(async () => {
    await kafka?.stop();
  }, 30_000);

  async function topic(): Promise<string> {
    const name = `out-${topics++}`;
    const admin = new Admin({ clientId: "test", bootstrapBrokers: bootstrap() });
    await admin.createTopics({ topics: [name], partitions: 3, replicas: 1 });
    await admin.close();
    return name;
  }

  async function committed(name: string): Promise<string[]> {
    const log = new ForeignLog({ bootstrapBrokers: bootstrap(), connection: {} }, "test");
    const texts: string[] = [];
    for (let partition = 0; partition < 3; partition++) {
      const startOffset = await log.offsetAt(name, partition, { at: EARLIEST });
      const endOffset = await log.offsetAt(name, partition, { at: LATEST });
      for await (const records of log.read({ topic: name, partition, startOffset, endOffset }))
        texts.push(...records.map(({ value }) => new TextDecoder().decode(value ?? new Uint8Array())));
    }
    await log.close();
    return texts;
  }

  let run = 0;
  describeSinkContract("kafka", async () => {
    const name = await topic();
    run += 1;
    const ofThisTest = run;
    return {
      // The suite's job id is the same in all tests, and the marks topic of the cluster is shared: jobs of other tests are told apart here.
      connect: () => {
        const sink = kafkaSink({ topic: name, bootstrap: bootstrap() });
        return { open: (slots) => sink.open({ ...slots, jobId: `${slots.jobId}-${ofThisTest}` }) };
      },
      output: (slot, text) => record(slot, text),
      read: () => committed(name),
      dispose: () => Promise.resolve(),
    };
  });

  it("says what is wrong when the cluster does not answer", async () => {
    const sink = kafkaSink({ topic: "x", bootstrap: ["localhost:1"] });
    const open = sink.open({ jobId: "j", incarnation: 1, jobEpoch: 1, sink: "out", slots: [0] });
    await expect(open).rejects.toMatchObject({ kind: "unavailable", code: "foreign-kafka-failed" });
  }, 60_000);
});
