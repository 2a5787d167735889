import { describe, expect, it } from "@jest/globals";
import type { Offset } from "@millrace/model";
import { createMemoryStorage, createTailCache, type PartitionLog, type ReadResult } from "../src/index.ts";
import { append, newLog } from "./log-fixture.ts";

const VALUE_BYTES = 100_000;
const CACHE_BYTES = 2_097_152;

/** A log with a small tail cache, and batches of one record that is nothing but one letter. */
async function logWithBatches(count: number): Promise<PartitionLog> {
  const log = await newLog(createMemoryStorage({ bytesMax: 1_073_741_824 }), { segmentBytes: 536_870_912 }, createTailCache(CACHE_BYTES));
  await appendBatches(log, count);
  return log;
}

async function appendBatches(log: PartitionLog, count: number): Promise<void> {
  for (let index = 0; index < count; index++) await append(log, [letterOf(log.logEndOffset).repeat(VALUE_BYTES)]);
}

const letterOf = (offset: number): string => String.fromCodePoint(97 + (offset % 26));

function readAt(log: PartitionLog, offset: number): ReadResult {
  return log.read({ offset: offset as Offset, maxBytes: 1, endOffset: log.logEndOffset });
}

/** The letters of the record of a chunk, each once. */
function lettersOf({ chunks }: ReadResult): string {
  const text = new TextDecoder().decode(chunks[0]?.subarray(100, VALUE_BYTES));
  return [...new Set(text)].join("");
}

const memoryOf = ({ chunks }: ReadResult): ArrayBufferLike | undefined => chunks[0]?.buffer;

describe("memory of reads", () => {
  it("keeps a view of the tail as it is, however much is written after it", async () => {
    const log = await logWithBatches(20);
    const held = readAt(log, 19);
    await appendBatches(log, 60);
    expect(lettersOf(held)).toBe(letterOf(19));
  });

  it("writes into memory of the tail again when its views were given back", async () => {
    const log = await logWithBatches(20);
    const first = readAt(log, 19);
    const second = readAt(log, 19);
    const memory = memoryOf(first);
    first.release();
    await appendBatches(log, 30);
    expect(lettersOf(second)).toBe(letterOf(19));
    second.release();
    const later = new Set<unknown>();
    for (let turn = 0; turn < 30; turn++) {
      await appendBatches(log, 1);
      later.add(memoryOf(readAt(log, log.logEndOffset - 1)));
    }
    expect(later.has(memory)).toBe(true);
  });

  it("reads into the same memory again when it was given back, and into other memory while it was not", async () => {
    const log = await logWithBatches(40);
    const held = readAt(log, 1);
    const other = readAt(log, 2);
    expect(memoryOf(other)).not.toBe(memoryOf(held));
    expect(lettersOf(held)).toBe(letterOf(1));
    const memory = memoryOf(other);
    other.release();
    const again = readAt(log, 3);
    expect(memoryOf(again)).toBe(memory);
    expect(lettersOf(again)).toBe(letterOf(3));
  });
});
