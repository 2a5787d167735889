import { readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { type Abuse, ABUSES } from "../abuse/abuses.ts";
import { Probe } from "../abuse/probe.ts";
import { check, type Figures, type Scenario } from "../scenario.ts";
import { connectClient } from "../system/cluster-client.ts";
import { createDevProcess } from "../system/dev-process.ts";

const TOPIC = "abused";
const PROBE_TOPIC = "probe";
const RECORDS = 64_000;
const RECORD_BYTES = 1_000;
const LOOK_MS = 50;
const SETTLE_MS = 2_000;
const MEBIBYTE = 1_048_576;
/** Other clients are served meanwhile, if slower: librdkafka's own patience is 60 s, a user's is less. */
const LATENCY_MS_MAX = 10_000;

/** Acceptance 4 of the Kafka listener: clients that misbehave cost a bounded amount of memory, and others are served meanwhile. */
export const abuse: Scenario = {
  name: "abuse",
  what: "clients that stop half-way, never read, drip, pipeline and storm: memory stays bounded, others are served",
  run: async ({ folder, say }) => {
    const dev = await createDevProcess(folder);
    await dev.process.start();
    const connection = connectClient([dev.address]);
    const { client } = connection;
    const probes: Probe[] = [];
    try {
      for (const name of [TOPIC, PROBE_TOPIC]) await client.admin().createTopic({ name, partitions: 1 });
      const producer = client.producer();
      await producer.open([TOPIC]);
      for (let record = 0; record < RECORDS; record++)
        if (!producer.send(TOPIC, { partition: 0, value: new Uint8Array(RECORD_BYTES) })) await producer.ready();
      await producer.close();
      const probe = await Probe.start(dev.kafkaAddress, PROBE_TOPIC);
      probes.push(probe);
      await delay(SETTLE_MS);
      const quiet = probe.take();
      say(`quiet: rss ${mebibytes(rssOf(dev.process.pid))} MiB; others p50 ${quiet.p50Ms} ms, p99 ${quiet.p99Ms} ms`);
      let figures: Figures = { quietRssMiB: mebibytes(rssOf(dev.process.pid)), quietP99Ms: quiet.p99Ms };
      for (const each of ABUSES)
        figures = { ...figures, ...(await endure(each, { pid: dev.process.pid, address: dev.kafkaAddress, probe, say })) };
      return { ...figures, endRssMiB: mebibytes(rssOf(dev.process.pid)) };
    } finally {
      await Promise.all(probes.map((probe) => probe.stop()));
      await connection.close();
      await dev.process.stop();
    }
  },
};

async function endure(
  { name, growthBytesMax, run }: Abuse,
  world: { readonly pid: number; readonly address: string; readonly probe: Probe; readonly say: (text: string) => void },
): Promise<Figures> {
  const { pid, address, probe, say } = world;
  const before = rssOf(pid);
  let peak = before;
  const watch = setInterval(() => (peak = Math.max(peak, rssOf(pid))), LOOK_MS);
  try {
    await run(address, TOPIC);
    await delay(SETTLE_MS);
  } finally {
    clearInterval(watch);
  }
  const after = rssOf(pid);
  const { p50Ms, p99Ms, maxMs, requests } = probe.take();
  const memory = `rss ${mebibytes(before)} → ${mebibytes(peak)} → ${mebibytes(after)} MiB`;
  say(`${name}: ${memory}; ${requests} requests of others p50 ${p50Ms} ms, p99 ${p99Ms} ms, worst ${maxMs} ms`);
  check(peak - before <= growthBytesMax, `${name}: ${memory}, at most ${mebibytes(growthBytesMax)} MiB more were allowed`);
  check(maxMs < LATENCY_MS_MAX, `${name}: a request of another client took ${maxMs} ms`);
  return { [`${name}: MiB`]: mebibytes(peak - before), [`${name}: p99Ms`]: p99Ms };
}

function rssOf(pid: number): number {
  const kibibytes = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
  return Number(kibibytes ?? Number.NaN) * 1_024;
}

function mebibytes(bytes: number): number {
  return Math.round(bytes / MEBIBYTE);
}
