import type { SourceQuestion } from "./job-events.ts";
import type { SourcePartition, SourceRange } from "./job-record.ts";
import type { JobShape } from "./job-shape.ts";
import { type JobProgress, stepsMaxOf } from "./plan-batch.ts";

/** Until where each source partition can be read, in the order of the job's source partitions. */
export interface FoundInput {
  readonly ends: readonly number[];
  readonly notes: readonly (string | undefined)[];
}

interface LookupParts {
  /** The one that is about to be planned. */
  readonly batch: number;
  readonly sources: readonly SourcePartition[];
  /** Next offset or position of each. */
  readonly positions: readonly number[];
  /** Worker of each. */
  readonly workers: readonly number[];
  readonly stepsMaxOf: (source: string) => number;
}

/** For the batch after `progress`. `workers`: of each source partition. */
export function lookFor(
  progress: JobProgress,
  job: { readonly shape: JobShape; readonly sources: readonly SourcePartition[]; readonly workers: readonly number[] },
): SourceLookup {
  const { shape, sources, workers } = job;
  const stepsMax = (source: string): number => stepsMaxOf(shape, source);
  return new SourceLookup({ batch: progress.lastBatch + 1, sources, positions: progress.positions, workers, stepsMaxOf: stepsMax });
}

/**
 * One look at what there is to read: brokers are asked for the ends of topics, workers for those of other sources, since only they run the sources' code. Complete when all have answered;
 * answers about another batch are of a former look and ignored.
 */
export class SourceLookup {
  readonly batch: number;
  readonly #parts: LookupParts;
  readonly #waiting: Set<number>;
  readonly #listed = new Map<string, SourceRange>();
  #ends: readonly number[] | undefined;

  constructor(parts: LookupParts) {
    this.batch = parts.batch;
    this.#parts = parts;
    this.#waiting = new Set(parts.sources.flatMap(({ connector }, i) => (connector === undefined ? [] : [parts.workers[i] ?? 0])));
    if (parts.sources.every(({ connector }) => connector !== undefined)) this.#ends = parts.positions;
  }

  /** Some source is a topic. */
  get asksBrokers(): boolean {
    return this.#ends === undefined;
  }

  /** Workers that are to be asked. */
  get workers(): ReadonlySet<number> {
    return this.#waiting;
  }

  questionsFor(workerIndex: number): SourceQuestion[] {
    const { sources, positions, workers, stepsMaxOf } = this.#parts;
    return sources.flatMap(({ source, index, connector }, i) =>
      connector === undefined || workers[i] !== workerIndex
        ? []
        : [{ source, index, position: positions[i] ?? 0, stepsMax: stepsMaxOf(source) }],
    );
  }

  /** Brokers have said where topics end. What is found, if that was all. */
  ended(ends: readonly number[]): FoundInput | undefined {
    this.#ends = ends;
    return this.#found;
  }

  /** A worker has said what there is of its splits. What is found, if that was all. */
  listed(workerIndex: number, report: { readonly batch: number; readonly ranges: readonly SourceRange[] }): FoundInput | undefined {
    if (report.batch !== this.batch || !this.#waiting.delete(workerIndex)) return undefined;
    for (const range of report.ranges) this.#listed.set(`${range.source}/${range.index}`, range);
    return this.#found;
  }

  get #found(): FoundInput | undefined {
    const ends = this.#ends;
    if (ends === undefined || this.#waiting.size > 0) return undefined;
    const { sources, positions } = this.#parts;
    const own = sources.map(({ source, index }) => this.#listed.get(`${source}/${index}`));
    return {
      ends: sources.map(({ connector }, i) =>
        connector === undefined ? (ends[i] ?? 0) : Math.max(own[i]?.endOffset ?? 0, positions[i] ?? 0),
      ),
      notes: own.map((range) => range?.note),
    };
  }
}
