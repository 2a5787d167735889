import type { Client } from "@millrace/client";
import { text, type World } from "./world.ts";

/** Every value of a partition up to its end now, as numbers, in order. */
export async function readPartition(
  world: World,
  client: Client,
  from: { topic: string; partition: number; isolation?: "committed" | "uncommitted" },
): Promise<number[]> {
  const { topic, partition, isolation = "uncommitted" } = from;
  const [end] = await world.run(client.listOffsets([{ topic, partition, at: "latest" }], isolation));
  const values: number[] = [];
  const chunks = client.consumer({ isolation });
  chunks.assign([{ topic, partition, offset: "earliest" }]);
  for (let next = 0; next < (end?.offset ?? 0);) {
    const group = await world.run(chunks.poll({ timeoutMs: 2_000 }));
    if (group === undefined) break; // only markers and aborted records are left
    values.push(...group.records.map((record) => Number(text(record.value))));
    next = group.nextOffset;
  }
  await chunks.close();
  return values;
}
