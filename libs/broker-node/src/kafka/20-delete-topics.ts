import { create } from "@bufbuild/protobuf";
import { DeleteTopicRequestSchema } from "@millrace/contracts";
import { deleteTopicsApi, type DeleteTopicsResponseDeletableTopicResultInit, ZERO_UUID } from "@millrace/kafka-wire";
import { inParallel } from "../in-parallel.ts";
import { TOPICS_CHANGED_AT_ONCE } from "../limits.ts";
import { kafkaCodeOf, KafkaError, messageOf } from "./error-codes.ts";
import type { KafkaCall, KafkaContext } from "./kafka-context.ts";
import { serve } from "./served-api.ts";
import { topicNameOf } from "./topic-lookup.ts";

/** DeleteTopics v1-6: v5 message; v6 by name or id. Each topic succeeds or fails alone. */
export const deleteTopics = serve(deleteTopicsApi, async (request, call, context) => {
  const asked = call.version >= 6 ? request.topics : request.topicNames.map((name) => ({ name, topicId: ZERO_UUID }));
  const responses: DeleteTopicsResponseDeletableTopicResultInit[] = [];
  await inParallel(asked.entries(), TOPICS_CHANGED_AT_ONCE, async ([index, topic]) => {
    responses[index] = await deleteOne(topic, call, context);
  });
  return { responses };
});

async function deleteOne(
  topic: { name: string | null; topicId: string },
  call: KafkaCall,
  context: KafkaContext,
): Promise<DeleteTopicsResponseDeletableTopicResultInit> {
  const isById = topic.name === null;
  if (!isById && topic.topicId !== ZERO_UUID)
    return { ...topic, errorCode: KafkaError.INVALID_REQUEST, errorMessage: "a topic is named or its id given, not both" };
  const name = topic.name ?? topicNameOf(context.view, topic.topicId);
  if (name === undefined) return { ...topic, errorCode: KafkaError.UNKNOWN_TOPIC_ID };
  const topicId = isById ? topic.topicId : (context.view.topic(name)?.topicId ?? ZERO_UUID);
  try {
    // By its id a topic is gone with this incarnation, whoever has its name by then.
    await context.topics.deleteTopic(create(DeleteTopicRequestSchema, { name, topicId: isById ? topicId : "" }), call.call);
    return { name, topicId, errorCode: KafkaError.NONE };
  } catch (error) {
    return { name, topicId, errorCode: kafkaCodeOf(error), errorMessage: messageOf(error) };
  }
}
