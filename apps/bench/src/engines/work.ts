/** What every system of a comparison has to do: from one topic to another, by the same rules. */
export interface Work {
  /** Also what the programs of the other systems call it. */
  readonly name: string;
  readonly about: string;
  /** Row of the goals. */
  readonly row: string;
  /** Module of our job, below `jobs/`. */
  readonly module: string;
  /** Classes in `engines/` that do it, by engine; an engine without one takes no part. */
  readonly programs: Readonly<Record<string, string>>;
  readonly input: string;
  readonly output: string;
  /** Makes the input, into a file where there is a path, and what must come of it. */
  prepare(options: { readonly path: string | undefined; readonly quick: boolean }): Promise<Prepared>;
}

export interface Prepared {
  /** Records that count; those that only close windows are not among them. */
  readonly records: number;
  readonly writtenRecords: number;
  readonly payloadBytes: number;
  /** How many the output has at least. */
  readonly results: number;
  /** What is wrong with an output that was read into a file, in words. */
  readonly verify: (path: string) => readonly string[];
  /** How that is found, in words. */
  readonly verified: string;
}

/** Every topic of a comparison. */
export const PARTITIONS = 6;
/** Keys of windows that only records behind the input belong to: written so that a system without ends closes the windows before them. */
export const CLOSING_KEY = "~";
