import type { WindowDelays } from "./result-shapes.ts";

const HOUR_MS = 3_600_000;
/** Hours from here on are kept: a day before the first flight, because sliding windows begin before it. */
const FIRST_HOUR = Date.UTC(2000, 11, 31) / HOUR_MS;
const HOUR_COUNT = 200 * 24;
const NUMBERS = 3;

/**
 * Windows by (airport, first hour), their numbers in flat arrays: half a million windows as objects would be most of the memory of the whole job.
 * A flight count of 0 means that there is no window.
 */
export class WindowTable {
  readonly #airports = new Map<string, Float64Array>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** False: there is one already, which stays. Windows of other years are refused by throwing. */
  add(window: WindowDelays): boolean {
    const numbers = this.#numbersOf(window.airport);
    const position = positionOf(window.start);
    if (numbers[position] !== 0) return false;
    numbers[position] = window.flights;
    numbers[position + 1] = window.meanDelay;
    numbers[position + 2] = window.lateShare;
    this.#size += 1;
    return true;
  }

  /** Whether the window of this airport and start is there, with exactly these numbers; sums of whole minutes have no rounding to differ in. */
  compare(window: WindowDelays): "equal" | "missing" | "differs" {
    const numbers = this.#airports.get(window.airport);
    const position = positionOf(window.start);
    if (numbers === undefined || numbers[position] === 0) return "missing";
    const equal =
      numbers[position] === window.flights && numbers[position + 1] === window.meanDelay && numbers[position + 2] === window.lateShare;
    return equal ? "equal" : "differs";
  }

  #numbersOf(airport: string): Float64Array {
    let numbers = this.#airports.get(airport);
    if (numbers === undefined) this.#airports.set(airport, (numbers = new Float64Array(HOUR_COUNT * NUMBERS)));
    return numbers;
  }
}

function positionOf(startMs: number): number {
  const hour = startMs / HOUR_MS - FIRST_HOUR;
  if (!Number.isInteger(hour) || hour < 0 || hour >= HOUR_COUNT)
    throw new Error(`a window starts where no flight can be in it start=${startMs}`);
  return hour * NUMBERS;
}
