import { fileURLToPath } from "node:url";
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } from "hyparquet";
import { compressors } from "hyparquet-compressors";

/** What the job reads of a flight. */
export interface Flight {
  readonly dateMs: number;
  readonly delay: number;
  readonly origin: string;
  readonly distance: number;
  readonly destination: string;
  /** The whole flight as it goes into the topic. */
  readonly json: string;
}

interface FlightRow {
  readonly date: Date;
  readonly delay: bigint;
  readonly distance: bigint;
  readonly origin: string;
  readonly destination: string;
}

/** The package exports its index only; the file lies beside it. */
const FLIGHTS_FILE = fileURLToPath(new URL("../data/flights-3m.parquet", import.meta.resolve("vega-datasets")));

/** US flights of the first half of 2001, in order of time; a row group at a time. */
export async function* readFlights(count: number): AsyncGenerator<readonly Flight[]> {
  const file = await asyncBufferFromFile(FLIGHTS_FILE);
  const metadata = await parquetMetadataAsync(file);
  let rowStart = 0;
  for (const group of metadata.row_groups) {
    const rowEnd = Math.min(rowStart + Number(group.num_rows), count);
    if (rowEnd <= rowStart) return;
    const rows = (await parquetReadObjects({ file, metadata, compressors, rowStart, rowEnd })) as unknown as readonly FlightRow[];
    yield rows.map(({ date, delay, distance, origin, destination }) => ({
      dateMs: date.getTime(),
      delay: Number(delay),
      origin,
      distance: Number(distance),
      destination,
      json: JSON.stringify({ date, delay: Number(delay), distance: Number(distance), origin, destination }),
    }));
    rowStart += Number(group.num_rows);
  }
}
