import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SeededRandom } from "@millrace/testkit";
import type { Options } from "./options.ts";
import type { Figures, Scenario } from "./scenario.ts";

export interface ScenarioResult {
  readonly name: string;
  readonly passed: boolean;
  readonly seed: number;
  readonly seconds: number;
  readonly figures: Figures;
  readonly error?: string;
  /** Where logs and data are, of one that failed. */
  readonly folder: string;
}

/** Runs one scenario in a folder of its own. Never throws: a failure is a result. */
export async function runScenario(scenario: Scenario, options: Options): Promise<ScenarioResult> {
  const { seed, flags, json, keep } = options;
  const folder = mkdtempSync(join(tmpdir(), `millrace-${scenario.name}-`));
  const startMs = performance.now();
  const say = (text: string): void => {
    if (!json) process.stderr.write(`  ${scenario.name} ${((performance.now() - startMs) / 1_000).toFixed(1)} s: ${text}\n`);
  };
  say(`seed ${seed}`);
  const end = (): { name: string; seed: number; seconds: number; folder: string } => {
    return { name: scenario.name, seed, seconds: Math.round(performance.now() - startMs) / 1_000, folder };
  };
  try {
    const figures = await scenario.run({ flags, seed, random: new SeededRandom(seed), folder, say });
    const result = { ...end(), passed: true, figures };
    if (!keep) rmSync(folder, { recursive: true, force: true });
    return result;
  } catch (error) {
    return { ...end(), passed: false, figures: {}, error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}
