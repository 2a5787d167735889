/** A value at a time, seconds. */
export type Point = readonly [seconds: number, value: number];

/** What a query gave of one set of labels. */
export interface Series {
  readonly labels: Readonly<Record<string, string>>;
  readonly points: readonly Point[];
}

/** A stretch of time, seconds since 1970, and how far its points lie apart. */
export interface TimeSpan {
  readonly from: number;
  readonly to: number;
  readonly stepSeconds: number;
}
