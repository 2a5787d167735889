import type { Load } from "../load.ts";
import { devStartLoad } from "./dev-start.ts";
import { fetchLoad } from "./fetch.ts";
import { flightsLoad } from "./flights.ts";
import { generatorLoad } from "./generator.ts";
import { kafkaLatencyLoad } from "./kafka-latency.ts";
import { kafkaThroughputLoad } from "./kafka-throughput.ts";
import { latencyLoad } from "./latency.ts";
import { produceLoad } from "./produce.ts";
import { stateSpillLoad } from "./state-spill.ts";
import { wordsLoad } from "./words.ts";

/** Every load, in the order in which they run. */
export const LOADS: readonly Load[] = [
  devStartLoad(),
  generatorLoad(),
  produceLoad({ valueBytes: 100, by: "encoded", flush: "ack" }),
  produceLoad({ valueBytes: 100, by: "client", flush: "ack" }),
  produceLoad({ valueBytes: 100, by: "client", flush: "interval" }),
  produceLoad({ valueBytes: 1_024, by: "encoded", flush: "ack" }),
  produceLoad({ valueBytes: 1_024, by: "encoded", flush: "interval" }),
  produceLoad({ valueBytes: 1_024, by: "client", flush: "ack" }),
  produceLoad({ valueBytes: 1_024, by: "client", flush: "interval" }),
  fetchLoad(),
  kafkaThroughputLoad({ valueBytes: 100, flush: "interval" }),
  kafkaThroughputLoad({ valueBytes: 1_024, flush: "interval" }),
  kafkaThroughputLoad({ valueBytes: 100, flush: "ack" }),
  kafkaThroughputLoad({ valueBytes: 1_024, flush: "ack" }),
  kafkaLatencyLoad({ rate: 1_000, flush: "interval" }),
  kafkaLatencyLoad({ rate: 10_000, flush: "interval" }),
  latencyLoad({ flush: "interval" }),
  latencyLoad({ flush: "ack" }),
  flightsLoad({ workers: 1 }),
  flightsLoad({ workers: 2 }),
  wordsLoad(),
  stateSpillLoad(),
];
