import { type NumberedPartition, createTopic, produceTo, verifyAll } from "../partitions/partition-set.ts";
import { check, type Figures, type Scenario, type ScenarioContext } from "../scenario.ts";
import { createDevProcess, type DevProcess } from "../system/dev-process.ts";
import { KafkaConnection } from "../system/kafka-connection.ts";
import { waitFor } from "../system/wait-for.ts";
import { cpuSecondsOf, usageOf } from "../system/process-usage.ts";

const PARTITIONS_DEFAULT = 10_000;
const BUSY_PARTITIONS = 10;
const LATENCY_REQUESTS = 2_000;
const WARM_UP_REQUESTS = 500;
const RESTART_MS_MAX = 30_000;
const RSS_MB_MAX = 1_536;
const DESCRIPTORS_MAX = 65_536;
/** How much slower a produce may be with all the idle partitions than with none; medians on a busy machine differ by this. */
const LATENCY_FACTOR_MAX = 1.5;

/** Acceptance 5 of the Kafka issue: many partitions on one broker cost memory and files, not time. */
export const partitions: Scenario = {
  name: "partitions",
  what: "10,000 partitions on one broker: each written and read before and after kill -9; memory, descriptors, produce latency with idle ones",
  run: async (context) => {
    const dev = await createDevProcess(context.folder);
    await dev.process.start();
    try {
      return await growAndRestart(dev, context);
    } finally {
      await dev.process.stop();
    }
  },
};

async function growAndRestart(dev: DevProcess, { flags, say }: ScenarioContext): Promise<Figures> {
  const total = flags.partitions ?? PARTITIONS_DEFAULT;
  const connection = await KafkaConnection.open(dev.kafkaAddress);
  const figures: { [name: string]: number } = { partitions: total };
  const busy = await createTopic(connection, "busy", BUSY_PARTITIONS);
  const all = [...busy];
  const steps = [BUSY_PARTITIONS, 1_000, 10_000, total].filter((count, index, counts) => count <= total && counts.indexOf(count) === index);
  const medians: number[] = [];
  for (const count of steps) {
    if (count > all.length) all.push(...(await createTopic(connection, `idle-${count}`, count - all.length)));
    await produceTo(connection, all, `with ${count}`);
    const latency = await measure(connection, dev, busy);
    medians.push(latency.p50);
    figures[`produceP50MsAt${count}`] = latency.p50;
    figures[`produceP99MsAt${count}`] = latency.p99;
    figures[`cpuUsPerProduceAt${count}`] = latency.cpuUs;
    const { rssMb, descriptors } = usageOf(dev.process.pid);
    say(
      `${count} partitions: produce p50 ${latency.p50} ms, p99 ${latency.p99} ms, ${latency.cpuUs} µs CPU; RSS ${rssMb} MB, ${descriptors} descriptors`,
    );
  }
  say(`${await verifyAll(connection, all)} records read from ${all.length} partitions; kill -9`);
  connection.close();
  await dev.process.kill();
  const restart = await serveAgain(dev, all);
  say(`every partition read ${restart.readMs} ms and written ${restart.writtenMs} ms after the start`);
  const usage = usageOf(dev.process.pid);
  Object.assign(figures, { restartToReadMs: restart.readMs, restartToWriteMs: restart.writtenMs, ...usage });
  check(restart.readMs <= RESTART_MS_MAX, `restart took ${restart.readMs} ms, allowed are ${RESTART_MS_MAX}`);
  check(usage.rssPeakMb <= RSS_MB_MAX, `RSS went up to ${usage.rssPeakMb} MB, allowed are ${RSS_MB_MAX}`);
  check(usage.descriptors <= DESCRIPTORS_MAX, `${usage.descriptors} descriptors are open, allowed are ${DESCRIPTORS_MAX}`);
  const [first = 0, last = 0] = [medians[0], medians.at(-1)];
  check(last <= first * LATENCY_FACTOR_MAX, `produce takes ${last} ms with ${total} partitions, ${first} ms with ${BUSY_PARTITIONS}`);
  return figures;
}

/** One record per request, one request at a time, acks=all. */
async function measure(
  connection: KafkaConnection,
  dev: DevProcess,
  busy: readonly NumberedPartition[],
): Promise<{ readonly p50: number; readonly p99: number; readonly cpuUs: number }> {
  const once = async (index: number): Promise<void> => {
    const target = busy[index % busy.length];
    if (target !== undefined) await produceTo(connection, [target], `latency ${index}`);
  };
  for (let index = 0; index < WARM_UP_REQUESTS; index++) await once(index);
  const took: number[] = [];
  const cpuBefore = cpuSecondsOf(dev.process.pid);
  for (let index = 0; index < LATENCY_REQUESTS; index++) {
    const startMs = performance.now();
    await once(index);
    took.push(performance.now() - startMs);
  }
  const cpuUs = Math.round(((cpuSecondsOf(dev.process.pid) - cpuBefore) * 1_000_000) / LATENCY_REQUESTS);
  const sorted = took.toSorted((a, b) => a - b);
  const at = (share: number): number => Math.round((sorted[Math.floor(sorted.length * share)] ?? 0) * 1_000) / 1_000;
  return { p50: at(0.5), p99: at(0.99), cpuUs };
}

/** Starts it and tries until each partition was read, then written; milliseconds from the start of the process. */
async function serveAgain(
  dev: DevProcess,
  all: readonly NumberedPartition[],
): Promise<{ readonly readMs: number; readonly writtenMs: number }> {
  const startMs = performance.now();
  await dev.process.start();
  const connection = await KafkaConnection.open(dev.kafkaAddress);
  // As a client does: leaders are found one after another, and until then the answer is to try again.
  await waitFor("every partition read after the restart", 2 * RESTART_MS_MAX, () => verifyAll(connection, all));
  const readMs = Math.round(performance.now() - startMs);
  await produceTo(connection, all, "after the restart");
  const writtenMs = Math.round(performance.now() - startMs);
  await verifyAll(connection, all);
  connection.close();
  return { readMs, writtenMs };
}
