import { create } from "@bufbuild/protobuf";
import { DeleteTopicRequestSchema } from "@millrace/contracts";
import { deleteTopicsApi, type DeleteTopicsResponseDeletableTopicResultInit, ZERO_UUID } from "@millrace/kafka-wire";
import { kafkaCodeOf, KafkaError, messageOf } from "./error-codes.ts";
import type { KafkaCall, KafkaContext } from "./kafka-context.ts";
import { serve } from "./served-api.ts";
import { topicNameOf } from "./topic-lookup.ts";

/** DeleteTopics v1-6: v5 message; v6 by name or id. Each topic succeeds or fails alone. */
export const deleteTopics = serve(deleteTopicsApi, async (request, call, context) => {
  const asked = call.version >= 6 ? request.topics : request.topicNames.map((name) => ({ name, topicId: ZERO_UUID }));
  const responses: DeleteTopicsResponseDeletableTopicResultInit[] = [];
  for (const topic of asked) responses.push(await deleteOne(topic, call, context));
  return { responses };
});

async function deleteOne(
  topic: { name: string | null; topicId: string },
  call: KafkaCall,
  context: KafkaContext,
): Promise<DeleteTopicsResponseDeletableTopicResultInit> {
  const name = topic.name ?? topicNameOf(context.view, topic.topicId);
  if (name === undefined) return { ...topic, errorCode: KafkaError.UNKNOWN_TOPIC_ID };
  try {
    const topicId = context.view.topic(name)?.topicId ?? topic.topicId;
    await context.topics.deleteTopic(create(DeleteTopicRequestSchema, { name }), call.call);
    return { name, topicId, errorCode: KafkaError.NONE };
  } catch (error) {
    return { name, topicId: topic.topicId, errorCode: kafkaCodeOf(error), errorMessage: messageOf(error) };
  }
}
