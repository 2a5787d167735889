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
  readonly initial?: readonly (readonly [unknown, unknown])[];
  readonly windowMs?: number;
  readonly slideMs?: number;
  readonly checkpointMs?: number;
  readonly timeoutMs?: number;
  readonly numPartitions?: number;
  readonly mapSideCombine?: boolean;
}

export interface GoldenSource {
  readonly id: string;
  readonly kind: string;
  readonly partitions?: number;
  readonly oneAtATime?: boolean;
  readonly default?: readonly unknown[] | "none";
}

/** Rows of each batch; null: no batch. */
export type Batches = readonly (readonly unknown[] | null)[];

export interface GoldenSlice {
  readonly stream: string;
  readonly fromMs: number;
  readonly toMs: number;
}

export interface Retained {
  readonly remember_ms: number;
  readonly times: readonly number[];
  readonly checkpoint_ms: number | null;
}

/** One table of Spark's results on batch time (the README beside the tables says what the fields mean). */
export interface GoldenCase {
  readonly name: string;
  readonly notes?: string;
  readonly params: {
    readonly batchMs: number;
    readonly batches: number;
    readonly sources: readonly GoldenSource[];
    readonly graph: readonly GoldenOperator[];
    readonly outputs: readonly string[];
    readonly checkpoint?: boolean;
    readonly rememberMs?: number;
    readonly order?: "exact" | "sorted";
    readonly partitionCounts?: boolean;
    readonly restartAfter?: readonly number[];
    readonly slices?: readonly GoldenSlice[];
    readonly retained?: readonly string[];
    readonly afterStart?: readonly GoldenOperator[];
  };
  readonly input: Readonly<Record<string, Batches>>;
  readonly expected: Batches;
  readonly expected_more?: Readonly<Record<string, Batches>>;
  readonly partitions?: readonly (number | null)[];
  readonly output_order?: readonly (readonly [number, string])[];
  readonly executions?: readonly (readonly [string, number])[];
  readonly slices?: readonly Batches[];
  readonly retained?: Readonly<Record<string, Retained>>;
  readonly error?: GoldenError;
}

export interface GoldenError {
  readonly phase: string;
  readonly batch?: number;
  readonly message: string;
  readonly root_message?: string;
}
