import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { crc32c } from "@millrace/codecs";
import { createPartitionLog, partitionFolder } from "@millrace/log-engine";
import { leaderEpoch, resolveTopicConfig, timestampMs, type TopicId } from "@millrace/model";
import { BatchBuilder } from "@millrace/records";
import { createFsStorage } from "@millrace/storage-fs";
import { fakeWorld } from "../../test/fake-world.ts";
import { runCli } from "../run-cli.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
let root: string;
let folder: string;

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), "millrace-log-"));
  const ports = { storage: createFsStorage(root), crc32c };
  const identity = { topicId: "0123456789abcdef0123456789abcdef" as TopicId, topic: "flights", partition: 2 };
  const epoch = leaderEpoch(4);
  const log = await createPartitionLog(identity, resolveTopicConfig({}), ports, { leaderEpoch: epoch });
  const builder = new BatchBuilder({ crc32c });
  for (const value of ["one", "two"]) {
    builder.append(timestampMs(1_790_000_000_000), bytes("k"), bytes(value), [{ key: "h", value: bytes("x") }]);
    builder.append(timestampMs(1_790_000_000_001), Uint8Array.of(255), null);
    log.stage(builder.build(), { leaderEpoch: epoch, now: timestampMs(1_790_000_000_000) });
  }
  log.writeStaged();
  await log.sync();
  log.advanceHighWatermark([log.replicaEndOffset]);
  await log.close();
  folder = join(root, partitionFolder(identity));
});
afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

async function run(args: string): Promise<{ code: number; output: string; notes: string }> {
  const world = fakeWorld({});
  const code = await runCli(args.split(" "), world);
  return { code, output: world.output(), notes: world.notes() };
}

function damage(): void {
  const file = join(folder, "00000000000000000000.log");
  const content = readFileSync(file);
  content[70] = (content[70] ?? 0) ^ 1;
  writeFileSync(file, content);
}

describe("log verify", () => {
  it("says what is there, of one partition and of a data folder, also as JSON", async () => {
    for (const path of [folder, root]) {
      const { code, output } = await run(`log verify ${path}`);
      expect([code, output]).toEqual([0, expect.stringMatching(/^ok {7}flights-2: 4 records, offsets 0 to 4, 1 segments, /)]);
    }
    const { output } = await run(`log verify ${root} --json`);
    expect(JSON.parse(output)).toMatchObject({ identity: { topic: "flights" }, segments: [{ batches: 2, records: 4 }], findings: [] });
  });

  it("fails with code 8 and the place of the damage, and without a log with what to give", async () => {
    damage();
    const { code, output, notes } = await run(`log verify ${folder}`);
    expect([code, output]).toEqual([8, expect.stringMatching(/^DAMAGED {2}flights-2.*\n +damage in .*at byte 0, offset 0: .*checksum/)]);
    expect(notes).toMatch(/restore their folders.*log-damaged/s);
    expect((await run(`log verify ${tmpdir()}/nothing-there`)).notes).toMatch(/a partition's folder .* or a broker's data folder/);
  });
});

describe("log dump", () => {
  it("prints batches and records, from an offset on, as many as asked for", async () => {
    const { code, output } = await run(`log dump ${folder} --records`);
    expect(code).toBe(0);
    expect(output.split("\n")).toEqual([
      expect.stringMatching(/^offsets 0 to 1, 2 records, .*, epoch 4, 2026-09-21T.*, at byte 0 of 00000000000000000000\.log$/),
      "  0  k  one  [h=x]",
      "  1  base64:/w==  (tombstone)",
      expect.stringMatching(/^offsets 2 to 3, /),
      "  2  k  two  [h=x]",
      "  3  base64:/w==  (tombstone)",
      "",
    ]);
    expect((await run(`log dump ${folder} --from 3`)).output).toMatch(/^offsets 2 to 3,[^\n]*\n$/);
    const json = await run(`log dump ${folder} --limit 1 --records --json`);
    expect(JSON.parse(json.output)).toMatchObject({
      baseOffset: 0,
      recordCount: 2,
      records: [{ key: "k", value: "one" }, { value: null }],
    });
  });

  it("stops where a batch is not whole, and says so", async () => {
    damage();
    const { output, notes } = await run(`log dump ${folder}`);
    expect([output, notes]).toEqual(["", expect.stringMatching(/not whole from here on: .*\.log at byte 0/)]);
  });
});
