/**
 * Where a job's input can come from beside topics of its own cluster: one interface for built-in sources and for those of third parties, held by the contract suite
 * `describeStreamSourceContract` of the test kit. The rule that makes input exactly once (DESIGN idea 4): a batch reads a range of positions that was recorded before it
 * ran, and the same range with the same note gives the same elements in the same order, whoever reads it and however often.
 */
export interface StreamSource<T = unknown> {
  /** Opens one split for one worker. Called again after each restart; splits are numbered from 0 and keep their numbers. */
  open(split: SourceSplit): Promise<SplitReader<T>>;
}

/** Which part of a source a worker reads, and what it remembers of it. */
export interface SourceSplit {
  readonly jobId: string;
  /** Rises with each attempt of the job. */
  readonly jobEpoch: number;
  /** Operator id. */
  readonly source: string;
  readonly split: number;
  readonly splitCount: number;
  /** Milliseconds since 1970 UTC at which the job began, the same for its whole life and in jobs that start from its savepoints. */
  readonly startedAtMs: number;
  /** Milliseconds since 1970 UTC now. */
  readonly nowMs: () => number;
  /** What the split remembers: part of the job's checkpoints. To be read at any time, and changed in `remember` only. */
  readonly memory: SourceMemory;
}

/** Texts that a split remembers. */
export interface SourceMemory {
  readonly size: number;
  has(text: string): boolean;
  add(text: string): void;
  delete(text: string): void;
  /** In order of `add`. */
  texts(): Iterable<string>;
}

/** Steps [start, end) of a split's position. What a step is (a row, a line, a file) is the source's business; a position is a whole number that never falls, from 0. */
export interface PositionRange {
  readonly start: number;
  readonly end: number;
  /**
   * What `available` said of the steps from `start` on, recorded with the batch: whatever is needed to read them again and cannot be found out a second time (a listing, an
   * answer). Of more steps than the range has when the batch took only the first of them.
   */
  readonly note?: unknown;
}

/** What can be read from a position on. */
export interface AvailableSteps {
  /** Exclusive; the position itself when there is nothing new. */
  readonly end: number;
  /** JSON, of at most 64 KiB as text. */
  readonly note?: unknown;
}

/** Some elements of a range, in order. */
export interface SourceElements<T> {
  /** Position of the first one, for messages. */
  readonly position: number;
  readonly elements: readonly T[];
  /** Milliseconds since 1970 UTC of each element; absent: the time of the batch. */
  readonly timestampsMs?: readonly number[];
}

/** One split as one worker has it open. Calls come one after the other. After any error it is broken and its worker ends. */
export interface SplitReader<T = unknown> {
  /**
   * What can be read from `position` on: asked before each batch, so it must answer soon and wait for nothing. What it says is recorded; a batch takes the steps or some of the
   * first of them, `stepsMax` at most, and the next question is about what comes after those.
   */
  available(position: number, options: { readonly stepsMax: number }): Promise<AvailableSteps>;
  /** The elements of a recorded range, in lists that fit into memory. Errors are AppErrors: `corrupt` or `invalid` if reading again would not help, else `unavailable`. */
  read(range: PositionRange): AsyncIterable<SourceElements<T>>;
  /** Called once after a range was read: what the split must know of it later goes into its memory, as a function of the range alone. */
  remember?(range: PositionRange): void;
  close(): Promise<void>;
}

/** A record of another log, as a connector gives it whose source says how records are decoded. */
export interface LogRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  /** Milliseconds since 1970 UTC. */
  readonly timestampMs: number;
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
  readonly headers: readonly (readonly [name: string, value: Uint8Array | null])[];
}
