import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { Client } from "@millrace/client";
import { connect } from "../../src/connect.ts";
import { startDev } from "./dev-process.ts";
import { packFolder } from "./folder-archive.ts";
import { whatIsThere } from "./what-is-there.ts";

/**
 * Makes the data folder of a release, with what users see of it, for the specs of all later ones: node make-fixture.ts 0.1.0 [main.ts of that release]. Once for each
 * release; what was made is never made again.
 */
const [version = "", main = join(import.meta.dirname, "../../src/main.ts")] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), "millrace-fixture-"));
const data = join(folder, "data");
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

const JOB = `
import { job, json, kafka, milliseconds, pair, StateSpec } from "@millrace/streams";
const counted = StateSpec.function<number, number, number, string>((_time, key, value, state) => {
  const sum = (state.getOption() ?? 0) + (value ?? 0);
  state.update(sum);
  return key + ": " + sum;
});
export default job("sums", (ctx) => {
  const numbers = ctx.source(kafka("numbers", { value: json<number>() }));
  numbers.map((n) => pair(n % 3, n)).mapWithState(counted).named("sums").to(kafka("counts", { value: json<string>() }));
}, { batchInterval: milliseconds(100), checkpointInterval: milliseconds(300) });
`;

const dev = await startDev(main, data);
const connection = connect([dev.broker]);
const { client } = connection;
await fill(client);
await runJob(dev.broker);
const expected = await whatIsThere(client);
await connection.close();
await dev.stop("SIGTERM");
const archive = packFolder(data, /(^|\/)lock|\.tmp$/);
writeFileSync(join(import.meta.dirname, `data-${version}.br`), archive);
writeFileSync(join(import.meta.dirname, `data-${version}.json`), `${JSON.stringify(expected, undefined, 1)}\n`);
process.stdout.write(`${archive.length} bytes\n`);
rmSync(folder, { recursive: true });

/** Every kind of record and topic: compressed, with headers, compacted, deleted in part, of transactions that were committed and aborted. Nothing that goes by itself with time. */
async function fill(client: Client): Promise<void> {
  const admin = client.admin();
  await admin.createTopic({ name: "plain", partitions: 2, configs: { "retention.ms": "-1", "segment.bytes": "1048576" } });
  await admin.createTopic({ name: "keyed", configs: { "cleanup.policy": "compact", "retention.ms": "-1" } });
  await admin.createTopic({ name: "numbers", configs: { "retention.ms": "-1" } });
  await admin.createTopic({ name: "counts", configs: { "retention.ms": "-1" } });
  for (const compression of ["none", "gzip", "lz4", "snappy", "zstd"] as const) {
    const producer = client.producer({ idempotent: true, compression });
    for (let n = 0; n < 20; n++) {
      const record = {
        key: bytes(`k${n % 5}`),
        value: n % 7 === 6 ? null : bytes(`${compression} ${n}`),
        timestampMs: 1_700_000_000_000 + n,
      };
      await producer.sendAndWait("keyed", record);
      await producer.sendAndWait("plain", { ...record, headers: [{ key: "h", value: bytes(String(n)) }], partition: n % 2 });
      await producer.sendAndWait("numbers", { value: bytes(String(n)) });
    }
    await producer.close();
  }
  for (const [transactionalId, outcome] of [
    ["committer", "commit"],
    ["aborter", "abort"],
  ] as const) {
    const producer = client.producer({ transactionalId, transactionTimeoutMs: 900_000 });
    await producer.open(["plain"]);
    producer.beginTransaction();
    await producer.sendAndWait("plain", { value: bytes(`of ${transactionalId}`), partition: 0 });
    await (outcome === "commit" ? producer.commitTransaction() : producer.abortTransaction());
    await producer.close();
  }
  await admin.deleteRecords([{ topic: "plain", partition: 1, beforeOffset: 6 }]);
  await admin.alterGroupOffsets("readers", [
    { topic: "plain", partition: 0, offset: 3 },
    { topic: "plain", partition: 1, offset: 8 },
  ]);
}

/** A job with state, a savepoint and output; stopped, so that what it wrote stays what it is. */
async function runJob(broker: string): Promise<void> {
  const { runCli } = await import("../../src/run-cli.ts");
  const { processWorld } = await import("../../src/process-world.ts");
  const path = join(folder, "sums.ts");
  writeFileSync(path, JOB);
  const run = async (...args: string[]): Promise<void> => {
    const code = await runCli([...args, "--address", broker], processWorld());
    if (code !== 0) throw new Error(`${args.join(" ")} ended with ${code}`);
  };
  await run("job", "submit", path, "--no-check");
  while (((await client.admin().getJob("sums")).status?.recordsIn ?? 0n) < 100n) await delay(100);
  await run("job", "savepoint", "sums");
  await run("job", "stop", "sums");
}
