import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { RecordFileWriter } from "./record-file.ts";
import { verifyOutput } from "./verify-output.ts";

const EXPECTED = new Map([
  ["a@0", "3,1.5"],
  ["b@0", "1,2"],
]);
const GOOD = [
  ["a@0", "3,1.5"],
  ["b@0", "1,2.0"],
] as const;

describe("verifyOutput", () => {
  const check = (written: readonly (readonly [key: string | undefined, value: string])[], problems: readonly string[]): void => {
    const folder = mkdtempSync(join(tmpdir(), "millrace-bench-"));
    try {
      const path = join(folder, "output");
      const writer = new RecordFileWriter(path);
      for (const [key, value] of written) writer.add({ partition: 0, value, timestampMs: 0, ...(key === undefined ? {} : { key }) });
      writer.close();
      expect(verifyOutput(path, EXPECTED)).toEqual(problems);
    } finally {
      rmSync(folder, { recursive: true });
    }
  };

  it.each<[string, (readonly [string | undefined, string])[], string[]]>([
    ["finds nothing wrong, however a number is written", [...GOOD], []],
    ["passes over windows that only close the others", [...GOOD, ["~@0", "9"], ["~1@0", "9"]], []],
    ["counts what is missing", [GOOD[0]], ["1 of 2 results are missing"]],
    ["counts other values", [GOOD[0], ["b@0", "1,2.5"]], ["1 of 2 results are with another value"]],
    ["counts a value with too few numbers", [GOOD[0], ["b@0", "1"]], ["1 of 2 results are with another value"]],
    ["counts what came twice, with the same value too", [...GOOD, GOOD[0]], ["1 of 2 results are written more than once"]],
    ["counts what nobody expected", [...GOOD, ["c@0", "1"]], ["1 of 2 results are not expected"]],
    ["counts what has no key", [...GOOD, [undefined, "1"]], ["1 of 2 results are without a key"]],
  ])("%s", (_, written, problems) => {
    check(written, problems);
  });
});
