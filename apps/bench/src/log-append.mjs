import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import { parseArgs } from "node:util";
import { crc32c } from "@millrace/codecs";
import { createMemoryStorage, createPartitionLog, createTailCache } from "@millrace/log-engine";
import { resolveTopicConfig } from "@millrace/model";
import { BatchBuilder } from "@millrace/records";
import { createFsStorage } from "@millrace/storage-fs";

/**
 * The log alone: batches to several partitions, a turn at a time: stage all, write all, then one sync per partition, the next turn's batches
 * while it runs. `node --conditions=@millrace/source apps/bench/src/log-append.mjs --seconds 10`
 */
const { values: flags } = parseArgs({
  options: {
    seconds: { type: "string", default: "5" },
    partitions: { type: "string", default: "6" },
    "record-bytes": { type: "string", default: "100" },
    "batch-records": { type: "string", default: "150" },
    "batches-per-turn": { type: "string", default: "8" },
    flush: { type: "string", default: "ack" },
    storage: { type: "string", default: "disk" },
    folder: { type: "string", default: tmpdir() },
  },
});
const partitions = Number(flags.partitions);
const recordsPerBatch = Number(flags["batch-records"]);
const batchesPerTurn = Number(flags["batches-per-turn"]);

const root = mkdtempSync(join(flags.folder, "millrace-bench-"));
const isMemory = flags.storage === "memory";
const storage = isMemory ? createMemoryStorage({ bytesMax: 512 * 2 ** 20 }) : createFsStorage(root);
const tailCache = createTailCache(isMemory ? 0 : 64 * 2 ** 20);
const settings = resolveTopicConfig({
  flush: flags.flush,
  "segment.bytes": String((isMemory ? 8 : 64) * 2 ** 20),
  ...(isMemory ? { "retention.bytes": "1000000" } : {}),
});
const leaderEpoch = 1;
const now = 1_000;

const logs = [];
for (let partition = 0; partition < partitions; partition++) {
  const identity = { topicId: "0123456789abcdef0123456789abcdef", topic: "bench", partition };
  const log = await createPartitionLog(identity, settings, { storage, crc32c, tailCache });
  await log.startLeaderEpoch(leaderEpoch);
  logs.push(log);
}

const builder = new BatchBuilder({ crc32c });
const value = new Uint8Array(Number(flags["record-bytes"])).fill(97);
for (let index = 0; index < recordsPerBatch; index++) builder.append(now, null, value);
const batch = builder.build();

let records = 0;
let bytes = 0;
const latencies = [];
const started = performance.now();
const cpuStarted = process.cpuUsage();
const until = started + Number(flags.seconds) * 1_000;

/** One partition's loop: turns follow each other, each acknowledged when synced. */
async function drive(log) {
  let lastRetention = 0;
  while (performance.now() < until) {
    const begun = performance.now();
    for (let count = 0; count < batchesPerTurn; count++) {
      log.stage(batch, { leaderEpoch, now });
      records += recordsPerBatch;
      bytes += batch.length;
    }
    log.writeStaged();
    if (flags.flush === "ack") await log.sync();
    else await nextTurn();
    log.advanceHighWatermark([log.replicaEndOffset]);
    latencies.push(performance.now() - begun);
    if (isMemory && log.logEndOffset - lastRetention > 150_000) {
      await log.sync();
      await log.applyRetention({ now });
      lastRetention = log.logEndOffset;
    }
  }
}

await Promise.all(logs.map(drive));
const seconds = (performance.now() - started) / 1_000;
const cpu = process.cpuUsage(cpuStarted);
latencies.sort((a, b) => a - b);
const at = (part) => (latencies[Math.floor(latencies.length * part)] ?? 0).toFixed(2);

const readStarted = performance.now();
let readBytes = 0;
for (const log of logs) {
  for (let offset = log.logStartOffset; offset < log.logEndOffset && readBytes < 2 ** 30;) {
    const { sizeBytes, nextOffset } = log.read({ offset, maxBytes: 1_048_576, endOffset: log.highWatermark });
    if (nextOffset === offset) break;
    readBytes += sizeBytes;
    offset = nextOffset;
  }
}
const readSeconds = (performance.now() - readStarted) / 1_000;

const gigabytes = bytes / 1e9;
console.log(
  JSON.stringify({
    ...flags,
    recordsPerSecond: Math.round(records / seconds),
    megabytesPerSecond: Math.round(bytes / seconds / 1e6),
    cpuSecondsPerGigabyte: Number(((cpu.user + cpu.system) / 1e6 / gigabytes).toFixed(2)),
    turnMs: { p50: at(0.5), p99: at(0.99), p999: at(0.999) },
    readMegabytesPerSecond: Math.round(readBytes / readSeconds / 1e6),
    rssMegabytes: Math.round(process.memoryUsage().rss / 1e6),
  }),
);
for (const log of logs) await log.close();
rmSync(root, { recursive: true, force: true });
