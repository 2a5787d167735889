/** How far something is behind what is written to its topics. */
export interface Lag {
  /** Of the job or group. */
  readonly name: string;
  readonly records: number;
  /** Age of the oldest record that is not done; 0 when there is none. */
  readonly seconds: number;
}

/** Where lag is asked for. Names that the cluster does not know are left out; what cannot be told is an error, never 0. */
export interface LagSource {
  /** Jobs by name, the newest of a name; those that have ended have no lag. */
  jobs(): Promise<readonly Lag[]>;
  /** Consumer groups; undefined: all, which fails where there are too many. */
  groups(names: readonly string[] | undefined): Promise<readonly Lag[]>;
}
