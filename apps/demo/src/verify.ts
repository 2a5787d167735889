import type { ExpectedDelays } from "./expected.ts";
import type { AirportDelays, TopTen, WindowDelays } from "./result-shapes.ts";
import { WindowTable } from "./window-table.ts";

export interface Verdict {
  readonly windowCount: number;
  /** Of those that differ, the first few, for people. */
  readonly differences: readonly string[];
  readonly differenceCount: number;
}

const DIFFERENCES_SHOWN = 10;
const HOUR_MS = 3_600_000;
const HOURS: Readonly<Record<WindowDelays["kind"], number>> = { hour: 1, "last-24-hours": 24 };

/** Collects what the job wrote and compares it with what it must be: every window once, none missing, none besides, every number equal. */
export class Verification {
  readonly #windows = { hour: new WindowTable(), "last-24-hours": new WindowTable() };
  readonly #topTens = new Map<string, TopTen>();
  readonly #differences: string[] = [];
  #differenceCount = 0;

  /** A record as it was read back. */
  add(result: AirportDelays): void {
    if (result.kind === "top-ten") {
      if (this.#topTens.has(result.day)) this.#differ(`twice: ${idOf(result)}`);
      this.#topTens.set(result.day, result);
    } else if (result.end - result.start !== HOURS[result.kind] * HOUR_MS) {
      this.#differ(`wrong bounds: ${JSON.stringify(result)}`);
    } else if (!this.#windows[result.kind].add(result)) {
      this.#differ(`twice: ${idOf(result)}`);
    }
  }

  get resultCount(): number {
    return this.#windows.hour.size + this.#windows["last-24-hours"].size + this.#topTens.size;
  }

  topTens(): Iterable<TopTen> {
    return this.#topTens.values();
  }

  compareWith(expected: ExpectedDelays): Verdict {
    let windowCount = 0;
    for (const wanted of expected.results()) {
      windowCount += 1;
      const found = this.#compare(wanted);
      if (found !== "equal") this.#differ(`${found}: ${idOf(wanted)} expected ${JSON.stringify(wanted)}`);
    }
    if (this.resultCount > windowCount) this.#differ(`${this.resultCount - windowCount} windows that should not be there`);
    return { windowCount, differences: this.#differences, differenceCount: this.#differenceCount };
  }

  #compare(wanted: AirportDelays): "equal" | "missing" | "differs" {
    if (wanted.kind !== "top-ten") return this.#windows[wanted.kind].compare(wanted);
    const got = this.#topTens.get(wanted.day);
    if (got === undefined) return "missing";
    return JSON.stringify(got) === JSON.stringify(wanted) ? "equal" : "differs";
  }

  #differ(difference: string): void {
    this.#differenceCount += 1;
    if (this.#differences.length < DIFFERENCES_SHOWN) this.#differences.push(difference);
  }
}

function idOf(result: AirportDelays): string {
  return result.kind === "top-ten" ? `top-ten/${result.day}` : `${result.kind}/${result.airport}/${new Date(result.start).toISOString()}`;
}
