import type { LoadContext } from "../load.ts";
import { measureRaw, type RawShape } from "../loads/kafka-raw.ts";
import type { Curve, CurvePoint } from "./curve.ts";

const RECORDS_PER_BATCH = 150;
const VALUE_BYTES = 100;

const requestCost = { key: "cpuPerRequest", name: "server CPU, µs a request" };
const memory = { key: "memoryMb", name: "server memory, MB" };

/** What a server costs as its topic has more partitions, or more clients ask. */
export const BROKER_CURVES: readonly Curve[] = [
  {
    name: "partitions",
    title: "Partitions of a topic that is written",
    x: "partitions",
    about: `encoded batches of ${RECORDS_PER_BATCH} records of ${VALUE_BYTES} B over 8 raw connections with 4 requests under way each, one batch a request, partitions in turn, acks=all, flush=interval; the ends of all logs are what was acknowledged`,
    points: { full: [1, 6, 32, 128, 512, 1_024], quick: [1, 64] },
    series: [requestCost, memory],
    measure: (partitions, context) => produce({ partitions, connections: 8, inFlight: 4 }, context),
  },
  {
    name: "connections",
    title: "Connections that write",
    x: "connections",
    about: `the same batches into 6 partitions, one request under way on each connection`,
    points: { full: [1, 8, 64, 256, 1_000], quick: [1, 64] },
    series: [requestCost, memory],
    measure: (connections, context) => produce({ partitions: 6, connections, inFlight: 1 }, context),
  },
];

async function produce(shape: Pick<RawShape, "partitions" | "connections" | "inFlight">, context: LoadContext): Promise<CurvePoint> {
  const {
    records = 0,
    cost,
    problems,
  } = await measureRaw(
    { name: "scale", valueBytes: VALUE_BYTES, recordsPerBatch: RECORDS_PER_BATCH, flush: "interval", ...shape },
    context,
  );
  return {
    values: {
      cpuPerRequest: ((cost?.serverCpuSeconds ?? 0) * 1e6) / (records / RECORDS_PER_BATCH),
      memoryMb: (cost?.serverMemoryPlateauBytes ?? 0) / 1e6,
    },
    problems,
  };
}
