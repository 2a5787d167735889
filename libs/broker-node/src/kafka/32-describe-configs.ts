import {
  describeConfigsApi,
  type DescribeConfigsRequest,
  type DescribeConfigsRequestResource,
  type DescribeConfigsResponseResultInit,
} from "@millrace/kafka-wire";
import { replicaCountOf } from "../partitions/effective-config.ts";
import { brokerConfigs } from "./broker-configs.ts";
import { BROKER_RESOURCE, TOPIC_RESOURCE } from "./config-resources.ts";
import { KafkaError } from "./error-codes.ts";
import type { KafkaContext } from "./kafka-context.ts";
import { serve } from "./served-api.ts";
import { type DescribedConfig, topicConfigs } from "./topic-configs.ts";

/** DescribeConfigs v1-4: v1 sources and synonyms; v3 types and documentation. Topics, and of brokers what they decide themselves; other resources are refused (42). */
export const describeConfigs = serve(describeConfigsApi, (request, _call, context) =>
  Promise.resolve({ results: request.resources.map((resource) => describe(resource, request, context)) }),
);

function describe(
  resource: DescribeConfigsRequestResource,
  request: DescribeConfigsRequest,
  context: KafkaContext,
): DescribeConfigsResponseResultInit {
  const { resourceType, resourceName, configurationKeys } = resource;
  const refuse = (errorCode: number, errorMessage: string) => ({ errorCode, errorMessage, resourceType, resourceName, configs: [] });
  let found: readonly DescribedConfig[];
  if (resourceType === TOPIC_RESOURCE) {
    const topic = context.view.topic(resourceName);
    if (topic === undefined) return refuse(KafkaError.UNKNOWN_TOPIC_OR_PARTITION, "topic does not exist");
    found = topicConfigs(topic.configs, { replicaCount: replicaCountOf(topic), internal: topic.internal });
  } else if (resourceType === BROKER_RESOURCE) {
    if (resourceName !== "" && resourceName !== String(context.settings.brokerId))
      return refuse(KafkaError.INVALID_REQUEST, "ask that broker");
    found = brokerConfigs(context);
  } else return refuse(KafkaError.INVALID_REQUEST, "only topics (2) and brokers (4) have settings here");
  const configs = found
    .filter(({ name }) => configurationKeys === null || configurationKeys.includes(name))
    .map(({ name, value, source, type, doc, synonyms }) => ({
      name,
      value,
      readOnly: resourceType === BROKER_RESOURCE,
      configSource: source,
      isSensitive: false,
      synonyms: request.includeSynonyms ? synonyms : [],
      configType: type,
      documentation: request.includeDocumentation ? doc : null,
    }));
  return { errorCode: KafkaError.NONE, resourceType, resourceName, configs };
}
