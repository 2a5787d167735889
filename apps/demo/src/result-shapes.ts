/** What the job writes, as any reader of the topic sees it: the shapes of `examples/jobs/airport-delays.ts`, said again on purpose. */
export type AirportDelays = WindowDelays | TopTen;

/** Times are milliseconds since 1970 UTC; windows are [start, end). */
export interface WindowDelays {
  readonly kind: "hour" | "last-24-hours";
  readonly airport: string;
  readonly start: number;
  readonly end: number;
  readonly flights: number;
  readonly meanDelay: number;
  readonly lateShare: number;
}

export interface TopTen {
  readonly kind: "top-ten";
  readonly day: string;
  readonly start: number;
  readonly end: number;
  readonly airports: readonly RankedAirport[];
}

export interface RankedAirport {
  readonly airport: string;
  readonly flights: number;
  readonly meanDelay: number;
}
