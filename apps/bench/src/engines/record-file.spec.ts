import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { readRecordFile, RecordFileWriter } from "./record-file.ts";

describe("readRecordFile", () => {
  it("gives back what was written, over the ends of its buffer too", () => {
    const folder = mkdtempSync(join(tmpdir(), "millrace-bench-"));
    try {
      const path = join(folder, "records");
      const writer = new RecordFileWriter(path);
      const long = "x".repeat(900_000);
      for (let i = 0; i < 10; i++) {
        writer.add({ partition: i % 3, value: `${i}${long}`, timestampMs: 1_700_000_000_000 + i });
        writer.add({ partition: i % 3, key: i === 4 ? "" : `k${i}`, value: "", timestampMs: -1 });
      }
      writer.close();
      const read = Array.from(readRecordFile(path), ({ partition, key, value, timestampMs }) => {
        const text = new TextDecoder().decode(value);
        return [partition, key === undefined ? undefined : new TextDecoder().decode(key), text.slice(0, 1), text.length, timestampMs];
      });
      expect(read).toEqual(
        Array.from({ length: 10 }, (_, i) => [
          [i % 3, undefined, String(i), 900_001, 1_700_000_000_000 + i],
          [i % 3, i === 4 ? "" : `k${i}`, "", 0, -1],
        ]).flat(),
      );
      expect([writer.records, writer.payloadBytes]).toEqual([20, 10 * 900_001 + 9 * 2]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
