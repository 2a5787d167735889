import { describe, expect, it } from "@jest/globals";
import { count, files, job, json, kafka, minutes, pair, seconds, string, t } from "@millrace/streams";
import { testJob } from "./test-job.ts";

const wordCount = job("words", (ctx) => {
  ctx
    .source(kafka("lines", { value: string() }))
    .flatMap((line) => line.split(" "))
    .map((word) => pair(word, 1))
    .reduceByKey((left, right) => left + right)
    .updateStateByKey<number>((added, before) => added.reduce((sum, one) => sum + one, before ?? 0))
    .to(kafka("counts", { key: string(), value: json<number>() }))
    .named("totals");
});

const visits = job("visits", (ctx) => {
  ctx
    .source(kafka("visits", { value: json({ page: t.string, at: t.timestamp }) }))
    .withEventTime(({ at }) => at, { watermark: seconds(10) })
    .map(({ page }) => pair(page, 1))
    .windowByTime({ tumbling: minutes(1) })
    .aggregateByKey(count())
    .to(kafka("per-minute", { value: json() }));
});

describe("testJob", () => {
  it("runs a batch on what was sent, with state over batches", async () => {
    const test = testJob(wordCount);
    await test.send("lines", "to be or", "not to be").batch();
    expect(sorted(test.take("counts"))).toEqual(["be=2", "not=1", "or=1", "to=2"]);
    await test.send("lines", "be").batch();
    expect(sorted(test.take("totals"))).toEqual(["be=3", "not=1", "or=1", "to=2"]);
    expect(test.take("counts")).toEqual([]);
  });

  it("moves batch time by its clock", async () => {
    const test = testJob(wordCount, { startMs: 5_000 });
    await test.send("lines", "x").advance(seconds(3));
    expect(test.timeMs).toBe(8_000);
    expect(test.take("counts").map(({ timestamp }) => timestamp)).toEqual([6_000, 7_000, 8_000]);
  });

  it("closes a window when the watermark passes its end, and all of them at the end of input", async () => {
    const test = testJob(visits);
    await test.send("visits", { page: "/", at: 30_000 }, { page: "/", at: 75_000 }).batch();
    expect(test.takeValues("per-minute")).toEqual([]);
    await test.batch();
    expect(test.takeValues("per-minute")).toEqual([{ key: "/", window: { start: 0, end: 60_000 }, value: 1 }]);
    await test.end();
    expect(test.takeValues("per-minute")).toEqual([{ key: "/", window: { start: 60_000, end: 120_000 }, value: 1 }]);
  });

  it("gives the same for any number of partitions", async () => {
    const results = await Promise.all(
      [1, 2, 7].map(async (partitions) => {
        const test = testJob(wordCount, { partitions });
        await test.send("lines", ...Array.from("abacabadabacaba")).end();
        return sorted(test.take("counts"));
      }),
    );
    expect(results[1]).toEqual(results[0]);
    expect(results[2]).toEqual(results[0]);
  });

  it("shows elements of sinks that are no topics, and what was printed", async () => {
    const module = job("other", (ctx) => {
      const lines = ctx.source(kafka("lines", { value: string() }));
      lines
        .map((line) => ({ line }))
        .to(files<{ line: string }>("out", { format: "json" }))
        .named("archive");
      lines.print();
    });
    const test = testJob(module);
    await test.send("lines", "a").batch();
    expect(test.takeValues("archive")).toEqual([{ line: "a" }]);
    expect(test.printed.join("\n")).toContain("a");
  });

  it("names the operator when a function throws", async () => {
    const module = job("faulty", (ctx) => {
      ctx
        .source(kafka("lines", { value: string() }))
        .map((line) => JSON.parse(line) as unknown)
        .named("parse")
        .print();
    });
    await expect(testJob(module).send("lines", "{").batch()).rejects.toMatchObject({
      code: "user-code-failed",
      context: { operator: "parse" },
    });
  });

  it("refuses names that the job does not know, time off the grid, and input after the end", async () => {
    const test = testJob(wordCount);
    expect(() => test.send("linse", "x")).toThrow("no source of this name or topic; it has lines");
    expect(() => test.take("count")).toThrow("no sink of this name or topic; it has counts");
    await expect(test.advance(seconds(0.5))).rejects.toThrow("whole batch intervals");
    await test.end();
    expect(() => test.send("lines", "x")).toThrow("input has ended");
    await expect(test.batch()).rejects.toThrow("input has ended");
  });
});

function sorted(records: readonly { readonly key: unknown; readonly value: unknown }[]): string[] {
  return records.map(({ key, value }) => `${String(key)}=${String(value)}`).sort();
}
