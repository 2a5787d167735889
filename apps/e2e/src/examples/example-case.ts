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

/** Records for a job, and what must have come of them. */
export interface ExampleStep {
  /** Records by topic, in order, each on its own line; topics of the output are made too. */
  readonly input: Readonly<Record<string, readonly unknown[]>>;
  /** All that must be in each topic afterwards, that of the steps before included, in any order. */
  readonly output: Readonly<Record<string, readonly unknown[]>>;
}

/** An example job with input and what it must write. */
export interface ExampleCase extends ExampleStep {
  /** File in `examples/jobs`. */
  readonly file: string;
  /** What is sent when the output of the first step is there. */
  readonly then?: readonly ExampleStep[];
  /** The job's input is bounded: it is there before the job, which ends by itself. */
  readonly bounded?: true;
  /** Parts records into key and value. */
  readonly keySeparator?: string;
  /** Topics whose last records alone count: as many as `output` has. */
  readonly lastOnly?: readonly string[];
  /** Topics whose records may come again, batch by batch, as often as the clock has it: each of them at least once, and no other. */
  readonly repeated?: readonly string[];
}

const WITHIN_MS = 60_000;

interface Cluster {
  readonly client: Client;
  readonly address: string;
}

/** Runs an example as its head says: topics, job, records; waits until all has come, and that nothing comes after it. */
export async function runExample(example: ExampleCase, cluster: Cluster, context: ScenarioContext): Promise<void> {
  const { say } = context;
  const { client, address } = cluster;
  const steps: readonly ExampleStep[] = [example, ...(example.then ?? [])];
  const topics = new Set(steps.flatMap(({ input, output }) => [...Object.keys(input), ...Object.keys(output)]));
  for (const name of topics) await client.admin().createTopic({ name, partitions: 1 });
  if (example.bounded === true) for (const { input } of steps) await send(example, input, address);
  const jobId = await submitJob(withLatency(inCheckout(`examples/jobs/${example.file}`), context), address);
  const watch = new JobWatch(client, jobId);
  const ends = example.bounded === true ? JobState.FINISHED : JobState.STOPPED;
  if (example.bounded !== true) {
    await watch.until("the start of the job", { withinMs: WITHIN_MS }, ({ state }) => state === JobState.RUNNING);
    for (const { input, output } of steps) {
      await send(example, input, address);
      await untilWritten(example, output, client);
    }
    await millrace(["job", "stop", jobId, "--address", address]);
  }
  await watch
    .until("the end of the job", { withinMs: WITHIN_MS }, ({ state }) => state === ends)
    .catch((error: unknown) => {
      if (watch.last?.state !== ends) throw error;
    });
  watch.stop();
  for (const { output } of steps.slice(-1)) {
    for (const [topic, expected] of Object.entries(output)) {
      const given = await givenOf(example, topic, { client, expected });
      check(same(given, wantedOf(expected)), differs(example, topic, { given, expected }));
    }
  }
  for (const name of topics) await client.admin().deleteTopic(name); // another example may have one of this name
  say(`${example.file}: output as expected`);
}

async function send(example: ExampleCase, input: ExampleStep["input"], address: string): Promise<void> {
  const keys = example.keySeparator === undefined ? [] : ["--key-separator", example.keySeparator];
  for (const [topic, records] of Object.entries(input)) {
    const lines = records.map((record) => (typeof record === "string" ? record : JSON.stringify(record))).join("\n");
    await millrace(["produce", topic, ...keys, "--address", address], `${lines}\n`);
  }
}

async function untilWritten(example: ExampleCase, output: ExampleStep["output"], client: Client): Promise<void> {
  for (const [topic, expected] of Object.entries(output)) {
    const wanted = wantedOf(expected);
    const given = (): Promise<readonly string[]> => givenOf(example, topic, { client, expected });
    await waitFor(`${example.file}: what is expected in ${topic}`, WITHIN_MS, async () => same(await given(), wanted) || undefined).catch(
      async () => {
        check(false, differs(example, topic, { given: await given(), expected }));
      },
    );
  }
}

/** What of a topic is compared, sorted. */
async function givenOf(
  example: ExampleCase,
  topic: string,
  { client, expected }: { readonly client: Client; readonly expected: readonly unknown[] },
): Promise<readonly string[]> {
  const all = await valuesOf(client, topic);
  if (example.lastOnly?.includes(topic) === true) return sorted(expected.length === 0 ? [] : all.slice(-expected.length));
  return sorted(example.repeated?.includes(topic) === true ? [...new Set(all)] : all);
}

function wantedOf(expected: readonly unknown[]): readonly string[] {
  return sorted(expected.map((value) => canonical(value)));
}

function differs(
  example: ExampleCase,
  topic: string,
  { given, expected }: { readonly given: readonly string[]; readonly expected: readonly unknown[] },
): string {
  return `${example.file}: ${topic} holds\n${given.join("\n")}\nand not\n${wantedOf(expected).join("\n")}`;
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
