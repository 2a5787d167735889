import { crc32c, createCompressionCodecs } from "@millrace/codecs";
import {
  createPartitionLog,
  type LogPorts,
  type LogSettings,
  openPartitionLog,
  type PartitionLog,
  partitionFolder,
} from "@millrace/log-engine";
import { leaderEpoch, producerEpoch, producerId, timestampMs, resolveTopicConfig, type TopicId } from "@millrace/model";
import type { Storage } from "@millrace/ports";
import { BatchBuilder, splitBatches, verifyBatch } from "@millrace/records";
import { createSimulatedStorage } from "@millrace/testkit";
import type { FuzzTarget, OpenTarget } from "../fuzz-target.ts";
import { isRefusal } from "../refusal.ts";

const IDENTITY = { topicId: "0123456789abcdef0123456789abcdef" as TopicId, topic: "t", partition: 0 };
const FOLDER = partitionFolder(IDENTITY);
const SETTINGS: LogSettings = { ...resolveTopicConfig({}), segmentBytes: 2_000, indexIntervalBytes: 300 };
const EPOCH = leaderEpoch(1);
const READ_BYTES_MAX = 100_000;
const BATCHES = 14;

interface Files {
  readonly names: readonly string[];
  readonly contents: readonly Uint8Array[];
}

/** Files of a log, each kind by itself, of one that was closed cleanly and of one whose process died. */
export const logFileTargets: readonly FuzzTarget[] = [
  ".log",
  ".index",
  ".timeindex",
  ".txnindex",
  ".snapshot",
  "leader-epochs",
  "checkpoint",
  "partition.json",
].map((ending): FuzzTarget => ({ name: `log-file-${ending.replace(".", "")}`, open: () => openFiles(ending) }));

async function openFiles(ending: string): Promise<OpenTarget> {
  const lives = [await writtenFiles({ isClosed: true }), await writtenFiles({ isClosed: false })];
  const entries = lives.flatMap((files) =>
    files.names.flatMap((name, index) =>
      name.endsWith(ending) ? [{ files, name, content: files.contents[index] ?? new Uint8Array(0) }] : [],
    ),
  );
  const usable = entries.filter(({ content }) => content.length > 0);
  return {
    corpus: usable.map(({ content }) => content),
    run: (bytes, entry) => {
      const found = usable[entry];
      return found === undefined ? undefined : recover(found.files, found.name, bytes);
    },
  };
}

function portsOf(storage: Storage): LogPorts {
  return { storage, crc32c, codecs: createCompressionCodecs() };
}

async function writtenFiles({ isClosed }: { isClosed: boolean }): Promise<Files> {
  const storage = createSimulatedStorage({ seed: 1 });
  const log = await createPartitionLog(IDENTITY, SETTINGS, portsOf(storage));
  await log.startLeaderEpoch(EPOCH);
  const builder = new BatchBuilder({ crc32c });
  for (let batch = 0; batch < BATCHES; batch++) {
    for (let record = 0; record < 4; record++) builder.append(timestampMs(batch * 10 + record), null, new Uint8Array(60).fill(batch));
    const numbers = { producerId: producerId(5), producerEpoch: producerEpoch(0), baseSequence: batch * 4, transactional: true };
    log.stage(builder.build(batch % 2 === 0 ? {} : { ...numbers, baseSequence: ((batch - 1) / 2) * 4 }), {
      leaderEpoch: EPOCH,
      now: timestampMs(batch * 10),
      transactionVerified: true,
    });
    if (batch === 8)
      log.stageMarker(
        { producerId: producerId(5), producerEpoch: producerEpoch(0), coordinatorEpoch: 1, outcome: "abort" },
        { leaderEpoch: EPOCH, now: timestampMs(90) },
      );
    log.writeStaged();
    await log.sync();
    log.advanceHighWatermark([log.replicaEndOffset]);
  }
  await log.checkpoint();
  if (isClosed) await log.close();
  else log.abandon();
  const names = storage
    .list(FOLDER)
    .filter(({ isFolder }) => !isFolder)
    .map(({ name }) => name);
  return { names, contents: names.map((name) => storage.readFile(`${FOLDER}/${name}`) ?? new Uint8Array(0)) };
}

/** Opens the log with one file changed: it opens and serves whole batches only, or says what is wrong with it. */
async function recover({ names, contents }: Files, changed: string, bytes: Uint8Array): Promise<void> {
  const storage = createSimulatedStorage({ seed: 1 });
  storage.createFolder(FOLDER);
  for (const [index, name] of names.entries()) {
    const file = storage.open(`${FOLDER}/${name}`, { create: true });
    const content = name === changed ? bytes : (contents[index] ?? new Uint8Array(0));
    if (content.length > 0) file.append([content]);
    file.close();
  }
  let log: PartitionLog | undefined;
  try {
    log = await openPartitionLog(FOLDER, SETTINGS, portsOf(storage));
    readAll(log);
  } catch (error) {
    if (!isRefusal(error, ["corrupt", "invalid", "not-found", "conflict", "unavailable"])) throw error;
  } finally {
    log?.abandon();
  }
}

function readAll(log: PartitionLog): void {
  for (let from = log.logStartOffset; from < log.logEndOffset;) {
    const { chunks, nextOffset } = log.read({ offset: from, maxBytes: READ_BYTES_MAX, endOffset: log.logEndOffset });
    for (const chunk of chunks) for (const batch of splitBatches(chunk).batches) verifyBatch(batch, { crc32c });
    if (nextOffset <= from) throw new Error(`reading does not go on offset=${from} end=${log.logEndOffset}`);
    from = nextOffset;
  }
  log.offsetForTime(timestampMs(45), "read-committed");
  log.abortedTransactions(log.logStartOffset, log.logEndOffset);
  log.nextSequence({ producerId: producerId(5), producerEpoch: producerEpoch(0) });
  log.endOffsetOfEpoch(EPOCH);
  if (log.lastStableOffset > log.highWatermark || log.highWatermark > log.logEndOffset || log.logStartOffset > log.logEndOffset)
    throw new Error(
      `offsets out of order start=${log.logStartOffset} stable=${log.lastStableOffset} hw=${log.highWatermark} end=${log.logEndOffset}`,
    );
}
