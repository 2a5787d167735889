import { type Command, Option } from "commander";
import { duration, wholeNumber } from "../options.ts";
import type { CliWorld } from "../world.ts";
import { examples, onRun } from "./on-run.ts";

/** Options of `perf produce`. */
export interface PerfProduceOptions {
  readonly numRecords: number;
  readonly recordSize: number;
  readonly throughput: number;
  readonly acks: "none" | "leader" | "all";
  readonly compression: "none" | "gzip" | "snappy" | "lz4" | "zstd";
  readonly batchSize: number;
  readonly lingerMs: number;
}

/** Options of `perf consume`. */
export interface PerfConsumeOptions {
  readonly messages: number;
  readonly group?: string;
  readonly timeout: number;
  readonly fromLatest?: boolean;
  readonly showDetailedStats?: boolean;
  readonly isolation: "committed" | "uncommitted";
}

/** Options of `perf latency`. */
export interface PerfLatencyOptions {
  readonly numMessages: number;
  readonly recordSize: number;
  readonly acks: "leader" | "all";
}

const COMPRESSIONS = ["none", "gzip", "snappy", "lz4", "zstd"] as const;

/** `millrace perf produce|consume|latency`. */
export function addPerfCommands(program: Command, world: CliWorld): void {
  const perf = program
    .command("perf")
    .summary("measure produce, consume and end-to-end latency")
    .description("Measures a topic over gRPC, and reports as Kafka's tools do: MB are 1,048,576 bytes, times are milliseconds.");
  addProduce(perf, world);
  addConsume(perf, world);
  addLatency(perf, world);
}

function addProduce(perf: Command, world: CliWorld): void {
  const produce = perf
    .command("produce")
    .description(
      "Sends records of random bytes as fast as it may, like kafka-producer-perf-test. A record's latency counts from its batch's first record.",
    )
    .argument("<topic>")
    .option("--num-records <count>", "how many records", wholeNumber(1), 1_000_000)
    .option("--record-size <bytes>", "bytes of each value", wholeNumber(1, 1_000_000), 1_024)
    .option("--throughput <records/s>", "no more than so many records a second; 0: as fast as it goes", wholeNumber(0), 0)
    .addOption(new Option("--acks <who>", "whose word makes a record stored").choices(["none", "leader", "all"]).default("all"))
    .addOption(new Option("--compression <codec>", "compression of batches").choices(COMPRESSIONS).default("none"))
    .option("--batch-size <bytes>", "a batch is closed when it would pass this", wholeNumber(1_024), 65_536)
    .option("--linger-ms <ms>", "how long a record may wait for others", wholeNumber(0, 60_000), 0);
  onRun<PerfProduceOptions, readonly [string]>(produce, async ([topic], options) => {
    await (await import("../actions/perf-produce.ts")).perfProduce(topic, options, world);
  });
  examples(produce, [
    "millrace perf produce load --num-records 1000000 --record-size 100",
    "millrace perf produce load --throughput 10000 --compression lz4",
  ]);
}

function addConsume(perf: Command, world: CliWorld): void {
  const consume = perf
    .command("consume")
    .description("Reads records as fast as they come, like kafka-consumer-perf-test.")
    .argument("<topic>")
    .option("--messages <count>", "how many records", wholeNumber(1), 1_000_000)
    .option("-g, --group <name>", "as a member of this group, from the first record if it has no offset (default: no group)")
    .option("--timeout <duration>", "end when nothing has come for so long", duration, 10_000)
    .option("--from-latest", "read what comes from now on instead of what is there")
    .option("--show-detailed-stats", "a line each five seconds")
    .addOption(
      new Option("--isolation <level>", "committed leaves out open and aborted transactions")
        .choices(["committed", "uncommitted"])
        .default("uncommitted"),
    );
  onRun<PerfConsumeOptions, readonly [string]>(consume, async ([topic], options) => {
    await (await import("../actions/perf-consume.ts")).perfConsume(topic, options, world);
  });
  examples(consume, ["millrace perf consume load --messages 1000000", "millrace perf consume load --group perf --show-detailed-stats"]);
}

function addLatency(perf: Command, world: CliWorld): void {
  const latency = perf
    .command("latency")
    .description("Sends a record, waits until it is read, and sends the next, like Kafka's EndToEndLatency.")
    .argument("<topic>")
    .option("--num-messages <count>", "how many records", wholeNumber(1), 10_000)
    .option("--record-size <bytes>", "bytes of each value", wholeNumber(1, 1_000_000), 100)
    .addOption(new Option("--acks <who>", "whose word makes a record stored").choices(["leader", "all"]).default("all"));
  onRun<PerfLatencyOptions, readonly [string]>(latency, async ([topic], options) => {
    await (await import("../actions/perf-latency.ts")).perfLatency(topic, options, world);
  });
  examples(latency, ["millrace perf latency load", "millrace perf latency load --num-messages 1000 --record-size 1024 --acks leader"]);
}
