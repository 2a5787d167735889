import { SeededRandom } from "@millrace/testkit";
import type { FuzzTarget } from "./fuzz-target.ts";
import { mutate } from "./mutate.ts";

const MEMORY_LOOK_RUNS = 2_000;
const PROGRESS_RUNS = 1_000;
/** Memory that one stretch of runs may add to the process' peak: inputs are some hundred bytes, and the garbage collector's swing is below this. */
export const PEAK_GROWTH_BYTES_MAX = 768 * 1_048_576;

export interface FuzzOptions {
  readonly count: number;
  readonly seed: number;
  readonly onProgress: (run: number) => void;
  /** Inputs before this one are drawn and not run: the way to a failure that comes late. Default 0. */
  readonly from?: number;
}

/** An input that broke a promise; with its bytes it is replayed, with its seed and count the whole run is. */
export interface FuzzFailure {
  readonly target: string;
  readonly seed: number;
  readonly run: number;
  readonly entry: number;
  readonly hex: string;
  readonly error: string;
}

/** Runs mutated inputs against a target. Undefined: every promise was kept. */
export async function runTarget(target: FuzzTarget, { count, seed, onProgress, from = 0 }: FuzzOptions): Promise<FuzzFailure | undefined> {
  const opened = await target.open();
  const { corpus } = opened;
  if (corpus.length === 0) throw new Error(`${target.name} has no corpus`);
  const random = new SeededRandom(seed);
  let peakBytes = peak();
  try {
    for (let run = 0; run < count; run++) {
      const entry = random.integer(corpus.length);
      const bytes = mutate(corpus, entry, random);
      if (run < from) continue;
      const failed = (error: unknown): FuzzFailure => failure({ target: target.name, seed, run, entry }, bytes, error);
      try {
        const taking = opened.run(bytes, entry);
        if (taking !== undefined) await taking;
      } catch (error) {
        return failed(error);
      }
      if (run % PROGRESS_RUNS === 0) onProgress(run);
      if (run % MEMORY_LOOK_RUNS === MEMORY_LOOK_RUNS - 1) {
        const now = peak();
        if (now - peakBytes > PEAK_GROWTH_BYTES_MAX)
          return failed(new Error(`memory grew by ${now - peakBytes} bytes within the last ${MEMORY_LOOK_RUNS} runs`));
        peakBytes = now;
      }
    }
    return undefined;
  } finally {
    await opened.close?.();
  }
}

/** The input of a failure again, alone. Throws what it throws. */
export async function replay(target: FuzzTarget, { hex, entry }: Pick<FuzzFailure, "hex" | "entry">): Promise<void> {
  const opened = await target.open();
  try {
    await opened.run(new Uint8Array(Buffer.from(hex, "hex")), entry);
  } finally {
    await opened.close?.();
  }
}

function failure(where: Pick<FuzzFailure, "target" | "seed" | "run" | "entry">, bytes: Uint8Array, error: unknown): FuzzFailure {
  return {
    ...where,
    hex: Buffer.from(bytes).toString("hex"),
    error: error instanceof Error ? (error.stack ?? error.message) : String(error),
  };
}

function peak(): number {
  return process.resourceUsage().maxRSS * 1_024;
}
