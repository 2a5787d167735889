import { join } from "node:path";
import type { Client } from "@millrace/client";
import { committedBatches } from "@millrace/client";
import { createCompressionCodecs } from "@millrace/codecs";
import { readRecords } from "@millrace/records";
import { ManagedProcess } from "../system/managed-process.ts";
import { nodeArgs } from "../system/sources.ts";
import { COPY } from "../transform/copy-worker.ts";

export const COPY_PARTITIONS = 6;
const WORKERS = 2;

/** Workers that copy a topic with transactions, offsets included, until they are killed. */
export function copyCrew(folder: string, brokerAddress: string): readonly ManagedProcess[] {
  return Array.from(
    { length: WORKERS },
    (_, index) =>
      new ManagedProcess({
        name: `copier-${index}`,
        program: process.execPath,
        args: nodeArgs("apps/e2e/src/transform/copy-worker.ts", [brokerAddress, `copier-${index}`]),
        logFile: join(folder, `copier-${index}.log`),
        isReady: () => Promise.resolve(true),
      }),
  );
}

/** Values of committed records of a partition, in order. */
export async function valuesOf(client: Client, target: { topic: string; partition: number }): Promise<readonly string[]> {
  const [end] = await client.listOffsets([{ ...target, at: "latest" }], "committed");
  const range = { ...target, startOffset: 0, endOffset: end?.offset ?? 0 };
  const values: string[] = [];
  const codecs = createCompressionCodecs();
  for await (const chunk of client.fetchRange(range, { isolation: "committed" }))
    for (const batch of committedBatches(chunk))
      for (const { value } of readRecords(batch, { codecs })) values.push(Buffer.from(value ?? []).toString());
  return values;
}

/** Offsets of the group and what was copied must say the same: they were committed together. Empty: they do. */
export async function findCopyFaults(client: Client): Promise<{ readonly faults: readonly string[]; readonly copied: number }> {
  const offsets = await client.admin().groupOffsets(COPY.group);
  const faults: string[] = [];
  let copied = 0;
  for (let partition = 0; partition < COPY_PARTITIONS; partition++) {
    const offset = offsets.find((saved) => saved.topic === COPY.input && saved.partition === partition)?.offset ?? 0;
    const input = await valuesOf(client, { topic: COPY.input, partition });
    const output = await valuesOf(client, { topic: COPY.output, partition });
    copied += output.length;
    const isImage = output.length === offset && output.every((value, i) => value === input[i]);
    if (!isImage)
      faults.push(`partition ${partition}: the group is at ${offset} of ${input.length}, and ${output.length} records are copied`);
  }
  return { faults, copied };
}
