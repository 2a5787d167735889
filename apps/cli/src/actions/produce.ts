import type { AppError } from "@millrace/model";
import type { ProduceOptions } from "../commands/records.ts";
import { PROGRESS_INTERVAL_MS } from "../limits.ts";
import type { GlobalOptions } from "../options.ts";
import { formatBytes, formatCount } from "../output/format.ts";
import { jsonLine } from "../output/json.ts";
import type { CliWorld } from "../world.ts";
import { inputRecords } from "./input-records.ts";
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
    for await (const record of inputRecords(options, world)) {
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
