import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Client, committedBatches } from "@millrace/client";
import { createCompressionCodecs } from "@millrace/codecs";
import { JobState } from "@millrace/contracts";
import { RecordOffsets } from "@millrace/records";
import { cliError } from "../errors.ts";
import { compileJob } from "../jobs/compile-job.ts";
import type { GlobalOptions } from "../options.ts";
import type { CliWorld } from "../world.ts";
import { withClient } from "./with-client.ts";

/** Options of `selftest`. */
export interface SelfTestOptions {
  readonly records: number;
}

const KEYS = 10;
const PARTITIONS = 3;

/**
 * `selftest`: records in, a keyed job over them, its results out, each result compared with what it must be. Everything it makes carries a name of
 * its own and is removed again, so it may run beside whatever a cluster does.
 */
export async function selfTest({ records, ...options }: SelfTestOptions & GlobalOptions, world: CliWorld): Promise<void> {
  const name = `selftest-${Math.floor(world.wallMs()).toString(36)}`;
  const [input, output] = [`${name}-in`, `${name}-out`];
  await withClient(options, world, async (client) => {
    const admin = client.admin();
    const startMs = world.monotonicMs();
    const step = async (what: string): Promise<void> => {
      await world.write(`ok  ${((world.monotonicMs() - startMs) / 1_000).toFixed(1).padStart(5)} s  ${what}\n`);
    };
    try {
      for (const topic of [input, output]) await admin.createTopic({ name: topic, partitions: PARTITIONS });
      await step(`topics ${input} and ${output}, ${PARTITIONS} partitions each`);
      await produce(client, input, records);
      await step(`${records} records produced, acknowledged by every replica in sync`);
      const workers = await runJob(client, { name, input, output, world });
      await step(`job ${name} finished on ${workers} worker${workers === 1 ? "" : "s"}`);
      compare(await readBack(client, output), records);
      await step(`${KEYS} results read back, each as computed`);
    } finally {
      for (const topic of [input, output]) await admin.deleteTopic(topic).catch(() => undefined); // the first failure is the one to tell
    }
  });
}

async function produce(client: Client, topic: string, records: number): Promise<void> {
  const producer = client.producer({ acks: "all", idempotent: true });
  await producer.open([topic]);
  const encoder = new TextEncoder();
  for (let i = 0; i < records; i++) {
    const key = encoder.encode(`k${i % KEYS}`);
    if (!producer.send(topic, { key, value: encoder.encode(String(i)) })) await producer.ready();
  }
  await producer.close();
}

async function runJob(
  client: Client,
  of: { readonly name: string; readonly input: string; readonly output: string; readonly world: CliWorld },
): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), "millrace-selftest-"));
  try {
    const module = join(folder, "job.mjs");
    await writeFile(module, jobSource(of));
    const { graph, graphJson, bundle, digest } = await compileJob(module, { check: false }, of.world);
    const admin = client.admin();
    const { jobId } = await admin.submitJob({ name: graph.name, graphJson, bundle, digest, failIfExists: true });
    let workers = 0; // none are left at the end
    for await (const status of admin.watchJob(jobId)) {
      workers = Math.max(workers, status.workers);
      if (status.state === JobState.FINISHED) return workers;
      if (status.state === JobState.FAILED || status.state === JobState.STOPPED)
        throw cliError("self-test-failed", `the job did not finish: ${status.error?.message ?? "no reason was recorded"}`, { job: jobId });
    }
    throw cliError("self-test-failed", "the coordinator stopped telling about the job: look at its log", { job: jobId });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function jobSource({ name, input, output }: { readonly name: string; readonly input: string; readonly output: string }): string {
  return `import { job, json, kafka, string } from "@millrace/streams";
export default job(${JSON.stringify(name)}, (ctx) => {
  ctx
    .source(kafka(${JSON.stringify(input)}, { key: string(), value: string(), until: "latest" }))
    .map(([key, text]) => [key, Number(text)])
    .updateStateByKey((added, before) => added.reduce((left, right) => left + right, before ?? 0))
    .to(kafka(${JSON.stringify(output)}, { key: string(), value: json() }));
});
`;
}

/** The last value of each key. */
async function readBack(client: Client, topic: string): Promise<ReadonlyMap<string, number>> {
  const [decoder, codecs, records, last] = [new TextDecoder(), createCompressionCodecs(), new RecordOffsets(), new Map<string, number>()];
  for (let partition = 0; partition < PARTITIONS; partition++) {
    const [end] = await client.listOffsets([{ topic, partition, at: "latest" }], "committed");
    const range = { topic, partition, startOffset: 0, endOffset: end?.offset ?? 0 };
    if (range.endOffset === 0) continue;
    for await (const chunk of client.fetchRange(range, { isolation: "committed" })) {
      for (const batch of committedBatches(chunk)) {
        records.decode(batch, { codecs });
        for (let i = 0; i < records.count; i++)
          last.set(decoder.decode(records.key(i) ?? undefined), Number(decoder.decode(records.value(i) ?? undefined)));
      }
    }
  }
  return last;
}

/** Sums of 0 … records-1 by their last digit. */
function compare(found: ReadonlyMap<string, number>, records: number): void {
  for (let digit = 0; digit < KEYS; digit++) {
    const count = Math.ceil((records - digit) / KEYS);
    const wanted = count * digit + (KEYS * count * (count - 1)) / 2;
    const got = found.get(`k${digit}`);
    if (got !== wanted)
      throw cliError("self-test-failed", "a result is wrong: please report it with the cluster's logs", {
        key: `k${digit}`,
        wanted,
        got: got ?? "none",
      });
  }
}
