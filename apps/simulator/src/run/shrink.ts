import type { Fault } from "../faults/fault.ts";
import type { RunPlan } from "./plan.ts";
import { type RunResult, runPlan } from "./run-plan.ts";

/** Each try is a run: enough to halve thirty faults down to a few. */
const TRIES_MAX = 60;

/**
 * Looks for a part of a failing plan's faults that still leads to an anomaly, by leaving out ever smaller pieces (delta debugging), and for a shorter run. Chance elsewhere in
 * the run is not moved by leaving a fault out, but what follows it is.
 */
export async function shrink(failing: RunResult, onTry: (text: string) => void): Promise<RunResult> {
  let best = failing;
  let tries = 0;
  const attempt = async (plan: RunPlan): Promise<boolean> => {
    if (++tries > TRIES_MAX) return false;
    const result = await runPlan(plan);
    const fails = result.anomalies.length > 0;
    onTry(`${plan.faults.length} faults in ${Math.round(plan.workMs / 1_000)} s: ${fails ? "fails" : "correct"}`);
    if (fails) best = result;
    return fails;
  };
  for (let pieces = 2; best.plan.faults.length > 0 && tries < TRIES_MAX;) {
    const faults: readonly Fault[] = best.plan.faults;
    const size = Math.ceil(faults.length / pieces);
    let isSmaller = false;
    for (let from = 0; from < faults.length && !isSmaller; from += size) {
      const rest = [...faults.slice(0, from), ...faults.slice(from + size)];
      isSmaller = await attempt({ ...best.plan, faults: rest });
    }
    if (isSmaller) pieces = Math.max(2, pieces - 1);
    else if (size <= 1) break;
    else pieces = Math.min(faults.length, pieces * 2);
  }
  while (best.plan.workMs > 2_000 && (await attempt({ ...best.plan, workMs: Math.round(best.plan.workMs / 2) })));
  return best;
}
