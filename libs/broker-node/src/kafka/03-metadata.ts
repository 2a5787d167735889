import { create } from "@bufbuild/protobuf";
import { CreateTopicRequestSchema, type Topic } from "@millrace/contracts";
import {
  metadataApi,
  type MetadataRequest,
  type MetadataRequestTopic,
  type MetadataResponseTopicInit,
  ZERO_UUID,
} from "@millrace/kafka-wire";
import { assertTopicName, isInternalTopic } from "@millrace/model";
import type { ClusterView } from "../cluster-view.ts";
import { kafkaCodeOf, KafkaError } from "./error-codes.ts";
import type { KafkaCall, KafkaContext } from "./kafka-context.ts";
import { reachableBrokers } from "./reachable-brokers.ts";
import { partitionStateOf } from "./partition-state.ts";
import { serve } from "./served-api.ts";
import { topicNameOf } from "./topic-lookup.ts";

/**
 * Metadata v0-13: v1 null = all topics; v4 auto-creation; v7 leader epochs; v10 topic ids; v12 lookup by id; v13 top-level error. v10 and 11 ignore ids in
 * requests (G9). Authorized operations are not known here: answered as "not asked".
 */
export const metadata = serve(metadataApi, async (request, call, context) => {
  const { view, settings } = context;
  const brokers = await reachableBrokers(context, call.connection.signal);
  const topics = await topicsOf(request, call, context);
  // Any broker takes changes of topics and passes them on, so each names itself.
  return { brokers, clusterId: view.clusterId, controllerId: settings.brokerId, topics, errorCode: KafkaError.NONE };
});

function topicsOf(request: MetadataRequest, call: KafkaCall, context: KafkaContext): Promise<MetadataResponseTopicInit[]> {
  const { topics } = request;
  const isAll = topics === null || (call.version === 0 && topics.length === 0);
  if (isAll) return Promise.resolve([...context.view.topics].map((topic) => described(context.view, topic)));
  return Promise.all(topics.map((topic) => topicOf(topic, request.allowAutoTopicCreation, call, context)));
}

async function topicOf(
  asked: MetadataRequestTopic,
  mayCreate: boolean,
  call: KafkaCall,
  context: KafkaContext,
): Promise<MetadataResponseTopicInit> {
  const { view } = context;
  if (asked.name === null) {
    const name = call.version >= 12 ? topicNameOf(view, asked.topicId) : undefined;
    const topic = name === undefined ? undefined : view.topic(name);
    return topic === undefined ? failed({ ...asked, errorCode: KafkaError.UNKNOWN_TOPIC_ID }) : described(view, topic);
  }
  const { name } = asked;
  const topic = view.topic(name);
  if (topic !== undefined) return described(view, topic);
  if (!view.isKnown) return failed({ name, errorCode: KafkaError.LEADER_NOT_AVAILABLE });
  try {
    assertTopicName(name);
    if (!mayCreate || !context.settings.autoCreateTopics || isInternalTopic(name))
      return failed({ name, errorCode: KafkaError.UNKNOWN_TOPIC_OR_PARTITION });
    await context.topics.createTopic(create(CreateTopicRequestSchema, { name, ifNotExists: true }), call.call);
    const created = view.topic(name);
    return created === undefined ? failed({ name, errorCode: KafkaError.LEADER_NOT_AVAILABLE }) : described(view, created);
  } catch (error) {
    return failed({ name, errorCode: kafkaCodeOf(error) });
  }
}

function described(view: ClusterView, { name, topicId, internal, partitions }: Topic): MetadataResponseTopicInit {
  const states = partitions.map((state) => partitionStateOf(view, state));
  return { errorCode: KafkaError.NONE, name, topicId, isInternal: internal, partitions: states };
}

function failed({
  name,
  topicId = ZERO_UUID,
  errorCode,
}: {
  name: string | null;
  topicId?: string;
  errorCode: number;
}): MetadataResponseTopicInit {
  return { errorCode, name, topicId, partitions: [] };
}
