import { type Client, committedBatches } from "@millrace/client";
import { createCompressionCodecs } from "@millrace/codecs";
import { RecordOffsets } from "@millrace/records";

/** Every value of a topic that readers of committed records see, parsed. */
export async function readJson(
  client: Client,
  options: { readonly topic: string; readonly each: (value: unknown) => void },
): Promise<void> {
  const { topic, each } = options;
  const decoder = new TextDecoder();
  const codecs = createCompressionCodecs();
  const offsets = new RecordOffsets();
  const partitionCount = await client.partitionCount(topic);
  for (let partition = 0; partition < partitionCount; partition++) {
    const [end] = await client.listOffsets([{ topic, partition, at: "latest" }], "committed");
    const range = { topic, partition, startOffset: 0, endOffset: end?.offset ?? 0 };
    for await (const chunk of client.fetchRange(range, { isolation: "committed" })) {
      for (const batch of committedBatches(chunk)) {
        offsets.decode(batch, { codecs });
        for (let i = 0; i < offsets.count; i++) {
          const value = offsets.value(i);
          if (value !== null) each(JSON.parse(decoder.decode(value)));
        }
      }
    }
  }
}

/** Compares what a job wrote with what was expected, by a name of each result; answers what is wrong, in words. */
export function differences(expected: ReadonlyMap<string, string>, found: ReadonlyMap<string, readonly string[]>): string[] {
  let missing = 0;
  let wrong = 0;
  let repeated = 0;
  for (const [name, value] of expected) {
    const values = found.get(name);
    if (values === undefined) missing++;
    else if (values.length > 1) repeated++;
    else if (values[0] !== value) wrong++;
  }
  const strange = [...found.keys()].filter((name) => !expected.has(name)).length;
  const words = { missing, wrong, "written more than once": repeated, "not expected": strange };
  return Object.entries(words).flatMap(([what, count]) => (count > 0 ? [`${count} of ${expected.size} windows are ${what}`] : []));
}
