import { describe, expect, it } from "@jest/globals";
import type { SourceQuestion } from "@millrace/contracts";
import type { WorkerRuntime } from "@millrace/dataflow";
import { AppError } from "@millrace/model";
import type { Connectors, SourceElements, SplitReader, StreamSource } from "@millrace/ports";
import { buildJob, customSource, job } from "@millrace/streams";
import { SOURCE_NOTE_BYTES_MAX } from "../limits.ts";
import { StreamSources } from "./stream-sources.ts";

const NO_CONNECTORS: Connectors = { sink: () => undefined, source: () => undefined, receiver: () => undefined };
const MEMORY = { size: 0, has: () => false, add: () => undefined, delete: () => undefined, texts: () => [] };

async function* listOf(...lists: readonly SourceElements<number>[]): AsyncGenerator<SourceElements<number>, void, undefined> {
  yield* lists;
  await Promise.resolve();
}

/** A source of two splits, the second of which is this worker's. */
async function openWith(
  reader: Partial<SplitReader<number>>,
  { open, isUsed = true }: { open?: StreamSource<number>["open"]; isUsed?: boolean } = {},
) {
  const whole: SplitReader<number> = {
    available: (position) => Promise.resolve({ end: position }),
    read: () => listOf(),
    close: () => Promise.resolve(),
    ...reader,
  };
  const source: StreamSource<number> = { open: open ?? (() => Promise.resolve(whole)) };
  const definition = buildJob(
    job(
      "j",
      (ctx) =>
        void ctx
          .source(customSource(() => source, { splits: 2 }))
          .named("numbers")
          .print(),
    ),
  );
  return StreamSources.open({
    definition,
    runtime: { sourceMemory: () => (isUsed ? MEMORY : undefined) } as unknown as WorkerRuntime,
    connectors: NO_CONNECTORS,
    partitions: [{ source: "numbers", index: 1, topic: "custom", partition: 1, workerIndex: 0 } as never],
    who: { jobId: "j", jobEpoch: 1, startedAtMs: 0, nowMs: () => 0 },
  });
}

const question = (position: bigint, stepsMax = 0n): SourceQuestion =>
  ({ source: "numbers", index: 1, position, stepsMax }) as SourceQuestion;
const range = { source: "numbers", index: 1, startOffset: 5n, endOffset: 8n, note: '{"a":1}' };

async function readAll(sources: StreamSources): Promise<number[]> {
  const elements: number[] = [];
  for await (const some of sources.read(range)) elements.push(...(some.elements as number[]));
  return elements;
}

describe("StreamSources", () => {
  it("asks for any number of steps, or as many as a batch takes, and carries the note as text", async () => {
    const asked: number[] = [];
    const sources = await openWith({
      available(position, { stepsMax }) {
        asked.push(stepsMax);
        return Promise.resolve({ end: position + 2, note: { names: ["x"] } });
      },
    });
    const note = '{"names":["x"]}';
    expect(await sources.list([question(5n), question(7n, 9n)])).toEqual([
      { source: "numbers", index: 1, startOffset: 5n, endOffset: 7n, note },
      { source: "numbers", index: 1, startOffset: 7n, endOffset: 9n, note },
    ]);
    expect(asked).toEqual([Infinity, 9]);
  });

  it("gives the recorded range with its note, and has the split remember it once it is read", async () => {
    const did: unknown[] = [];
    const sources = await openWith({
      read(recorded) {
        did.push(recorded);
        return listOf({ position: 5, elements: [1, 2] }, { position: 7, elements: [3] });
      },
      remember: ({ end }) => void did.push(`remember ${end}`),
    });
    expect(await readAll(sources)).toEqual([1, 2, 3]);
    expect(did).toEqual([{ start: 5, end: 8, note: { a: 1 } }, "remember 8"]);
  });

  it("has nothing remembered of a range that was not read to its end", async () => {
    const did: string[] = [];
    const sources = await openWith({
      read: () => listOf({ position: 5, elements: [1] }, { position: 6, elements: [2] }),
      remember: () => void did.push("remember"),
    });
    for await (const { position } of sources.read(range)) if (position === 5) break;
    expect(did).toEqual([]);
  });

  it("says nothing new of a source that leads to no output, and does not open it", async () => {
    const sources = await openWith({}, { isUsed: false, open: () => Promise.reject(new Error("opened")) });
    expect(sources.owns({ source: "numbers", index: 1 })).toBe(false);
    expect(await sources.list([question(5n)])).toEqual([{ source: "numbers", index: 1, startOffset: 5n, endOffset: 5n }]);
  });

  const gives = (some: SourceElements<number>): Partial<SplitReader<number>> => ({ read: () => listOf(some) });
  it.each<[string, Partial<SplitReader<number>>, (sources: StreamSources) => Promise<unknown>]>([
    ["elements after the range", gives({ position: 8, elements: [1] }), readAll],
    ["elements before the range", gives({ position: 4, elements: [1] }), readAll],
    ["a position that falls", { available: () => Promise.resolve({ end: 4 }) }, (sources) => sources.list([question(5n)])],
    ["a position that is no whole number", { available: () => Promise.resolve({ end: 5.5 }) }, (sources) => sources.list([question(5n)])],
    [
      "a note that a plan has no room for",
      { available: () => Promise.resolve({ end: 6, note: "x".repeat(SOURCE_NOTE_BYTES_MAX) }) },
      (sources) => sources.list([question(5n)]),
    ],
  ])("refuses %s, and names the operator", async (_, reader, act) => {
    const sources = await openWith(reader);
    await expect(act(sources)).rejects.toMatchObject({ code: "source-contract-broken", kind: "invalid", context: { operator: "numbers" } });
  });

  it("names the operator of what a source throws, and keeps the code of what has one", async () => {
    const plain = (): never => {
      throw new Error("no route");
    };
    const known = new AppError({ kind: "corrupt", code: "bad-file", message: "damaged", context: { path: "/in/a" } });
    await expect(openWith({}, { open: () => Promise.reject(new Error("no route")) })).rejects.toMatchObject({
      code: "source-failed",
      kind: "unavailable",
    });
    await expect(openWith({ read: plain }).then(readAll)).rejects.toMatchObject({
      code: "source-failed",
      context: { operator: "numbers" },
    });
    await expect(
      openWith({ available: () => Promise.reject(known) }).then((sources) => sources.list([question(0n)])),
    ).rejects.toMatchObject({
      ...{ code: "bad-file", kind: "corrupt" },
      context: { operator: "numbers", path: "/in/a" },
    });
  });
});
