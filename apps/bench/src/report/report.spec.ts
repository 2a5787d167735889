import { describe, expect, it } from "@jest/globals";
import type { Measurement } from "../load.ts";
import { extraText, rowOf } from "./format.ts";
import { markdownOf } from "./markdown.ts";
import { type LoadRecord, mergedRecord, type RunRecord } from "./run-record.ts";

const MEASUREMENT: Measurement = {
  name: "produce",
  settings: { partitions: 6 },
  acknowledgement: "synced",
  records: 2_000_000,
  payloadBytes: 2e8,
  seconds: 2,
  cost: { serverCpuSeconds: 1, clientCpuSeconds: 2, otherCpuSeconds: 0.5, serverMemoryPeakBytes: 3e8, serverMemoryPlateauBytes: 2e8 },
  verified: "each once",
  problems: [],
  floor: { text: "1,000,000 records/s", isReached: true },
};

function runOf(loads: readonly LoadRecord[]): RunRecord {
  const host = {
    ...{ cpu: "a processor", cores: 2, memoryBytes: 2 ** 34, kernel: "6", node: "v24", commit: "abc", isDirty: false },
    ...{ diskSyncP50Ms: 0.2, diskSyncP99Ms: 1, loadBefore: 0, startedAt: "2001-01-01T00:00:00Z" },
  };
  return { formatVersion: 1, command: "npm run bench", isQuick: false, host, versions: {}, loads };
}

function loadOf(load: string, measurement: Measurement): LoadRecord {
  return { load, command: "npm run bench", commit: "abc", startedAt: "2001-01-01T00:00:00Z", measurements: [measurement] };
}

describe("rowOf", () => {
  it("gives rates, and costs per gigabyte, per million records and in cores", () => {
    expect(rowOf(MEASUREMENT)).toEqual(["produce", "1,000,000", "100", "", "", "", "5.00", "0.50", "0.50", "1.00", "0.25", "300 / 200"]);
  });
});

describe("extraText", () => {
  it("says names in words", () => {
    expect(extraText("readyMedianMs", 650.4)).toBe("ready median ms 650");
  });
});

describe("mergedRecord", () => {
  it("replaces the loads that ran again and keeps the order of all loads", () => {
    const earlier = runOf([loadOf("a", MEASUREMENT), loadOf("b", MEASUREMENT)]);
    const later = runOf([loadOf("b", { ...MEASUREMENT, records: 1 }), loadOf("c", MEASUREMENT)]);
    const { loads } = mergedRecord(earlier, later, ["c", "b", "a"]);
    expect(loads.map(({ load, measurements }) => [load, measurements[0]?.records])).toEqual([
      ["c", 2_000_000],
      ["b", 1],
      ["a", 2_000_000],
    ]);
  });
});

describe("markdownOf", () => {
  it("shows each measurement with its settings, floor and verification", () => {
    const page = markdownOf(runOf([loadOf("produce", MEASUREMENT)]));
    expect(page).toContain("| produce | 1,000,000 | 100 |");
    expect(page).toContain("- reached: 1,000,000 records/s (`produce`)");
    expect(page).toContain("partitions 6. an acknowledgement: synced. verified: each once.");
  });

  it("says what was wrong instead of what was verified", () => {
    const page = markdownOf(runOf([loadOf("produce", { ...MEASUREMENT, problems: ["3 records are missing"] })]));
    expect(page).toContain("**wrong: 3 records are missing**");
    expect(page).not.toContain("verified: each once");
  });
});
