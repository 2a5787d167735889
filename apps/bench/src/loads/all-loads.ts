import type { Load } from "../load.ts";
import { devStartLoad } from "./dev-start.ts";
import { fetchLoad } from "./fetch.ts";
import { flightsLoad } from "./flights.ts";
import { generatorLoad } from "./generator.ts";
import { latencyLoad } from "./latency.ts";
import { produceLoad } from "./produce.ts";
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
  latencyLoad({ flush: "interval" }),
  latencyLoad({ flush: "ack" }),
  flightsLoad({ workers: 1 }),
  flightsLoad({ workers: 2 }),
  wordsLoad(),
];
