import { join } from "node:path";
import { type BadCase, type BadWorld, checkResult } from "../bad-input/bad-case.ts";
import { jobCases, WORDS_TOPIC } from "../bad-input/job-cases.ts";
import { recordCases, SMALL_TOPIC } from "../bad-input/record-cases.ts";
import { serviceCases } from "../bad-input/service-cases.ts";
import { check, type Figures, type Scenario, type ScenarioContext } from "../scenario.ts";
import { createDevProcess } from "../system/dev-process.ts";
import { createRedisServer } from "../system/redis-server.ts";
import { runCli } from "../system/run-cli.ts";

const CASES: readonly BadCase[] = [...serviceCases, ...recordCases, ...jobCases];
const UNSAFE = ["--appendonly", "no", "--save", "", "--maxmemory-policy", "allkeys-lru"];
const CASES_AT_ONCE = 2;

/** Acceptance 7: what people get wrong, and what they are told. */
export const badInput: Scenario = {
  name: "bad-input",
  what: "each mistake gets one line that names the fix, and an exit code that is not 0",
  run: async (context) => {
    const dev = await createDevProcess(context.folder);
    const safe = await createRedisServer(join(context.folder, "safe"));
    const unsafe = await createRedisServer(join(context.folder, "unsafe"), { settings: UNSAFE });
    const processes = [dev.process, safe.process, unsafe.process];
    try {
      await Promise.all(processes.map((process) => process.start()));
      const { address } = dev;
      await prepare(address);
      const world = { folder: context.folder, address, dataDir: dev.dataDir, safeRedisUrl: safe.url, unsafeRedisUrl: unsafe.url };
      return await runCases(world, context);
    } finally {
      await Promise.all(processes.map((process) => process.stop()));
    }
  },
};

async function prepare(address: string): Promise<void> {
  const commands = [
    { args: ["topic", "create", SMALL_TOPIC, "--config", "max.message.bytes=1000"] },
    { args: ["topic", "create", WORDS_TOPIC] },
    { args: ["produce", WORDS_TOPIC], input: "hmm\n" },
  ];
  for (const { args, ...options } of commands) {
    const { exit, stderr } = await runCli([...args, "--address", address], options);
    check(exit === 0, `millrace ${args.join(" ")} ended with ${exit}: ${stderr}`);
  }
}

/** All of them, a few at a time; every failure is told, not only the first. */
async function runCases(world: BadWorld, { say }: ScenarioContext): Promise<Figures> {
  const waiting = [...CASES];
  const failures: string[] = [];
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      try {
        const result = await next.run(world);
        checkResult(next, result);
        say(`${next.name}: ${result.stderr.trimEnd().split("\n").at(-1) ?? ""}`);
      } catch (error) {
        failures.push(error instanceof Error ? error.message : String(error));
      }
    }
  };
  await Promise.all(Array.from({ length: CASES_AT_ONCE }, work));
  check(failures.length === 0, `${failures.length} of ${CASES.length} cases:\n${failures.join("\n")}`);
  return { cases: CASES.length };
}
