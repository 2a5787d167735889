import type { Load } from "../load.ts";
import { copyLatencyLoad } from "./copy-latency.ts";
import { devStartLoad } from "./dev-start.ts";
import { fetchLoad } from "./fetch.ts";
import { flightsLoad } from "./flights.ts";
import { generatorLoad } from "./generator.ts";
import { kafkaLatencyLoad } from "./kafka-latency.ts";
import { kafkaRawFetchLoad } from "./kafka-raw-fetch.ts";
import { kafkaRawLoad } from "./kafka-raw.ts";
import { kafkaStartLoad } from "./kafka-start.ts";
import { kafkaThroughputLoad } from "./kafka-throughput.ts";
import { kafkaTopicsLoad } from "./kafka-topics.ts";
import { latencyLoad } from "./latency.ts";
import { observabilityCostLoad } from "./observability-cost.ts";
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
  kafkaRawLoad({ name: "100", valueBytes: 100, recordsPerBatch: 150, connections: 8, inFlight: 4, flush: "interval" }),
  kafkaRawLoad({ name: "1024", valueBytes: 1_024, recordsPerBatch: 16, connections: 8, inFlight: 4, flush: "interval" }),
  kafkaRawLoad({ name: "100-ack", valueBytes: 100, recordsPerBatch: 150, connections: 8, inFlight: 4, flush: "ack" }),
  kafkaRawLoad({ name: "single-128-ack", valueBytes: 100, recordsPerBatch: 1, connections: 128, inFlight: 1, flush: "ack" }),
  kafkaRawLoad({ name: "single-64", valueBytes: 100, recordsPerBatch: 1, connections: 8, inFlight: 8, flush: "interval" }),
  kafkaRawFetchLoad({ name: "recent-1m", fetchBytes: 1_048_576, isRecent: true }),
  kafkaRawFetchLoad({ name: "recent-256k", fetchBytes: 262_144, isRecent: true }),
  kafkaRawFetchLoad({ name: "recent-64k", fetchBytes: 65_536, isRecent: true }),
  kafkaRawFetchLoad({ name: "cold-1m", fetchBytes: 1_048_576, isRecent: false }),
  kafkaStartLoad(),
  kafkaTopicsLoad(),
  kafkaLatencyLoad({ rate: 1_000, flush: "interval" }),
  kafkaLatencyLoad({ rate: 10_000, flush: "interval" }),
  latencyLoad({ flush: "interval" }),
  latencyLoad({ flush: "ack" }),
  copyLatencyLoad({ latency: "batch", intervalMs: 10, rate: 1_000, isolation: "committed" }),
  copyLatencyLoad({ latency: "batch", intervalMs: 50, rate: 1_000, isolation: "committed" }),
  copyLatencyLoad({ latency: "batch", intervalMs: 100, rate: 1_000, isolation: "committed" }),
  copyLatencyLoad({ latency: "batch", intervalMs: 10, rate: 100_000, isolation: "committed" }),
  copyLatencyLoad({ latency: "batch", intervalMs: 50, rate: 100_000, isolation: "committed" }),
  copyLatencyLoad({ latency: "batch", intervalMs: 100, rate: 100_000, isolation: "committed" }),
  copyLatencyLoad({ latency: "continuous", intervalMs: 10, rate: 1_000, isolation: "committed" }),
  copyLatencyLoad({ latency: "continuous", intervalMs: 100, rate: 1_000, isolation: "uncommitted" }),
  flightsLoad({ workers: 1 }),
  flightsLoad({ workers: 2 }),
  wordsLoad(),
  stateSpillLoad(),
  observabilityCostLoad(),
];
