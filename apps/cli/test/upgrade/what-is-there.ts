import type { Client } from "@millrace/client";
import { createCompressionCodecs } from "@millrace/codecs";
import { createBatchCursor, readRecords } from "@millrace/records";

/** Everything that users see of a cluster, as text: what a version wrote, the next one must find. Without transactional ids, which are forgotten after a week. */
export async function whatIsThere(client: Client): Promise<Readonly<Record<string, unknown>>> {
  const admin = client.admin();
  const topics: Record<string, unknown> = {};
  for (const { name, configs, partitions } of await admin.listTopics()) {
    const logs = [];
    for (const { partition } of partitions) logs.push(await logOf(client, { topic: name, partition }));
    topics[name] = { configs: { ...configs }, logs };
  }
  const groups: Record<string, unknown> = {};
  for (const { groupId } of await admin.listGroups()) {
    const offsets = await admin.groupOffsets(groupId);
    groups[groupId] = offsets.map(({ topic, partition, offset }) => `${topic}/${partition} ${offset}`).sort();
  }
  const jobs = (await admin.listJobs()).map(({ jobId, name, incarnation }) => ({ jobId, name, incarnation }));
  const savepoints = (await admin.listSavepoints()).map(({ savepointId, batch, keyCount }) => ({
    ...{ savepointId, batch: Number(batch), keyCount: Number(keyCount) },
  }));
  return { topics, groups, jobs, savepoints };
}

async function logOf(client: Client, target: { readonly topic: string; readonly partition: number }) {
  const at = async (end: "earliest" | "latest", isolation: "committed" | "uncommitted"): Promise<number> =>
    (await client.listOffsets([{ ...target, at: end }], isolation))[0]?.offset ?? -1;
  const [start, end, stable] = [await at("earliest", "uncommitted"), await at("latest", "uncommitted"), await at("latest", "committed")];
  return {
    ...{ start, end, stable },
    all: await recordsOf(client, { ...target, startOffset: start, endOffset: end }, "uncommitted"),
    committed: await recordsOf(client, { ...target, startOffset: start, endOffset: stable }, "committed"),
  };
}

async function recordsOf(
  client: Client,
  range: { readonly topic: string; readonly partition: number; readonly startOffset: number; readonly endOffset: number },
  isolation: "committed" | "uncommitted",
): Promise<readonly string[]> {
  const codecs = createCompressionCodecs();
  const found: string[] = [];
  const aborted = new Map<number, number[]>();
  for await (const chunk of client.fetchRange(range, { isolation })) {
    for (const { producerId, firstOffset } of chunk.aborted) aborted.set(producerId, [...(aborted.get(producerId) ?? []), firstOffset]);
    for (const cursor = createBatchCursor(chunk.batches); cursor.advance();) {
      const { view } = cursor;
      if (view.isControl) {
        if (isolation === "uncommitted") found.push(`${view.baseOffset} marker of ${view.producerId}`);
        continue;
      }
      for (const { offset, timestamp, key, value, headers } of readRecords(view.subarray(), { codecs })) {
        if (offset < range.startOffset || offset >= range.endOffset) continue;
        const words = headers.map((header) => `${header.key}=${textOf(header.value)}`);
        found.push([offset, timestamp, view.producerId, textOf(key), textOf(value), ...words].join(" "));
      }
    }
  }
  return [...found, ...[...aborted].map(([producerId, offsets]) => `aborted ${producerId} from ${offsets.join(",")}`)];
}

function textOf(bytes: Uint8Array | null): string {
  return bytes === null ? "null" : Buffer.from(bytes).toString();
}
