// How late do flights leave? Per airport and hour, per airport over the last 24 hours at every hour, and the ten worst airports of each day.
//
//   millrace topic create flights --partitions 6
//   millrace topic create airport-delays --partitions 6
//   millrace job submit examples/jobs/airport-delays.ts
//
// Input: topic `flights`, JSON objects { date, delay, distance, origin, destination }, delay in minutes.
// Output: topic `airport-delays`, JSON objects of three kinds, see `AirportDelays` below.
import { type Aggregator, days, hours, job, json, kafka, minutes, string, t, top, type TimeWindow } from "@millrace/streams";

/** Flights of one airport in one window. `late`: left more than 15 minutes late. */
export interface DelayTotals {
  readonly flights: number;
  readonly delaySum: number;
  readonly late: number;
}

/** What the job writes, keyed by airport, or by day for `top-ten`. Times are milliseconds since 1970 UTC, windows are [start, end). */
export type AirportDelays =
  | {
      readonly kind: "hour" | "last-24-hours";
      readonly airport: string;
      readonly start: number;
      readonly end: number;
      readonly flights: number;
      readonly meanDelay: number;
      readonly lateShare: number;
    }
  | {
      readonly kind: "top-ten";
      readonly day: string;
      readonly start: number;
      readonly end: number;
      readonly airports: readonly RankedAirport[];
    };

export interface RankedAirport {
  readonly airport: string;
  readonly flights: number;
  readonly meanDelay: number;
}

const LATE_MINUTES = 15;
const FLIGHTS_MIN = 50; // fewer in a day say little about an airport

const Flight = json({ date: t.timestamp, delay: t.int, origin: t.string });

type Totals = [flights: number, delaySum: number, late: number];

const emptyTotals = (): Totals => [0, 0, 0];

function addTotals(left: Totals, right: Readonly<Totals>): Totals {
  left[0] += right[0];
  left[1] += right[1];
  left[2] += right[2];
  return left;
}

/** Delays of flights → totals. */
const ofDelays: Aggregator<number, Totals> = {
  init: emptyTotals,
  add: (totals, delay) => {
    totals[0]++;
    totals[1] += delay;
    if (delay > LATE_MINUTES) totals[2]++;
    return totals;
  },
  merge: addTotals,
};

/** Totals of parts → totals of the whole. */
const ofTotals: Aggregator<Readonly<Totals>, Totals> = { init: emptyTotals, add: addTotals, merge: addTotals };

/** Highest mean delay first, equal ones by code: an order without ties. */
const byMeanDelay = (left: RankedAirport, right: RankedAirport): number =>
  right.meanDelay - left.meanDelay || (left.airport < right.airport ? -1 : 1);

function delaysOf(kind: "hour" | "last-24-hours") {
  return ({
    key,
    window,
    value,
  }: {
    readonly key: string;
    readonly window: TimeWindow;
    readonly value: Readonly<Totals>;
  }): AirportDelays => {
    const [flights, delaySum, late] = value;
    return { kind, airport: key, start: window.start, end: window.end, flights, meanDelay: delaySum / flights, lateShare: late / flights };
  };
}

export default job(
  "airport-delays",
  (ctx) => {
    const hourly = ctx
      .source(kafka("flights", { value: Flight, until: "latest" }))
      .withEventTime((flight) => flight.date, { watermark: minutes(30) })
      .map((flight) => [flight.origin, flight.delay] as const)
      .windowByTime({ tumbling: hours(1) })
      .aggregateByKey(ofDelays)
      .named("hourly");

    // Longer windows are made of hours, not of flights: an hour's totals carry its last microsecond as their event time.
    const hours24 = hourly.map(({ key, value }) => [key, value] as const);
    const last24Hours = hours24
      .windowByTime({ sliding: { size: hours(24), slide: hours(1) } })
      .aggregateByKey(ofTotals)
      .named("last-24-hours");

    const topTen = hours24
      .windowByTime({ tumbling: days(1) })
      .aggregateByKey(ofTotals)
      .named("daily")
      .map(({ key, window, value: [flights, delaySum] }) => {
        return [new Date(window.start).toISOString().slice(0, 10), { airport: key, flights, meanDelay: delaySum / flights }] as const;
      })
      .filter(([, ranked]) => ranked.flights >= FLIGHTS_MIN)
      .windowByTime({ tumbling: days(1) })
      .aggregateByKey(top(10, byMeanDelay))
      .named("top-ten");

    const results = ctx.union<AirportDelays>([
      hourly.map(delaysOf("hour")),
      last24Hours.map(delaysOf("last-24-hours")),
      topTen.map(({ key, window, value }): AirportDelays => {
        return { kind: "top-ten", day: key, start: window.start, end: window.end, airports: value };
      }),
    ]);
    results
      .to(kafka("airport-delays", { key: string(), value: json<AirportDelays>() }), {
        key: (result) => (result.kind === "top-ten" ? result.day : result.airport),
      })
      .named("results");
  },
  { maxRecordsPerBatch: 200_000 },
);
