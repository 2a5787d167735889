import { createReadStream } from "node:fs";
import { resolve } from "node:path";
import type { ProducerRecord } from "@millrace/client";
import type { AppError } from "@millrace/model";
import type { ProduceOptions } from "../commands/records.ts";
import { cliError } from "../errors.ts";
import { LINE_BYTES_MAX, PROGRESS_INTERVAL_MS } from "../limits.ts";
import type { GlobalOptions } from "../options.ts";
import { formatBytes, formatCount } from "../output/format.ts";
import { jsonLine } from "../output/json.ts";
import type { CliWorld } from "../world.ts";
import { linesOf } from "./lines.ts";
import { withClient } from "./with-client.ts";

/** `produce`: one record from the options, or one per line. All are stored when it returns; a failure ends it at the first. */
export async function produce(topic: string, options: ProduceOptions & GlobalOptions, world: CliWorld): Promise<void> {
  await withClient(options, world, async (client) => {
    const { acks, compression } = options;
    const producer = client.producer({ acks, compression, idempotent: acks === "all" });
    await producer.open([topic]);
    let failure: AppError | undefined;
    producer.onDelivery((delivery) => (failure ??= delivery.error));
    const startMs = world.monotonicMs();
    let [records, bytes, shownMs] = [0, 0, startMs];
    for await (const record of recordsOf(options, world)) {
      if (failure !== undefined || world.interrupt.aborted) break;
      records++;
      bytes += record.value?.byteLength ?? 0;
      if (!producer.send(topic, record)) await producer.ready();
      if (records % 1_000 !== 0 || world.monotonicMs() - shownMs < PROGRESS_INTERVAL_MS) continue;
      shownMs = world.monotonicMs();
      const seconds = (shownMs - startMs) / 1_000;
      world.progress(`${formatCount(records)} records, ${formatCount(records / seconds)}/s, ${formatBytes(bytes / seconds)}/s`);
    }
    await producer.flush();
    await producer.close();
    const seconds = (world.monotonicMs() - startMs) / 1_000;
    if (options.json === true) return world.write(jsonLine({ topic, records, bytes, seconds: Number(seconds.toFixed(3)) }));
    world.progress("");
    const rate = records >= 1_000 ? ` in ${seconds.toFixed(1)} s, ${formatCount(records / seconds)}/s` : "";
    world.note(`${formatCount(records)} record${records === 1 ? "" : "s"} written to ${topic}${rate}`);
  });
}

async function* recordsOf(options: ProduceOptions, world: CliWorld): AsyncGenerator<ProducerRecord> {
  const key = options.key === undefined ? {} : { key: Buffer.from(options.key) };
  const partition = options.partition === undefined ? {} : { partition: options.partition };
  if (options.value !== undefined) {
    yield { ...key, ...partition, value: Buffer.from(options.value) };
    return;
  }
  const separator = options.keySeparator === undefined ? undefined : Buffer.from(options.keySeparator);
  if (separator?.byteLength === 0)
    throw cliError("bad-argument", "the key separator must be at least one character", { option: "--key-separator" });
  if (options.file === undefined && world.isInputTerminal) world.note("type records, one a line; Ctrl-D ends");
  const input = options.file === undefined ? world.input : createReadStream(resolve(world.folder, options.file));
  for await (const line of linesOf(input, LINE_BYTES_MAX)) {
    const at = separator === undefined ? -1 : line.indexOf(separator);
    if (separator === undefined || at < 0) yield { ...key, ...partition, value: line };
    else yield { ...partition, key: line.subarray(0, at), value: line.subarray(at + separator.byteLength) };
  }
}
