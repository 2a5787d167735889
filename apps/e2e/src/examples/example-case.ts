import { type Client, committedBatches } from "@millrace/client";
import { JobState } from "@millrace/contracts";
import { readRecords } from "@millrace/records";
import { JobWatch } from "../flights/job-watch.ts";
import { check, type ScenarioContext } from "../scenario.ts";
import { inCheckout } from "../system/sources.ts";
import { submitJob } from "../system/submit-job.ts";
import { withLatency } from "../system/with-latency.ts";
import { runCli } from "../system/run-cli.ts";
import { waitFor } from "../system/wait-for.ts";

/** An example job with input and what it must write. */
export interface ExampleCase {
  /** File in `examples/jobs`. */
  readonly file: string;
  /** Records by topic, in order, each on its own line; topics of the output are made too. */
  readonly input: Readonly<Record<string, readonly unknown[]>>;
  /** All that must be in each topic at the end, in any order. */
  readonly output: Readonly<Record<string, readonly unknown[]>>;
  /** Topics whose last records alone count: as many as `output` has. */
  readonly lastOnly?: readonly string[];
}

const WITHIN_MS = 60_000;

/** Runs an example as its head says: topics, job, records; waits until all has come, and that nothing comes after it. */
export async function runExample(
  example: ExampleCase,
  { client, address }: { readonly client: Client; readonly address: string },
  context: ScenarioContext,
): Promise<void> {
  const { say } = context;
  for (const name of [...Object.keys(example.input), ...Object.keys(example.output)])
    await client.admin().createTopic({ name, partitions: 1 });
  const jobId = await submitJob(withLatency(inCheckout(`examples/jobs/${example.file}`), context), address);
  const watch = new JobWatch(client, jobId);
  await watch.until("the start of the job", { withinMs: WITHIN_MS }, ({ state }) => state === JobState.RUNNING);
  for (const [topic, records] of Object.entries(example.input)) {
    const input = records.map((record) => (typeof record === "string" ? record : JSON.stringify(record))).join("\n");
    await millrace(["produce", topic, "--address", address], `${input}\n`);
  }
  for (const [topic, expected] of Object.entries(example.output)) {
    const isLastOnly = example.lastOnly?.includes(topic) === true;
    const given = async (): Promise<readonly string[]> => {
      const all = await valuesOf(client, topic);
      return isLastOnly ? all.slice(-expected.length) : all;
    };
    const wanted = sorted(expected.map((value) => canonical(value)));
    await waitFor(
      `${example.file}: what is expected in ${topic}`,
      WITHIN_MS,
      async () => same(sorted(await given()), wanted) || undefined,
    ).catch(async () => {
      check(false, `${example.file}: ${topic} holds\n${(await given()).join("\n")}\nand not\n${wanted.join("\n")}`);
    });
  }
  await millrace(["job", "stop", jobId, "--address", address]);
  await watch
    .until("the end of the job", { withinMs: WITHIN_MS }, ({ state }) => state === JobState.STOPPED)
    .catch((error: unknown) => {
      if (watch.last?.state !== JobState.STOPPED) throw error;
    });
  watch.stop();
  for (const [topic, expected] of Object.entries(example.output)) {
    if (example.lastOnly?.includes(topic) === true) continue;
    const count = (await valuesOf(client, topic)).length;
    check(count === expected.length, `${example.file}: ${topic} holds ${count} records after the stop, not ${expected.length}`);
  }
  say(`${example.file}: output as expected`);
}

async function millrace(args: readonly string[], input = ""): Promise<string> {
  const { exit, stdout, stderr } = await runCli(args, { input });
  check(exit === 0, `millrace ${args.join(" ")} ended with ${exit}: ${stderr}`);
  return stdout;
}

/** Values of a topic of one partition, as JSON with fields in order; [key, value] where there is a key. */
async function valuesOf(client: Client, topic: string): Promise<readonly string[]> {
  const [latest] = await client.listOffsets([{ topic, partition: 0, at: "latest" }]);
  const decoder = new TextDecoder();
  const values: string[] = [];
  const signal = AbortSignal.timeout(WITHIN_MS);
  const endOffset = latest?.offset ?? 0;
  if (endOffset === 0) return values;
  for await (const chunk of client.fetchRange({ topic, partition: 0, startOffset: 0, endOffset }, { signal })) {
    for (const batch of committedBatches(chunk)) {
      for (const { key, value } of readRecords(batch)) {
        const parsed = value === null ? null : parse(decoder.decode(value));
        values.push(canonical(key === null ? parsed : [decoder.decode(key), parsed]));
      }
    }
  }
  return values;
}

/** A dead letter may be anything. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) => {
    if (typeof part !== "object" || part === null || Array.isArray(part)) return part;
    return Object.fromEntries(Object.entries(part).sort(([left], [right]) => (left < right ? -1 : 1)));
  });
}

function sorted(values: readonly string[]): readonly string[] {
  return [...values].sort();
}

function same(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((value, index) => value === right[index]);
}
