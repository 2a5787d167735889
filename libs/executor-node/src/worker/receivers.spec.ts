import { describe, expect, it } from "@jest/globals";
import type { Client, Producer, ProducerRecord } from "@millrace/client";
import type { AppError } from "@millrace/model";
import { NO_VALUE_FORMATS, type ReceivedRecords, type Receiver } from "@millrace/ports";
import { assertDefined } from "@millrace/stdx";
import { buildJob, job, json, webhook } from "@millrace/streams";
import { RECEIVED_BYTES_MAX } from "../limits.ts";
import { Receivers } from "./receivers.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

async function createRig({ index = 0, open }: { readonly index?: number; readonly open?: Receiver["open"] } = {}) {
  const did: string[] = [];
  const failures: AppError[] = [];
  let into: ReceivedRecords | undefined;
  const producer = {
    bufferedBytes: 0,
    open: (topics: readonly string[]) => Promise.resolve(void did.push(`opens ${topics.join()}`)),
    sendAndWait(topic: string, { key, value }: ProducerRecord) {
      did.push(`stores ${key === null ? "" : "key "}${new TextDecoder().decode(value ?? undefined)} in ${topic}`);
      return Promise.resolve({ partition: 1, offset: 5 });
    },
    close: ({ discard }: { discard?: boolean } = {}) =>
      Promise.resolve(void did.push(`producer closed${discard === true ? ", discarding" : ""}`)),
  };
  const receiver: Receiver = {
    open(given) {
      did.push("listens");
      into = given;
      return Promise.resolve({ address: undefined, close: () => Promise.resolve(void did.push("receiver closed")) });
    },
  };
  const definition = buildJob(
    job(
      "j",
      (ctx) =>
        void ctx
          .source(webhook({ port: 1, topic: "in", value: json() }))
          .named("hook")
          .print(),
    ),
  );
  const receivers = await Receivers.open({
    definition,
    jobId: "j",
    client: { producer: () => producer as unknown as Producer } as unknown as Client,
    connectors: {
      sink: () => undefined,
      source: () => undefined,
      receiver: (name) => (name === "webhook" ? { ...receiver, ...(open === undefined ? {} : { open }) } : undefined),
    },
    formats: NO_VALUE_FORMATS,
    partitions: [{ source: "hook", index, topic: "in", partition: index, workerIndex: 0 } as never],
    fail: (error) => failures.push(error),
  });
  return { receivers, did, failures, producer, into: () => assertDefined(into, "what receives") };
}

describe("Receivers", () => {
  it("stores what comes in the source's topic, and says where; begins when the topic is known, and ends before the producer", async () => {
    const { receivers, did, into } = await createRig();
    expect(await into().append({ value: bytes("[1]") })).toEqual({ partition: 1, offset: 5 });
    await receivers.close();
    expect(did).toEqual(["opens in", "listens", "stores [1] in in", "receiver closed", "producer closed, discarding"]);
  });

  it("tells one worker that it is the first: who reads the topic's first partition", async () => {
    expect((await createRig()).into().isFirst).toBe(true);
    expect((await createRig({ index: 1 })).into().isFirst).toBe(false);
  });

  it("refuses what the source could not decode", async () => {
    const { into } = await createRig();
    expect(() => into().check(bytes("{"))).toThrow(
      expect.objectContaining({ code: "record-not-decoded", kind: "invalid", context: { operator: "hook" } }),
    );
    expect(() => into().check(bytes("{}"))).not.toThrow();
  });

  it("takes no more while too much waits for the topic", async () => {
    const { into, producer, did } = await createRig();
    producer.bufferedBytes = RECEIVED_BYTES_MAX;
    await expect(into().append({ value: bytes("1") })).rejects.toMatchObject({ code: "received-too-much", kind: "exhausted" });
    expect(did).not.toContain("stores 1 in in");
  });

  it("names the operator of what a receiver throws, at its begin and afterwards", async () => {
    await expect(createRig({ open: () => Promise.reject(new Error("no")) })).rejects.toMatchObject({
      code: "source-failed",
      context: { operator: "hook" },
    });
    const { into, failures } = await createRig();
    into().fail(new Error("gone"));
    expect(failures).toMatchObject([{ code: "source-failed", context: { operator: "hook" } }]);
  });
});
