/** What every system of a comparison has to do: from one topic to another, by the same rules. */
export interface Work {
  /** Also what the programs of the other systems call it. */
  readonly name: string;
  readonly about: string;
  /** Row of the goals. */
  readonly row: string;
  /** Module of our job, below `jobs/`. */
  readonly module: string;
  readonly input: string;
  readonly output: string;
  /** Makes the input and what must come of it. */
  prepare(options: { readonly path: string; readonly quick: boolean }): Promise<Prepared>;
}

export interface Prepared {
  /** Records that count; those that only close windows are not among them. */
  readonly records: number;
  readonly writtenRecords: number;
  readonly payloadBytes: number;
  /** By key of the output, what its value must be; numbers may be written in another way. */
  readonly expected: ReadonlyMap<string, string>;
}

/** Every topic of a comparison. */
export const PARTITIONS = 6;
/** Keys of windows that only records behind the input belong to: written so that a system without ends closes the windows before them. */
export const CLOSING_KEY = "~";
