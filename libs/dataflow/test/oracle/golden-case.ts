export interface GoldenOperator {
  readonly id: string;
  readonly op: string;
  readonly in?: string;
  readonly with?: string;
  readonly ins?: readonly string[];
  readonly fn?: string;
  readonly inv?: string;
  readonly filterFn?: string;
  readonly overload?: string;
  readonly initial?: readonly unknown[];
  readonly windowMs?: number;
  readonly slideMs?: number;
  readonly checkpointMs?: number;
  readonly mapSideCombine?: boolean;
}

/** One table of Spark's results; the fields that this runner reads. */
export interface GoldenCase {
  readonly name: string;
  readonly params: {
    readonly batchMs: number;
    readonly batches: number;
    readonly sources: readonly { readonly id: string; readonly kind: string; readonly partitions?: number }[];
    readonly graph: readonly GoldenOperator[];
    readonly outputs: readonly string[];
    readonly checkpoint?: boolean;
    readonly order?: "exact" | "sorted";
    readonly restartAfter?: readonly number[];
    readonly slices?: unknown;
    readonly retained?: unknown;
    readonly afterStart?: unknown;
  };
  readonly input: Readonly<Record<string, readonly (readonly unknown[] | null)[]>>;
  readonly expected: readonly (readonly unknown[] | null)[];
  readonly expected_more?: Readonly<Record<string, readonly (readonly unknown[] | null)[]>>;
  readonly output_order?: readonly (readonly [number, string])[];
  readonly error?: { readonly phase: string; readonly batch?: number };
}
