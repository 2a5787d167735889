import type { GoldenError } from "./golden-case.ts";

export type Row = readonly unknown[];

/** A column of a query's row. */
export type Column = readonly [name: string, type: string];

export interface QueryAggregate {
  readonly fn: string;
  readonly column?: string;
  readonly as: string;
}

export interface QueryRange {
  readonly left: string;
  readonly cmp: string;
  readonly right: string;
  readonly plusMs?: number;
}

/** One operator of a query; which fields it has is said by `op` (the README beside the tables). */
export interface QueryOperator {
  readonly id: string;
  readonly op: string;
  readonly in?: string;
  readonly ins?: readonly string[];
  readonly columns?: readonly unknown[];
  readonly rows?: readonly Row[];
  readonly column?: string;
  readonly delayMs?: number;
  readonly delay?: string;
  readonly cmp?: string;
  readonly value?: unknown;
  readonly as?: string;
  readonly sizeMs?: number;
  readonly slideMs?: number;
  readonly startMs?: number;
  readonly window?: { readonly column: string; readonly sizeMs: number; readonly slideMs?: number; readonly startMs?: number };
  readonly session?: { readonly column: string; readonly gapMs?: number; readonly gapColumn?: string };
  readonly keys?: readonly string[];
  readonly aggs?: readonly QueryAggregate[];
  readonly left?: string;
  readonly right?: string;
  readonly type?: string;
  readonly on?: readonly (readonly [string, string])[];
  readonly range?: readonly QueryRange[];
  readonly key?: string;
  readonly fn?: string;
  readonly timeout?: string;
  readonly timeMode?: string;
  readonly mode?: string;
  readonly n?: number;
}

/** One table of Spark's results on event time. Lists are parallel, one entry per micro-batch. */
export interface QueryCase {
  readonly name: string;
  readonly notes?: string;
  readonly params: {
    readonly outputMode: "append" | "update" | "complete";
    readonly steps: number;
    readonly query: readonly QueryOperator[];
    readonly conf?: Readonly<Record<string, unknown>>;
    readonly restartBefore?: readonly number[];
    readonly triggerMs?: number;
    readonly advanceMs?: readonly number[];
    readonly order?: "exact" | "sorted";
  };
  readonly input: Readonly<Record<string, readonly (readonly Row[])[]>>;
  readonly expected: readonly (readonly Row[])[];
  readonly batch_step: readonly number[];
  readonly batch_ids: readonly number[];
  readonly num_input_rows: readonly number[];
  readonly watermark: readonly (number | null)[];
  readonly dropped_late: readonly number[];
  readonly state_rows: readonly number[];
  readonly rerun_batches?: readonly number[];
  readonly error?: GoldenError;
}
