import { describe, expect, it } from "@jest/globals";
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import type { Client } from "@millrace/client";
import { createCompressionCodecs, createValueCodec, crc32c } from "@millrace/codecs";
import { GetCheckpointResponseSchema, type StatePartSchema } from "@millrace/contracts";
import { fakeWorld } from "../../test/fake-world.ts";
import { runCli } from "../run-cli.ts";

const codec = createValueCodec();

/** A part that lies with the manifest: its chunks, each behind its length, and the sum over them. */
function part(taskIndex: number, delta: boolean, tables: readonly unknown[]): MessageInitShape<typeof StatePartSchema> {
  const chunk = codec.encode({ version: 2, started: true, dropped: [], tables });
  const bytes = new Uint8Array(4 + chunk.length);
  new DataView(bytes.buffer).setUint32(0, chunk.length);
  bytes.set(chunk, 4);
  const both = new DataView(new ArrayBuffer(8));
  both.setUint32(4, crc32c(chunk));
  const location = { case: "inline", value: bytes } as const;
  const sum = crc32c(new Uint8Array(both.buffer));
  return { operatorId: "totals", taskIndex, batch: 7n, keyCount: 2n, byteCount: BigInt(bytes.length), crc32c: sum, delta, location };
}

const PARTS = [
  part(0, false, [["totals", ["a", "b"], [1, 2], []]]),
  part(1, false, [["totals", ["c"], [3], []]]),
  part(0, true, [["totals", ["a", "b", "d"], [10, null, 4], [1]]]),
];
const graphJson = JSON.stringify({ operators: [{ id: "totals", kind: "aggregateByKey" }] });

async function run(args: string, parts = PARTS) {
  const asked: unknown[] = [];
  const getCheckpoint = (of: unknown) => {
    asked.push(of);
    return Promise.resolve(create(GetCheckpointResponseSchema, { jobId: "delays-1", batch: 9n, timeMs: 0n, parts, graphJson }));
  };
  const client = { compression: createCompressionCodecs() } as unknown as Partial<Client>;
  const world = fakeWorld({ client, admin: { getCheckpoint } });
  const code = await runCli(args.split(" "), world);
  return { code, output: world.output(), notes: world.notes(), asked };
}

describe("job state of a savepoint", () => {
  it("says of each operator what there is: changes counted, not what they replaced", async () => {
    const { output, notes, asked } = await run("job state --savepoint delays-1.s --json");
    const bytes = PARTS.reduce((sum, { byteCount }) => sum + Number(byteCount), 0);
    expect(JSON.parse(output)).toEqual({
      ...{ operator: "totals", kind: "aggregateByKey", tasks: 2, buckets: 3, keys: 3, bytes, formats: [2], parts: { inline: 3 } },
    });
    expect(notes).toContain("of delays-1 after batch 9");
    expect(asked).toEqual([{ savepointId: "delays-1.s" }]);
  });

  it("writes entries as JSON lines, up to a limit", async () => {
    const { output } = await run("job state --savepoint delays-1.s totals --json");
    const lines = output
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { key: string; value: number; task: number });
    expect(lines.map(({ key, value, task }) => [key, value, task])).toEqual([
      ["a", 10, 0],
      ["d", 4, 0],
      ["c", 3, 1],
    ]);
    const limited = await run("job state --savepoint delays-1.s totals --json --limit 2");
    expect(limited.output.trim().split("\n")).toHaveLength(2);
    expect(limited.notes).toContain("--limit is 2");
  });

  it("finds keys, by name and by beginning, of a job's last checkpoint", async () => {
    const { output, asked } = await run("job state delays totals --checkpoint --key c --json");
    expect(output).toContain('"key":"c","value":3');
    expect(asked).toEqual([{ job: "delays" }]);
    expect((await run("job state delays totals --checkpoint --prefix d --json")).output).toContain('"value":4');
    expect(await run("job state delays totals --checkpoint --key b")).toMatchObject({
      code: 3,
      notes: expect.stringContaining("state-key-not-found"),
    });
  });

  it("names the operators that it has state of", async () => {
    const { code, notes } = await run("job state --savepoint delays-1.s total");
    expect(code).toBe(3);
    expect(notes).toContain("that of: totals");
  });

  it("refuses a part that is not what was written", async () => {
    const damaged = [{ ...part(0, false, [["totals", ["a"], [1], []]]), crc32c: 1 }];
    expect(await run("job state --savepoint delays-1.s", damaged)).toMatchObject({
      code: 8,
      notes: expect.stringContaining("checkpoint-damaged"),
    });
  });
});
