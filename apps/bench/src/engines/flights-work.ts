import { readFlights } from "../payload/flights.ts";
import { RecordFileWriter } from "./record-file.ts";
import { checkOfKeyed } from "./verify-output.ts";
import { CLOSING_KEY, PARTITIONS, type Prepared, type Work } from "./work.ts";

const HOUR_MS = 3_600_000;
const RECORDS = { full: 3_000_000, quick: 200_000 };

/** Flights and their mean delay per origin and hour; out comes `origin@start` and `flights,mean`. */
export const FLIGHTS_WORK: Work = {
  name: "flights",
  about: "flights in JSON, hourly windows per origin",
  row: "11",
  module: "engines/flights.ts",
  input: "engine-flights",
  output: "engine-hourly",
  programs: { flink: "FlinkEngine", spark: "SparkEngine" },
  prepare: ({ path, quick }) => prepare(path, quick ? RECORDS.quick : RECORDS.full),
};

async function prepare(path: string | undefined, records: number): Promise<Prepared> {
  const file = new RecordFileWriter(path);
  const totals = new Map<string, { flights: number; delay: number }>();
  let lastMs = 0;
  for await (const flights of readFlights(records))
    for (const { dateMs, delay, distance, origin, destination } of flights) {
      const value = `{"date":${dateMs},"delay":${delay},"distance":${distance},"origin":"${origin}","destination":"${destination}"}`;
      file.add({ partition: partitionOf(origin), key: origin, value, timestampMs: dateMs });
      const key = `${origin}@${dateMs - (dateMs % HOUR_MS)}`;
      const total = totals.get(key);
      if (total === undefined) totals.set(key, { flights: 1, delay });
      else {
        total.flights++;
        total.delay += delay;
      }
      lastMs = dateMs;
    }
  const payloadBytes = file.payloadBytes;
  const closingMs = lastMs + 48 * HOUR_MS;
  const closing = `{"date":${closingMs},"delay":0,"distance":0,"origin":"${CLOSING_KEY}","destination":"${CLOSING_KEY}"}`;
  for (let partition = 0; partition < PARTITIONS; partition++)
    file.add({ partition, key: CLOSING_KEY, value: closing, timestampMs: closingMs });
  file.close();
  const expected = new Map(Array.from(totals, ([key, { flights, delay }]) => [key, `${flights},${delay / flights}`]));
  return { records, writtenRecords: file.records, payloadBytes, ...checkOfKeyed(expected) };
}

/** The same airport always in the same one. */
function partitionOf(origin: string): number {
  let hash = 0;
  for (let i = 0; i < origin.length; i++) hash = (hash * 31 + origin.charCodeAt(i)) >>> 0;
  return hash % PARTITIONS;
}
