import type { Client } from "@millrace/client";
import { type Connection, connect } from "../cluster/connection.ts";
import { createServedTopic } from "../cluster/create-topic.ts";
import type { DevCluster } from "../cluster/dev-cluster.ts";
import type { Load, LoadContext, Measurement } from "../load.ts";
import { CostMeter } from "../measure/cost-meter.ts";
import { readFlights } from "../payload/flights.ts";
import { differences, readJson } from "../verify/read-json.ts";
import { problemsOfRun, runBoundedJob } from "./bounded-job.ts";
import { jobMeasurement } from "./job-measurement.ts";
import { PARTITIONS } from "./produce.ts";

const HOUR_MS = 3_600_000;
const RECORDS = { full: 3_000_000, quick: 500_000 };
const FLOOR_RECORDS_PER_SECOND = 400_000;

/** Real flights through hourly windows per origin, exactly once, as a bounded job. */
export function flightsLoad({ workers }: { readonly workers: number }): Load {
  const name = `flights-${workers}w`;
  return {
    name,
    about: `flights through hourly event-time windows per origin, ${workers} worker(s), exactly once`,
    run: async (context) => {
      const records = context.quick ? RECORDS.quick : RECORDS.full;
      const measurement = await measureFlights({ name, records, workers, module: "hourly-flights.ts", windowHours: 1 }, context);
      const { seconds = Infinity } = measurement;
      const isReached = context.quick ? undefined : records / seconds >= FLOOR_RECORDS_PER_SECOND;
      return [{ ...measurement, floor: { text: "400,000 flights/s through hourly windows per origin on 2 cores", isReached } }];
    },
  };
}

/** A job over flights with windows that slide by an hour. */
export interface FlightsShape {
  readonly name: string;
  readonly records: number;
  readonly workers: number;
  /** Below `jobs/`. */
  readonly module: string;
  readonly windowHours: number;
  /** The job's processes are there, children of this one. */
  readonly onWorkers?: (clusterPid: number) => void;
}

/** On a cluster that is started for it. */
export async function measureFlights(shape: FlightsShape, context: LoadContext): Promise<Measurement> {
  const cluster = await context.startCluster({ workers: shape.workers });
  const connection = connect(cluster.brokerAddress);
  try {
    return await measure(shape, { context, cluster, connection });
  } finally {
    await connection.close();
    await cluster.stop();
  }
}

/** Flights and delay by "origin start". */
type Totals = Map<string, { flights: number; delay: number }>;

async function measure(
  { name, records: count, workers, module, windowHours, onWorkers }: FlightsShape,
  { context, cluster, connection }: { context: LoadContext; cluster: DevCluster; connection: Connection },
): Promise<Measurement> {
  const { client } = connection;
  for (const topic of ["bench-flights", "bench-hourly"]) await createServedTopic(client, { name: topic, partitions: PARTITIONS });
  context.progress(`${name}: producing ${count} flights`);
  const { totals, payloadBytes } = await produce(client, count);
  context.progress(`${name}: job`);
  let meter: CostMeter | undefined;
  const run = await runBoundedJob(client, {
    address: cluster.brokerAddress,
    module,
    onRunning: () => {
      onWorkers?.(cluster.pid);
      meter = new CostMeter(cluster.pid);
    },
  });
  const cost = meter?.stop();
  context.progress(`${name}: comparing windows`);
  const expected = slidingTotals(totals, windowHours);
  const problems = [...problemsOfRun(run, count), ...(await compare(client, expected))];
  const measurement = jobMeasurement(name, { run, records: count, payloadBytes, cost, workers });
  return {
    ...measurement,
    verified: `each of ${expected.size.toLocaleString("en")} windows equal to a computation straight from the file, none twice, none missing`,
    problems,
  };
}

/** Sums over so many hours, from every hour that has one of them in it. */
export function slidingTotals(hourly: Totals, windowHours: number): Totals {
  const totals: Totals = new Map();
  for (const [name, { flights, delay }] of hourly) {
    const at = name.indexOf(" ");
    for (let back = 0; back < windowHours; back++) {
      const window = `${name.slice(0, at)} ${Number(name.slice(at)) - back * HOUR_MS}`;
      const total = totals.get(window) ?? { flights: 0, delay: 0 };
      totals.set(window, { flights: total.flights + flights, delay: total.delay + delay });
    }
  }
  return totals;
}

async function produce(client: Client, count: number): Promise<{ totals: Totals; payloadBytes: number }> {
  const totals: Totals = new Map();
  const encoder = new TextEncoder();
  const producer = client.producer({ acks: "all", idempotent: true, lingerMs: 5, batchBytes: 128 * 1_024 });
  await producer.open(["bench-flights"]);
  let payloadBytes = 0;
  for await (const flights of readFlights(count)) {
    for (const flight of flights) {
      const value = encoder.encode(flight.json);
      payloadBytes += value.length;
      const name = `${flight.origin} ${Math.floor(flight.dateMs / HOUR_MS) * HOUR_MS}`;
      const total = totals.get(name);
      if (total === undefined) totals.set(name, { flights: 1, delay: flight.delay });
      else {
        total.flights++;
        total.delay += flight.delay;
      }
      if (!producer.send("bench-flights", { key: encoder.encode(flight.origin), value, timestampMs: flight.dateMs }))
        await producer.ready();
    }
  }
  await producer.close();
  return { totals, payloadBytes };
}

interface Hourly {
  readonly airport: string;
  readonly start: number;
  readonly flights: number;
  readonly meanDelay: number;
}

async function compare(client: Client, totals: Totals): Promise<string[]> {
  const found = new Map<string, string[]>();
  await readJson(client, {
    topic: "bench-hourly",
    each: (value) => {
      const { airport, start, flights, meanDelay } = value as Hourly;
      const name = `${airport} ${start}`;
      found.set(name, [...(found.get(name) ?? []), `${flights} ${meanDelay}`]);
    },
  });
  const expected = new Map(Array.from(totals, ([name, { flights, delay }]) => [name, `${flights} ${delay / flights}`]));
  return differences(expected, found);
}
