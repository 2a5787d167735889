import { create } from "@bufbuild/protobuf";
import { CreatePartitionsRequestSchema } from "@millrace/contracts";
import { createPartitionsApi, type CreatePartitionsRequestTopic, type CreatePartitionsResponseTopicResultInit } from "@millrace/kafka-wire";
import { kafkaCodeOf, KafkaError, messageOf } from "./error-codes.ts";
import type { KafkaCall, KafkaContext } from "./kafka-context.ts";
import { serve } from "./served-api.ts";

/** CreatePartitions v0-3: the count is the total afterwards. Every topic that is asked for is in the answer (G39). Given assignments are those of the partitions that are added. */
export const createPartitions = serve(createPartitionsApi, async ({ topics, validateOnly }, call, context) => {
  const results: CreatePartitionsResponseTopicResultInit[] = [];
  const names = new Set<string>();
  for (const topic of topics) {
    if (names.has(topic.name)) continue;
    names.add(topic.name);
    const isTwice = topics.filter(({ name }) => name === topic.name).length > 1;
    results.push(
      isTwice
        ? { name: topic.name, errorCode: KafkaError.INVALID_REQUEST, errorMessage: "the topic is named twice in the request" }
        : await growOne(topic, { validateOnly, call, context }),
    );
  }
  return { results };
});

async function growOne(
  { name, count, assignments }: CreatePartitionsRequestTopic,
  { validateOnly, call, context }: { validateOnly: boolean; call: KafkaCall; context: KafkaContext },
): Promise<CreatePartitionsResponseTopicResultInit> {
  try {
    const given = (assignments ?? []).map(({ brokerIds }) => ({ brokerIds: [...brokerIds] }));
    const message = create(CreatePartitionsRequestSchema, { name, totalCount: count, validateOnly, assignments: given });
    await context.topics.createPartitions(message, call.call);
    return { name, errorCode: KafkaError.NONE };
  } catch (error) {
    return { name, errorCode: kafkaCodeOf(error), errorMessage: messageOf(error) };
  }
}
