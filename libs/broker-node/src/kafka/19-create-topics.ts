import { create } from "@bufbuild/protobuf";
import { CreateTopicRequestSchema } from "@millrace/contracts";
import {
  createTopicsApi,
  type CreateTopicsRequest,
  type CreateTopicsRequestCreatableTopic,
  type CreateTopicsResponseCreatableTopicResultInit,
  ZERO_UUID,
} from "@millrace/kafka-wire";
import { inParallel } from "../in-parallel.ts";
import { TOPICS_CHANGED_AT_ONCE } from "../limits.ts";
import { replicaCountOf } from "../partitions/effective-config.ts";
import { kafkaCodeOf, KafkaError, messageOf } from "./error-codes.ts";
import type { KafkaCall, KafkaContext } from "./kafka-context.ts";
import { serve } from "./served-api.ts";
import { topicConfigs } from "./topic-configs.ts";

/**
 * CreateTopics v2-7: v4 -1 = the default; v5 partitions, replicas and effective settings in the answer; v7 topic id. Each topic succeeds or fails alone. Given
 * replica assignments are taken; counts beside them are refused, as Kafka does.
 */
export const createTopics = serve(createTopicsApi, async (request, call, context) => {
  const topics: CreateTopicsResponseCreatableTopicResultInit[] = [];
  const asked: Asked = { request, call, context, twice: namedTwice(request.topics) };
  await inParallel(request.topics.entries(), TOPICS_CHANGED_AT_ONCE, async ([index, topic]) => {
    topics[index] = await createOne(topic, asked);
  });
  return { topics };
});

interface Asked {
  readonly request: CreateTopicsRequest;
  readonly call: KafkaCall;
  readonly context: KafkaContext;
  readonly twice: ReadonlySet<string>;
}

function namedTwice(topics: CreateTopicsRequest["topics"]): ReadonlySet<string> {
  const seen = new Set<string>();
  return new Set(topics.flatMap(({ name }) => (seen.has(name) ? [name] : (seen.add(name), []))));
}

async function createOne(
  topic: CreateTopicsRequestCreatableTopic,
  { request, call, context, twice }: Asked,
): Promise<CreateTopicsResponseCreatableTopicResultInit> {
  const { name, numPartitions, replicationFactor } = topic;
  const refuse = (errorCode: number, errorMessage: string) => ({ name, topicId: ZERO_UUID, errorCode, errorMessage });
  const refusal = refusalOf(topic, twice);
  if (refusal !== undefined) return refuse(...refusal);
  try {
    const configs = Object.fromEntries(topic.configs.flatMap(({ name: config, value }) => (value === null ? [] : [[config, value]])));
    const message = create(CreateTopicRequestSchema, {
      name,
      partitions: Math.max(0, numPartitions),
      replicationFactor: Math.max(0, replicationFactor),
      configs,
      validateOnly: request.validateOnly,
      assignments: inOrder(topic).map(({ brokerIds }) => ({ brokerIds: [...brokerIds] })),
    });
    const { topic: created } = await context.topics.createTopic(message, call.call);
    const partitions = created?.partitions ?? [];
    return {
      name,
      topicId: request.validateOnly ? ZERO_UUID : (created?.topicId ?? ZERO_UUID),
      errorCode: KafkaError.NONE,
      numPartitions: partitions.length,
      replicationFactor: partitions[0]?.replicas?.length ?? -1,
      configs: topicConfigs(configs, { replicaCount: replicaCountOf({ partitions }), internal: false }).map(
        ({ name: config, value, source }) => ({
          name: config,
          value,
          readOnly: false,
          configSource: source,
          isSensitive: false,
        }),
      ),
    };
  } catch (error) {
    return refuse(kafkaCodeOf(error), messageOf(error));
  }
}

/** What is wrong with the request by itself, as Kafka's code and what to do. */
function refusalOf(topic: CreateTopicsRequestCreatableTopic, twice: ReadonlySet<string>): [code: number, message: string] | undefined {
  const { name, numPartitions, replicationFactor } = topic;
  if (twice.has(name)) return [KafkaError.INVALID_REQUEST, "the topic is named twice in the request"];
  const empty = topic.configs.find(({ value }) => value === null);
  if (empty !== undefined) return [KafkaError.INVALID_CONFIG, `no value for ${empty.name}: give one, or leave it out`];
  if (inOrder(topic).some(({ partitionIndex }, index) => partitionIndex !== index))
    return [KafkaError.INVALID_REPLICA_ASSIGNMENT, "assigned partitions must be numbered from 0 without gaps, each once"];
  if (topic.assignments.length > 0 && (numPartitions !== -1 || replicationFactor !== -1))
    return [KafkaError.INVALID_REQUEST, "with replica assignments the numbers of partitions and replicas must be -1"];
  if (numPartitions === 0 || numPartitions < -1)
    return [KafkaError.INVALID_PARTITIONS, "the number of partitions must be 1 or more, or -1 for the default"];
  if (replicationFactor === 0 || replicationFactor < -1)
    return [KafkaError.INVALID_REPLICATION_FACTOR, "the replication factor must be 1 or more, or -1 for the default"];
  return undefined;
}

function inOrder({ assignments }: CreateTopicsRequestCreatableTopic): CreateTopicsRequestCreatableTopic["assignments"] {
  return assignments.toSorted((a, b) => a.partitionIndex - b.partitionIndex);
}
