import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startBroker } from "./broker.ts";
import type { Check } from "./check-report.ts";
import { CLIENT_CASES } from "./client-cases.ts";
import { ENGINE_CASES } from "./engine-cases.ts";
import { SUITE_CASES } from "./suite-cases.ts";
import type { CompatCase } from "./compat-case.ts";
import { type CompatOptions, parseCompatOptions } from "./options.ts";

const ALL: readonly CompatCase[] = [...CLIENT_CASES, ...SUITE_CASES, ...ENGINE_CASES];

interface Result {
  readonly client: string;
  readonly feature: string;
  readonly seconds: number;
  readonly checks: readonly Check[];
}

/** Runs real clients against a real broker; the exit code says whether all was as it should be. */
async function main(): Promise<number> {
  const options = parseCompatOptions(process.argv.slice(2));
  const cases = ALL.filter((each) => isAskedFor(each, options));
  if (options.list) {
    for (const { kind, client, feature } of cases) process.stdout.write(`${kind}  ${client}:${feature}\n`);
    return 0;
  }
  if (cases.length === 0) throw new Error(`nothing is called so: ${options.only.join(", ")}; --list shows all`);
  const results = await runAll(cases, options);
  const checks = results.flatMap((result) => result.checks);
  const failed = checks.filter(({ error }) => error !== null).length;
  if (options.json) process.stdout.write(`${JSON.stringify(results)}\n`);
  process.stdout.write(`${checks.length - failed} passed, ${failed} failed\n`);
  return failed === 0 ? 0 : 1;
}

function isAskedFor({ kind, client, feature, isLong }: CompatCase, { only, kinds, quick }: CompatOptions): boolean {
  if (!kinds.has(kind) || (quick && isLong === true)) return false;
  return only.length === 0 || only.includes(client) || only.includes(`${client}:${feature}`);
}

async function runAll(cases: readonly CompatCase[], options: CompatOptions): Promise<readonly Result[]> {
  const folder = await mkdtemp(join(tmpdir(), "millrace-compat-"));
  const broker = await startBroker(folder);
  const results: Result[] = [];
  try {
    for (const each of cases) {
      const startMs = performance.now();
      const checks = await checksOf(each, broker.address);
      const result = { client: each.client, feature: each.feature, seconds: (performance.now() - startMs) / 1_000, checks };
      print(result, options);
      results.push(result);
      if (!broker.process.isRunning) throw new Error(`the broker ended during ${each.client}:${each.feature}\n${broker.process.logTail()}`);
    }
  } finally {
    await broker.process.stop();
  }
  const isGood = results.every(({ checks }) => checks.every(({ error }) => error === null));
  if (isGood && !options.keep) await rm(folder, { recursive: true, force: true });
  else process.stderr.write(`logs and data: ${folder}\n`);
  return results;
}

async function checksOf(each: CompatCase, address: string): Promise<readonly Check[]> {
  try {
    await each.prepare();
    return await each.run(address);
  } catch (error) {
    return [{ name: "set-up", error: error instanceof Error ? error.message : String(error), seconds: 0 }];
  }
}

function print({ client, feature, seconds, checks }: Result, { json }: CompatOptions): void {
  const out = json ? process.stderr : process.stdout;
  const failed = checks.filter(({ error }) => error !== null);
  const counts = `${checks.length - failed.length} of ${checks.length}`;
  out.write(
    `${failed.length === 0 ? "ok    " : "FAILED"}  ${client.padEnd(16)} ${feature.padEnd(14)} ${counts.padStart(9)}  ${seconds.toFixed(1).padStart(6)} s\n`,
  );
  for (const { name, error } of failed) out.write(`        ${name}: ${(error ?? "").replaceAll("\n", "\n          ")}\n`);
}

try {
  process.exitCode = await main();
} catch (error) {
  process.stderr.write(`compat: ${error instanceof Error ? error.message : String(error)}\n`);
  process.stdout.write("0 passed, 1 failed\n");
  process.exitCode = 1;
}
