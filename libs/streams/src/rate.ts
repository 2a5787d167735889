import { jobError } from "./errors.ts";
import type { Source } from "./kafka.ts";
import { RATE_ROWS_PER_SECOND_MAX, RATE_SPLITS_MAX } from "./limits.ts";

/** A row of the rate source: its number, from 0 on, and when it was due. */
export interface RateRow {
  readonly value: number;
  /** Milliseconds since 1970 UTC. */
  readonly timestamp: number;
}

export interface RateOptions {
  /** Of all splits together. */
  readonly rowsPerSecond: number;
  /** Tasks that generate; row n comes from split n modulo their number. Default: 1. */
  readonly splits?: number;
}

/**
 * Rows that are generated, so many a second since the job began, exactly once: row n is always the same. A job that stood still makes up for the rows that were due meanwhile,
 * as far as its batches can take them. For tests, demonstrations and load.
 */
export function rate({ rowsPerSecond, splits = 1 }: RateOptions): Source<RateRow> {
  whole("rowsPerSecond", rowsPerSecond, RATE_ROWS_PER_SECOND_MAX);
  whole("splits", splits, RATE_SPLITS_MAX);
  return { source: { type: "connector", connector: "rate", options: { rowsPerSecond }, splits, promise: "exactly-once" } };
}

function whole(name: string, value: number, max: number): void {
  if (Number.isSafeInteger(value) && value >= 1 && value <= max) return;
  throw jobError("invalid-operator-setting", `${name} of a rate source must be a whole number from 1 to ${max}`, {
    operator: "rate",
    value,
  });
}
