import { beforeEach, describe, expect, it } from "@jest/globals";
import type { Offset } from "@millrace/model";
import { createSimulatedStorage, referenceCrc32c, type SimulatedStorage } from "@millrace/testkit";
import { openPartitionLog, type PartitionLog } from "../src/index.ts";
import { append, codeOf, codeOfPromise, contentOf, FOLDER, newLog, portsOn, reopen, SETTINGS } from "./log-fixture.ts";

const SMALL = { segmentBytes: 300 };
const RECORDS = 30;
const pause = (): Promise<void> => Promise.resolve();

let storage: SimulatedStorage;
let log: PartitionLog;
let donor: PartitionLog;
let damaged: string[];

/** Two replicas with the same batches in several segments; the first one was closed and opened again, so that nothing of it is in memory. */
beforeEach(async () => {
  storage = createSimulatedStorage({ seed: 1 });
  damaged = [];
  log = await filled(storage, "r");
  donor = await filled(createSimulatedStorage({ seed: 2 }), "r");
  await log.close();
  const ports = { ...portsOn(storage), crc32c: referenceCrc32c, damaged: (folder: string) => damaged.push(folder) };
  log = await openPartitionLog(FOLDER, { ...SETTINGS, ...SMALL }, ports);
});

async function filled(on: SimulatedStorage, word: string): Promise<PartitionLog> {
  const made = await newLog(on, SMALL);
  for (let i = 0; i < RECORDS; i++) await append(made, [`${word}${i}`]);
  return made;
}

function second() {
  const [, segment] = log.closedSegments();
  if (segment === undefined) throw new Error("several segments are closed");
  return segment;
}

async function* batchesOf(from: PartitionLog, range: { baseOffset: Offset; endOffset: Offset }): AsyncGenerator<Uint8Array> {
  await Promise.resolve();
  for (let offset = range.baseOffset; offset < range.endOffset;) {
    const { chunks, nextOffset } = from.read({ offset, maxBytes: 150, endOffset: range.endOffset });
    yield* chunks;
    offset = nextOffset;
  }
}

function pathOf(baseOffset: number, kind: string): string {
  return `${FOLDER}/${String(baseOffset).padStart(20, "0")}.${kind}`;
}

describe("PartitionLog.verifySegment", () => {
  it("passes over what is whole, and finds a flipped bit, a cut file and one that the checksum does not cover", async () => {
    const segments = log.closedSegments();
    expect(segments.length).toBeGreaterThan(3);
    for (const { baseOffset } of segments) expect(await log.verifySegment(baseOffset, pause)).toBe(true);
    const [a, b, c] = segments;
    if (a === undefined || b === undefined || c === undefined) throw new Error("three segments");
    storage.flipBit(pathOf(a.baseOffset, "log"), 90);
    storage.open(pathOf(b.baseOffset, "log")).truncate(100);
    storage.flipBit(pathOf(c.baseOffset, "log"), 15); // the leader epoch
    for (const { baseOffset } of [a, b, c]) expect(await codeOfPromise(log.verifySegment(baseOffset, pause))).toBe("log-corrupt");
  });

  it.each(["index", "timeindex", "txnindex"])("writes a torn %s anew", async (kind) => {
    const { baseOffset } = second();
    const before = storage.readFile(pathOf(baseOffset, kind));
    storage.open(pathOf(baseOffset, kind)).truncate(3);
    expect(await log.verifySegment(baseOffset, pause)).toBe(false);
    expect(storage.readFile(pathOf(baseOffset, kind))).toEqual(before);
    expect(await log.verifySegment(baseOffset, pause)).toBe(true);
  });
});

describe("PartitionLog.replaceSegment", () => {
  it("gives a damaged segment the batches of another replica, for readers now and after the next start", async () => {
    const segment = second();
    const whole = contentOf(donor);
    storage.flipBit(pathOf(segment.baseOffset, "log"), 90);
    expect(codeOf(() => contentOf(log))).toBe("log-corrupt");
    expect(damaged).toEqual([FOLDER]);
    expect(await log.replaceSegment(segment.baseOffset, batchesOf(donor, segment))).toBe(true);
    expect(contentOf(log)).toEqual(whole);
    expect(await log.verifySegment(segment.baseOffset, pause)).toBe(true);
    await log.close();
    expect(contentOf(await reopen(storage, SMALL))).toEqual(whole);
  });

  it("refuses batches that do not fill its place, and changes nothing", async () => {
    const segment = second();
    const short = { ...segment, endOffset: (segment.endOffset - 1) as Offset };
    const early = { ...segment, baseOffset: (segment.baseOffset - 1) as Offset };
    for (const range of [short, early])
      expect(await codeOfPromise(log.replaceSegment(segment.baseOffset, batchesOf(donor, range)))).toBe("log-corrupt");
    const flipped = async function* (): AsyncGenerator<Uint8Array> {
      for await (const bytes of batchesOf(donor, segment)) yield bytes.with(66, (bytes[66] ?? 0) ^ 1);
    };
    expect(await codeOfPromise(log.replaceSegment(segment.baseOffset, flipped()))).toMatch(/corrupt/);
    expect(contentOf(log)).toEqual(contentOf(donor));
    expect(storage.list(FOLDER).filter(({ name }) => name.endsWith(".cleaned"))).toEqual([]);
  });

  it.each([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])("survives a power loss after %d operations of the disk", async (operations) => {
    const segment = second();
    storage.flipBit(pathOf(segment.baseOffset, "log"), 90);
    storage.powerOffAfter(operations);
    await log.replaceSegment(segment.baseOffset, batchesOf(donor, segment)).catch(() => undefined);
    storage.powerLoss();
    const again = await openPartitionLog(FOLDER, { ...SETTINGS, ...SMALL }, portsOn(storage.mount()));
    expect(await again.replaceSegment(segment.baseOffset, batchesOf(donor, segment))).toBe(true);
    expect(contentOf(again)).toEqual(contentOf(donor));
  });
});
