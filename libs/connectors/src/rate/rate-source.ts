import type { ConnectorOptions, PositionRange, SourceElements, SourceSplit, SplitReader, StreamSource } from "@millrace/ports";
import { RATE_ROWS_AT_ONCE } from "../limits.ts";
import { Options } from "../options.ts";

/** A row: its number over all splits, and when it was due. */
export interface RateRow {
  readonly value: number;
  readonly timestamp: number;
}

/** Rows that are generated, so many a second: row n is due n / rowsPerSecond seconds after the job began, and comes from split n modulo their number. A step is a row. */
export function rateSource(options: ConnectorOptions): StreamSource<RateRow> {
  const rowsPerSecond = new Options("rate", options, ["rowsPerSecond"]).whole("rowsPerSecond");
  return { open: (split) => Promise.resolve(new RateReader(rowsPerSecond, split)) };
}

class RateReader implements SplitReader<RateRow> {
  readonly #rowsPerSecond: number;
  readonly #of: SourceSplit;

  constructor(rowsPerSecond: number, split: SourceSplit) {
    this.#rowsPerSecond = rowsPerSecond;
    this.#of = split;
  }

  /** Nothing before the job began, and a clock that was set back takes nothing away. */
  available(position: number): Promise<{ readonly end: number }> {
    const { nowMs, startedAtMs, split, splitCount } = this.#of;
    const due = Math.floor(((nowMs() - startedAtMs) * this.#rowsPerSecond) / 1_000);
    return Promise.resolve({ end: Math.max(position, Math.ceil((due - split) / splitCount)) });
  }

  *#lists({ start, end }: PositionRange): Generator<SourceElements<RateRow>, void, undefined> {
    const { startedAtMs, split, splitCount } = this.#of;
    for (let position = start; position < end; position += RATE_ROWS_AT_ONCE) {
      const count = Math.min(RATE_ROWS_AT_ONCE, end - position);
      const elements = Array.from({ length: count }, (_, i): RateRow => {
        const value = (position + i) * splitCount + split;
        return { value, timestamp: startedAtMs + Math.floor((value * 1_000) / this.#rowsPerSecond) };
      });
      yield { position, elements, timestampsMs: elements.map(({ timestamp }) => timestamp) };
    }
  }

  async *read(range: PositionRange): AsyncGenerator<SourceElements<RateRow>, void, undefined> {
    yield* this.#lists(range);
    await Promise.resolve();
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
