import type { AirportDelays, RankedAirport, WindowDelays } from "./result-shapes.ts";
import type { Flight } from "./flights-file.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const LATE_MINUTES = 15;
const FLIGHTS_MIN = 50;
const TOP = 10;

/** Totals of one airport in one hour. */
interface HourTotals {
  flights: number;
  delaySum: number;
  late: number;
}

/**
 * What the job must find, computed without Millrace: plain maps over the rows of the file, in one pass; longer windows by adding up hours.
 * Shares no code with the engine, so that the two can disagree.
 */
export class ExpectedDelays {
  readonly #hours = new Map<string, Map<number, HourTotals>>();
  flightCount = 0;

  add(flight: Flight): void {
    const hour = Math.floor(flight.date.getTime() / HOUR_MS);
    let hours = this.#hours.get(flight.origin);
    if (hours === undefined) this.#hours.set(flight.origin, (hours = new Map<number, HourTotals>()));
    let totals = hours.get(hour);
    if (totals === undefined) hours.set(hour, (totals = { flights: 0, delaySum: 0, late: 0 }));
    totals.flights += 1;
    totals.delaySum += flight.delay;
    if (flight.delay > LATE_MINUTES) totals.late += 1;
    this.flightCount += 1;
  }

  /** Every record that the job must write, each once. */
  *results(): Generator<AirportDelays> {
    for (const [airport, hours] of this.#hours) {
      for (const [hour, totals] of hours) yield windowOf("hour", airport, hour, 1, totals);
      yield* this.#slidingWindows(airport, hours);
    }
    yield* this.#topTens();
  }

  /** Mean delay by hour of the day over all airports, for the chart. */
  meanDelayByHourOfDay(): number[] {
    const sums = Array.from({ length: 24 }, () => ({ flights: 0, delaySum: 0 }));
    for (const hours of this.#hours.values()) {
      for (const [hour, { flights, delaySum }] of hours) {
        const sum = sums[hour % 24];
        if (sum === undefined) continue;
        sum.flights += flights;
        sum.delaySum += delaySum;
      }
    }
    return sums.map(({ flights, delaySum }) => (flights === 0 ? 0 : delaySum / flights));
  }

  /** A window [h, h+24) for each h within 24 hours before a flight. */
  *#slidingWindows(airport: string, hours: ReadonlyMap<number, HourTotals>): Generator<AirportDelays> {
    const starts = new Set<number>();
    for (const hour of hours.keys()) for (let back = 0; back < 24; back++) starts.add(hour - back);
    for (const start of starts) {
      const sum: HourTotals = { flights: 0, delaySum: 0, late: 0 };
      for (let hour = start; hour < start + 24; hour++) {
        const totals = hours.get(hour);
        if (totals === undefined) continue;
        sum.flights += totals.flights;
        sum.delaySum += totals.delaySum;
        sum.late += totals.late;
      }
      yield windowOf("last-24-hours", airport, start, 24, sum);
    }
  }

  *#topTens(): Generator<AirportDelays> {
    const days = new Map<number, Map<string, { flights: number; delaySum: number }>>();
    for (const [airport, hours] of this.#hours) {
      for (const [hour, { flights, delaySum }] of hours) {
        const day = Math.floor((hour * HOUR_MS) / DAY_MS);
        let airports = days.get(day);
        if (airports === undefined) days.set(day, (airports = new Map<string, { flights: number; delaySum: number }>()));
        const sum = airports.get(airport) ?? { flights: 0, delaySum: 0 };
        airports.set(airport, { flights: sum.flights + flights, delaySum: sum.delaySum + delaySum });
      }
    }
    for (const [day, sums] of days) {
      const airports: RankedAirport[] = [...sums]
        .filter(([, { flights }]) => flights >= FLIGHTS_MIN)
        .map(([airport, { flights, delaySum }]) => ({ airport, flights, meanDelay: delaySum / flights }))
        .sort((a, b) => b.meanDelay - a.meanDelay || (a.airport < b.airport ? -1 : 1))
        .slice(0, TOP);
      const start = day * DAY_MS;
      if (airports.length > 0)
        yield { kind: "top-ten", day: new Date(start).toISOString().slice(0, 10), start, end: start + DAY_MS, airports };
    }
  }
}

function windowOf(
  kind: "hour" | "last-24-hours",
  airport: string,
  hour: number,
  hourCount: number,
  { flights, delaySum, late }: HourTotals,
): WindowDelays {
  return {
    kind,
    airport,
    start: hour * HOUR_MS,
    end: (hour + hourCount) * HOUR_MS,
    flights,
    meanDelay: delaySum / flights,
    lateShare: late / flights,
  };
}
