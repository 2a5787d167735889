import type { AirportDelays } from "./result-shapes.ts";
import type { ExpectedDelays } from "./expected.ts";

export interface Verdict {
  readonly windowCount: number;
  /** Of those that differ, the first few, for people. */
  readonly differences: readonly string[];
  readonly differenceCount: number;
}

const DIFFERENCES_SHOWN = 10;

/** Collects what the job wrote and compares it with what it must be: every window once, none missing, none besides, every number equal. */
export class Verification {
  readonly #results = new Map<string, AirportDelays>();
  readonly #differences: string[] = [];
  #differenceCount = 0;

  /** A record as it was read back. */
  add(result: AirportDelays): void {
    const id = idOf(result);
    if (this.#results.has(id)) this.#differ(`twice: ${id}`);
    this.#results.set(id, result);
  }

  get resultCount(): number {
    return this.#results.size;
  }

  results(): Iterable<AirportDelays> {
    return this.#results.values();
  }

  compareWith(expected: ExpectedDelays): Verdict {
    let windowCount = 0;
    for (const wanted of expected.results()) {
      windowCount += 1;
      const id = idOf(wanted);
      const got = this.#results.get(id);
      if (got === undefined) this.#differ(`missing: ${id}`);
      else if (!sameResult(got, wanted)) this.#differ(`differs: ${id}: got ${JSON.stringify(got)} expected ${JSON.stringify(wanted)}`);
    }
    if (this.#results.size > windowCount) this.#differ(`${this.#results.size - windowCount} windows that should not be there`);
    return { windowCount, differences: this.#differences, differenceCount: this.#differenceCount };
  }

  #differ(difference: string): void {
    this.#differenceCount += 1;
    if (this.#differences.length < DIFFERENCES_SHOWN) this.#differences.push(difference);
  }
}

function idOf(result: AirportDelays): string {
  return result.kind === "top-ten" ? `top-ten/${result.day}` : `${result.kind}/${result.airport}/${result.start}`;
}

/** Numbers are compared exactly: sums of whole minutes have no rounding to differ in. */
function sameResult(got: AirportDelays, wanted: AirportDelays): boolean {
  if (got.kind === "top-ten" || wanted.kind === "top-ten") return JSON.stringify(got) === JSON.stringify(wanted);
  return got.end === wanted.end && got.flights === wanted.flights && got.meanDelay === wanted.meanDelay && got.lateShare === wanted.lateShare;
}
