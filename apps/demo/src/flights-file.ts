import { fileURLToPath } from "node:url";
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } from "hyparquet";
import { compressors } from "hyparquet-compressors";

/** One flight as the file has it. */
export interface Flight {
  readonly date: Date;
  /** Minutes; negative when early. */
  readonly delay: number;
  /** Miles. */
  readonly distance: number;
  readonly origin: string;
  readonly destination: string;
}

interface FlightRow {
  readonly date: Date;
  readonly delay: bigint;
  readonly distance: bigint;
  readonly origin: string;
  readonly destination: string;
}

/** The package exports its code only; its data lies beside it. */
export const FLIGHTS_FILE = fileURLToPath(new URL("../data/flights-3m.parquet", import.meta.resolve("vega-datasets")));

/** US flights of the first half of 2001, in order of time; a row group (272,727 flights) at a time. What is yielded is read once, in order. */
export async function* readFlights(options: { recordCount: number }): AsyncGenerator<Iterable<Flight>> {
  const file = await asyncBufferFromFile(FLIGHTS_FILE);
  const metadata = await parquetMetadataAsync(file);
  let rowStart = 0;
  for (const group of metadata.row_groups) {
    const rowEnd = Math.min(rowStart + Number(group.num_rows), options.recordCount);
    if (rowEnd <= rowStart) return;
    yield flightsOf((await parquetReadObjects({ file, metadata, compressors, rowStart, rowEnd })) as unknown as readonly FlightRow[]);
    rowStart += Number(group.num_rows);
  }
}

function* flightsOf(rows: readonly FlightRow[]): Generator<Flight> {
  for (const { date, delay, distance, origin, destination } of rows)
    yield { date, delay: Number(delay), distance: Number(distance), origin, destination };
}
