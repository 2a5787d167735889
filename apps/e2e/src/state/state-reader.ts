import { check } from "../scenario.ts";
import { KEYS } from "../sinks/sinks-job.ts";
import { type ProgramResult, runCli } from "../system/run-cli.ts";

/** What `mapWithState` saves of a key: [state, time of last touch]. */
type Saved = readonly [{ readonly nth: number }, number];

interface SavedOperator {
  readonly operator: string;
  readonly keys: number;
  readonly buckets: number;
  readonly parts: Readonly<Record<string, number>>;
}

/** Reads state of the counting job as a user does. */
export class StateReader {
  readonly #address: string;
  readonly #env: Readonly<Record<string, string>>;

  /** `env`: of the command, where files of state are found by it. */
  constructor(address: string, env: Readonly<Record<string, string>> = {}) {
    this.#address = address;
    this.#env = env;
  }

  /** `millrace job state …` */
  run(args: readonly string[]): Promise<ProgramResult> {
    return runCli(["job", "state", ...args, "--json", "--address", this.#address], { env: this.#env });
  }

  /** What a savepoint or checkpoint has is what was sent. Resolves with where its parts lie. */
  async checkSaved([first = "", ...more]: readonly string[], numbers: number): Promise<Readonly<Record<string, number>>> {
    const { exit, stdout, stderr } = await this.run([first, ...more]);
    check(exit === 0, `job state ${[first, ...more].join(" ")} ended with ${exit}: ${stderr}`);
    const { operator, keys, buckets, parts } = JSON.parse(stdout) as SavedOperator;
    const expected = expectedCounts(numbers);
    check(operator === "counted" && keys === expected.size && buckets > 1, `what was saved: ${stdout}`);
    const counts = await this.counts([first, "counted", ...more, "--limit", "1000"]);
    const wrong = [...expected].filter(([key, count]) => counts.get(key) !== count);
    check(counts.size === expected.size && wrong.length === 0, `what was saved has ${counts.size} keys, ${wrong.length} of them wrong`);
    return parts;
  }

  /** What each key is counted at. */
  async counts(args: readonly string[]): Promise<ReadonlyMap<number, number>> {
    const { exit, stdout, stderr } = await this.run(args);
    check(exit === 0, `job state ${args.join(" ")} ended with ${exit}: ${stderr}`);
    const lines = stdout.split("\n").filter((line) => line !== "");
    const entries = lines.map((line) => JSON.parse(line) as { readonly key: number; readonly value: Saved });
    check(new Set(entries.map(({ key }) => key)).size === entries.length, "a key is there twice");
    return new Map(entries.map(({ key, value }) => [key, value[0].nth]));
  }
}

/** How many of the numbers below `numbers` each key has. */
export function expectedCounts(numbers: number): ReadonlyMap<number, number> {
  return new Map(Array.from({ length: Math.min(KEYS, numbers) }, (_, key) => [key, Math.floor((numbers - 1 - key) / KEYS) + 1]));
}
