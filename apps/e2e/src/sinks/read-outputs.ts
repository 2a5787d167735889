import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { type Client, committedBatches } from "@millrace/client";
import { createCompressionCodecs } from "@millrace/codecs";
import { RecordOffsets } from "@millrace/records";
import type { Targets } from "./sink-places.ts";
import { SINKS, type SinkResult } from "./sinks-job.ts";

/** What readers find in each sink, by the sink's name. */
export async function readOutputs(own: Client, targets: Targets): Promise<ReadonlyMap<string, readonly SinkResult[]>> {
  return new Map([
    ["topic", await readResults(own, SINKS.topic)],
    ["files", await fromFiles(targets.places.filesFolder)],
    ["table", (await targets.postgres.query<{ id: number; nth: number }>(`SELECT id, nth FROM ${SINKS.table}`)).rows],
    ["foreign", await readResults(targets.foreign.client, SINKS.foreignTopic)],
    ["redis", await fromRedis(targets)],
  ]);
}

/** What is committed in a topic of results. */
export async function readResults(client: Client, topic: string): Promise<SinkResult[]> {
  const results: SinkResult[] = [];
  const codecs = createCompressionCodecs();
  const records = new RecordOffsets();
  for (let partition = 0; partition < (await client.partitionCount(topic)); partition++) {
    const [end] = await client.listOffsets([{ topic, partition, at: "latest" }], "committed");
    const range = { topic, partition, startOffset: 0, endOffset: end?.offset ?? 0 };
    if (range.endOffset === 0) continue;
    for await (const chunk of client.fetchRange(range, { isolation: "committed" })) {
      for (const batch of committedBatches(chunk)) {
        records.decode(batch, { codecs });
        for (let i = 0; i < records.count; i++) results.push(parse(new TextDecoder().decode(records.value(i) ?? new Uint8Array())));
      }
    }
  }
  return results;
}

/** As any reader of a folder: files that are not hidden. */
async function fromFiles(root: string): Promise<SinkResult[]> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const results: SinkResult[] = [];
  for (const entry of entries) {
    if (!entry.isFile() || join(entry.parentPath, entry.name).slice(root.length).includes("/.")) continue;
    const text = await readFile(join(entry.parentPath, entry.name), "utf8");
    results.push(
      ...text
        .split("\n")
        .filter((line) => line !== "")
        .map(parse),
    );
  }
  return results;
}

async function fromRedis({ redis }: Targets): Promise<SinkResult[]> {
  const entries = await redis.xrange(SINKS.redisStream, "-", "+");
  return entries.map(([, fields]) => ({ id: Number(fields[fields.indexOf("id") + 1]), nth: Number(fields[fields.indexOf("nth") + 1]) }));
}

function parse(text: string): SinkResult {
  return JSON.parse(text) as SinkResult;
}
