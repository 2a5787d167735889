import { type Client, committedBatches } from "@millrace/client";
import { createCompressionCodecs } from "@millrace/codecs";
import { RecordOffsets } from "@millrace/records";
import type { AirportDelays } from "./result-shapes.ts";
import type { Progress } from "./progress.ts";
import { count } from "./show.ts";
import type { Verification } from "./verify.ts";

/** Everything in the result topic that readers of committed records see. */
export async function readBack(client: Client, options: { topic: string; verification: Verification; progress: Progress }): Promise<void> {
  const { topic, verification, progress } = options;
  const decoder = new TextDecoder();
  const codecs = createCompressionCodecs();
  const partitionCount = await client.partitionCount(topic);
  const records = new RecordOffsets();
  for (let partition = 0; partition < partitionCount; partition++) {
    const [end] = await client.listOffsets([{ topic, partition, at: "latest" }], "committed");
    const range = { topic, partition, startOffset: 0, endOffset: end?.offset ?? 0 };
    if (range.endOffset === 0) continue;
    for await (const chunk of client.fetchRange(range, { isolation: "committed" })) {
      for (const batch of committedBatches(chunk)) {
        records.decode(batch, { codecs });
        for (let i = 0; i < records.count; i++) {
          const value = records.value(i);
          if (value !== null) verification.add(JSON.parse(decoder.decode(value)) as AirportDelays);
        }
      }
      progress.update(`${count(verification.resultCount)} windows read back`);
    }
  }
}
