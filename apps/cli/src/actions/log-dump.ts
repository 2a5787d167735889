import { createCompressionCodecs } from "@millrace/codecs";
import { walkLog } from "@millrace/log-engine";
import { readEndTransactionMarker, readRecords, type RecordBatchView } from "@millrace/records";
import type { LogDumpOptions } from "../commands/log.ts";
import { cliError } from "../errors.ts";
import type { GlobalOptions } from "../options.ts";
import { formatBytes } from "../output/format.ts";
import { jsonLine } from "../output/json.ts";
import type { CliWorld } from "../world.ts";
import { findLogFolders } from "./log-folders.ts";

const LIMIT_DEFAULT = 1_000;
const codecs = createCompressionCodecs();

/** `log dump`: a line per batch, and per record if asked for, up to the first that is not whole. */
export async function dumpLog(path: string, options: LogDumpOptions & GlobalOptions, world: CliWorld): Promise<void> {
  const { ports, folders } = findLogFolders(path, world);
  const [folder] = folders;
  if (folder === undefined || folders.length > 1)
    throw cliError("bad-argument", "several partitions are there: give the folder of one", { path, partitions: folders.length });
  const { from = 0, limit = LIMIT_DEFAULT } = options;
  const lines: string[] = [];
  let batches = 0;
  const broken = walkLog(folder, ports, (batch, at) => {
    if (batch.nextOffset <= from) return true;
    const described = describe(batch, at);
    lines.push(
      options.json === true
        ? jsonLine(options.records === true ? { ...described, records: recordsOf(batch) } : described)
        : lineOf(described),
    );
    if (options.records === true && options.json !== true) lines.push(...recordsOf(batch).map(recordLine));
    return ++batches < limit;
  });
  for (const line of lines) await world.write(line);
  if (broken !== undefined) world.note(`not whole from here on: ${broken.file} at byte ${broken.position ?? 0}: ${broken.problem}`);
}

function describe(view: RecordBatchView, at: { readonly file: string; readonly position: number }) {
  const marker = view.isControl && view.recordCount > 0 ? readEndTransactionMarker(view.subarray()) : undefined;
  return {
    ...at,
    baseOffset: view.baseOffset,
    lastOffset: view.lastOffset,
    recordCount: view.recordCount,
    sizeBytes: view.sizeInBytes,
    leaderEpoch: view.partitionLeaderEpoch,
    compression: view.compression,
    maxTimestamp: view.maxTimestamp,
    timestampType: view.timestampType,
    deleteHorizonMs: view.deleteHorizonMs,
    producerId: view.producerId,
    producerEpoch: view.producerEpoch,
    baseSequence: view.baseSequence,
    isTransactional: view.isTransactional,
    marker: marker === undefined ? undefined : { outcome: marker.outcome, coordinatorEpoch: marker.coordinatorEpoch },
  };
}

type Described = ReturnType<typeof describe>;

function lineOf(batch: Described): string {
  const parts = [
    `offsets ${batch.baseOffset} to ${batch.lastOffset}`,
    `${batch.recordCount} records`,
    formatBytes(batch.sizeBytes),
    `epoch ${batch.leaderEpoch}`,
    batch.compression === "none" ? undefined : batch.compression,
    batch.maxTimestamp < 0 ? undefined : new Date(batch.maxTimestamp).toISOString(),
    batch.producerId < 0 ? undefined : `producer ${batch.producerId}/${batch.producerEpoch} sequence ${batch.baseSequence}`,
    batch.marker === undefined ? (batch.isTransactional ? "transactional" : undefined) : `${batch.marker.outcome} marker`,
    batch.deleteHorizonMs === undefined ? undefined : `deletable from ${new Date(batch.deleteHorizonMs).toISOString()}`,
    `at byte ${batch.position} of ${batch.file.split("/").at(-1) ?? ""}`,
  ];
  return `${parts.filter((part) => part !== undefined).join(", ")}\n`;
}

interface DumpedRecord {
  readonly offset: number;
  readonly timestamp: number;
  readonly key: string | null;
  readonly value: string | null;
  readonly headers: readonly string[];
}

/** Text where it is text, base64 otherwise. */
function recordsOf(view: RecordBatchView): DumpedRecord[] {
  if (view.isControl) return [];
  return [...readRecords(view.subarray(), { codecs })].map(({ offset, timestamp, key, value, headers }) => ({
    offset,
    timestamp,
    key: textOf(key),
    value: textOf(value),
    headers: headers.map((header) => `${header.key}=${textOf(header.value) ?? ""}`),
  }));
}

function recordLine({ offset, key, value, headers }: DumpedRecord): string {
  const shown = headers.length === 0 ? "" : `  [${headers.join(", ")}]`;
  return `  ${offset}  ${key ?? "–"}  ${value ?? "(tombstone)"}${shown}\n`;
}

function textOf(bytes: Uint8Array | null): string | null {
  if (bytes === null) return null;
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return `base64:${Buffer.from(bytes).toString("base64")}`;
  }
}
