import { describe, expect, it } from "@jest/globals";
import type { BatchSource, LogBatchSource } from "@millrace/ports";
import { count, job, json, kafka, minutes, pair, string } from "@millrace/streams";
import { localContext } from "./local-context.ts";
import { testJob } from "./test-job.ts";

/** A source as third parties write them: so many partitions of so many numbers. */
function numbers(partitions: number, each: number): BatchSource<number> {
  return {
    name: "numbers",
    partitions: () =>
      Promise.resolve(
        Array.from({ length: partitions }, (_, partition) => ({
          name: `part ${partition}`,
          async *read() {
            for (let start = 0; start < each; start += 100)
              yield await Promise.resolve(Array.from({ length: Math.min(100, each - start) }, (_, i) => partition * each + start + i));
          },
        })),
      ),
  };
}

const bytesOf = (text: string) => new TextEncoder().encode(text);

/** Records of a log, a second apart. */
function records(decoding: LogBatchSource<never>["records"], values: readonly string[]): LogBatchSource<never> {
  const all = values.map((value, offset) => {
    const own = { key: bytesOf(`k${offset % 2}`), value: bytesOf(value), headers: [] };
    return { topic: "t", partition: 3, offset: 7 + offset, timestampMs: 1_000 * offset, ...own };
  });
  return {
    name: "records",
    records: decoding,
    partitions: () =>
      Promise.resolve([
        {
          name: "t-3",
          async *read() {
            yield await Promise.resolve(all);
          },
        },
      ]),
  };
}

describe("LocalContext.batch", () => {
  it("decodes records of a log as a job would, and gives them their own time", async () => {
    const decoding = { value: { format: "json", fields: { n: "int" } }, elements: "record", onBadRecord: "skip" } as const;
    const whole: LogBatchSource<{ value: { n: number }; timestamp: number; offset: number }> = records(decoding, [
      '{"n":1}',
      "no",
      '{"n":3}',
    ]);
    expect(
      await localContext()
        .batch(whole)
        .map(({ value, timestamp, offset }) => [value.n, timestamp, offset])
        .collect(),
    ).toEqual([
      [1, 0, 7],
      [3, 2_000, 9],
    ]);
    const pairs: LogBatchSource<readonly [string, string]> = records(
      { key: { format: "string" }, value: { format: "string" }, elements: "pair", onBadRecord: "fail" },
      ["a", "b", "c"],
    );
    const joined = localContext()
      .batch(pairs)
      .reduceByKey((left, right) => left + right);
    expect((await joined.collect()).toSorted()).toEqual([
      ["k0", "ac"],
      ["k1", "b"],
    ]);
  });

  it("names the record that cannot be decoded, and formats that were not given", async () => {
    const failing = (format: "json" | "msgpack") =>
      localContext()
        .batch(records({ value: { format }, elements: "value", onBadRecord: "fail" }, ["no json"]))
        .count()
        .collect();
    await expect(failing("json")).rejects.toMatchObject({ code: "bad-record", context: { position: "t-3@7" } });
    await expect(failing("msgpack")).rejects.toMatchObject({ code: "format-not-supported" });
  });

  it("runs operators on elements at hand and gives the results", async () => {
    const ctx = localContext();
    const words = await ctx
      .batch(["to be or", "not to be"])
      .flatMap((line) => line.split(" "))
      .map((word) => pair(word, 1))
      .reduceByKey((left, right) => left + right)
      .collect();
    expect(words.toSorted()).toEqual([
      ["be", 2],
      ["not", 1],
      ["or", 1],
      ["to", 2],
    ]);
  });

  it("reads all partitions of a source, and again for each collect", async () => {
    const stream = localContext().batch(numbers(3, 250));
    expect(await stream.count().collect()).toEqual([750]);
    expect(await stream.reduce((left, right) => left + right).collect()).toEqual([(749 * 750) / 2]);
    expect(await localContext().batch(numbers(0, 0)).collect()).toEqual([]);
  });

  it("joins streams of one context", async () => {
    const ctx = localContext();
    const names = ctx.batch([pair(1, "a"), pair(2, "b")]);
    const joined = await ctx
      .batch([pair(2, true)])
      .join(names)
      .collect();
    expect(joined).toEqual([[2, [true, "b"]]]);
  });

  it("closes every window on event time", async () => {
    const visits = localContext()
      .batch([10_000, 50_000, 70_000])
      .withEventTime((at) => at, { watermark: minutes(1) })
      .map((at) => pair("all", at));
    const windows = await visits
      .windowByTime({ tumbling: minutes(1) })
      .aggregateByKey(count())
      .collect();
    expect(windows.map(({ window, value }) => [window.start, value]).toSorted()).toEqual([
      [0, 2],
      [60_000, 1],
    ]);
  });

  it("gives what the job gives on the same input", async () => {
    const lines = ["a b a", "c", "b a"];
    const module = job("words", (ctx) => {
      ctx
        .source(kafka("lines", { value: string() }))
        .flatMap((line) => line.split(" "))
        .map((word) => pair(word, 1))
        .reduceByKey((left, right) => left + right)
        .to(kafka("out", { key: string(), value: json<number>() }));
    });
    const test = await testJob(module)
      .send("lines", ...lines)
      .batch();
    const ofJob = test.take("out").map(({ key, value }) => [key, value]);
    const byHand = await localContext()
      .batch(lines)
      .flatMap((line) => line.split(" "))
      .map((word) => pair(word, 1))
      .reduceByKey((left, right) => left + right)
      .collect();
    expect(byHand).toEqual(ofJob);
  });

  it("is refused in a job, which names the operator and the fix", async () => {
    let refused: Promise<unknown> | undefined;
    const module = job("mistaken", (ctx) => {
      const stream = ctx.source(kafka("lines", { value: string() }));
      refused = stream.collect();
      refused.catch(() => undefined);
      stream.print();
    });
    module.build();
    await expect(refused).rejects.toMatchObject({ code: "collect-in-job", context: { operator: "source-1" } });
  });
});
