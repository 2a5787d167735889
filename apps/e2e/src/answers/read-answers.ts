import { type Client, committedBatches } from "@millrace/client";
import { createCompressionCodecs } from "@millrace/codecs";
import { readRecords } from "@millrace/records";

/** Answers as readers of committed records find them, by id, and how many records there are. */
export interface AnswersFound {
  readonly answers: ReadonlyMap<number, number>;
  readonly records: number;
}

export async function readAnswers(client: Client, topic: string): Promise<AnswersFound> {
  const answers = new Map<number, number>();
  const codecs = createCompressionCodecs();
  let records = 0;
  for (let partition = 0; partition < (await client.partitionCount(topic)); partition++) {
    const [end] = await client.listOffsets([{ topic, partition, at: "latest" }], "committed");
    const range = { topic, partition, startOffset: 0, endOffset: end?.offset ?? 0 };
    for await (const chunk of client.fetchRange(range, { isolation: "committed" }))
      for (const batch of committedBatches(chunk))
        for (const { value } of readRecords(batch, { codecs })) {
          const { id, answer } = JSON.parse(new TextDecoder().decode(value ?? new Uint8Array())) as { id: number; answer: number };
          answers.set(id, answer);
          records++;
        }
  }
  return { answers, records };
}
