import type { Read } from "@millrace/checkers";
import { toAppError } from "@millrace/model";
import type { SimProcess } from "../world/sim-process.ts";
import { readOf } from "./values.ts";
import { GROUP, type Workload } from "./workload.ts";

const POLL_MS = 500;
/** A broker that was cut off while its groups moved answers from what it knew, until it hears of that; Kafka's does too. What is durable is looked at when all have heard. */
const STALE_MS = 10_000;

/**
 * After everything is healed: one reader reads each key from its beginning to its end. The end is the log's, so a transaction that nobody ends shows as a key that
 * is not reached.
 */
export async function readEverything(workload: Workload, of: { process: SimProcess; limitMs: number }): Promise<boolean> {
  const { recorder, keys } = workload;
  const { process } = of;
  const client = workload.connect(process);
  const consumer = client.consumer({ isolation: "committed", offsetReset: "none" });
  const p = recorder.newProcess();
  const names = keys.map(({ key }) => key);
  recorder.record({ p, type: "invoke", f: "assign", v: names, seek: "beginning" });
  consumer.assign(keys.map(({ topic, partition }) => ({ topic, partition, offset: "earliest" })));
  recorder.record({ p, type: "ok", f: "assign", v: names, seek: "beginning" });
  const endMs = process.clock.monotonicMs() + of.limitMs;
  let ends: Record<string, number> | undefined;
  let isReached = false;
  while (!isReached && process.clock.monotonicMs() < endMs) {
    try {
      ends ??= await logEnds(workload, client);
      await pollOnce();
    } catch (error) {
      workload.cluster.log.note(process.name, "final read failed", { code: toAppError(error).code, error });
      await process.sleep(POLL_MS);
    }
    isReached =
      ends !== undefined &&
      keys.every(({ key, topic, partition }) => (consumer.position({ topic, partition }) ?? -1) >= (ends?.[key] ?? Infinity));
  }
  if (isReached && !(await readCommitted())) isReached = false;
  recorder.record({ p, type: "invoke", f: "final", v: ends ?? {} });
  recorder.record({ p, type: isReached ? "ok" : "info", f: "final", v: ends ?? {} });
  return isReached;

  /** What the group has: not less than it was told to have. False: nobody answers. */
  async function readCommitted(): Promise<boolean> {
    await process.sleep(STALE_MS);
    const none = Object.fromEntries(names.map((key) => [key, -1]));
    recorder.record({ p, type: "invoke", f: "committed", v: { group: GROUP, offsets: none } });
    try {
      const found = await client.consumer({ groupId: GROUP, isolation: "committed" }).committed(keys);
      const offsets = Object.fromEntries(found.map(({ topic, partition, offset }) => [`${topic}-${partition}`, offset]));
      recorder.record({ p, type: "ok", f: "committed", v: { group: GROUP, offsets: { ...none, ...offsets } } });
      return true;
    } catch (error) {
      recorder.record({ p, type: "fail", f: "committed", v: { group: GROUP, offsets: none } });
      workload.cluster.log.note(process.name, "offsets of the group cannot be read", { error });
      return false;
    }
  }

  async function pollOnce(): Promise<void> {
    recorder.record({ p, type: "invoke", f: "poll", v: [["poll"]] });
    let group: Awaited<ReturnType<typeof consumer.poll>>;
    try {
      group = await consumer.poll({ timeoutMs: POLL_MS });
    } catch (error) {
      recorder.record({ p, type: "fail", f: "poll", v: [["poll"]] });
      throw error;
    }
    const reads: Record<string, Read[]> = {};
    if (group !== undefined) reads[`${group.topic}-${group.partition}`] = group.records.map(({ offset, value }) => readOf(offset, value));
    recorder.record({ p, type: "ok", f: "poll", v: [["poll", reads]] });
  }
}

/** High watermarks: what a reader of committed records has reached when no transaction is open. */
async function logEnds({ keys }: Workload, client: ReturnType<Workload["connect"]>): Promise<Record<string, number>> {
  const listed = await client.listOffsets(
    keys.map(({ topic, partition }) => ({ topic, partition, at: "latest" as const })),
    "uncommitted",
  );
  return Object.fromEntries(listed.map(({ topic, partition, offset }) => [`${topic}-${partition}`, offset]));
}
