import {
  describeConfigsApi,
  type DescribeConfigsRequest,
  type DescribeConfigsRequestResource,
  type DescribeConfigsResponseResultInit,
} from "@millrace/kafka-wire";
import { KafkaError } from "./error-codes.ts";
import type { KafkaContext } from "./kafka-context.ts";
import { serve } from "./served-api.ts";
import { type DescribedConfig, topicConfigs } from "./topic-configs.ts";

const TOPIC = 2;
const BROKER = 4;
const SOURCE_STATIC = 4;
const TYPE_BOOLEAN = 1;
const TYPE_STRING = 2;

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
  if (resourceType === TOPIC) {
    const topic = context.view.topic(resourceName);
    if (topic === undefined) return refuse(KafkaError.UNKNOWN_TOPIC_OR_PARTITION, "topic does not exist");
    found = topicConfigs(topic.configs);
  } else if (resourceType === BROKER) {
    if (resourceName !== "" && resourceName !== String(context.settings.brokerId))
      return refuse(KafkaError.INVALID_REQUEST, "ask that broker");
    found = brokerConfigs(context);
  } else return refuse(KafkaError.INVALID_REQUEST, "only topics (2) and brokers (4) have settings here");
  const configs = found
    .filter(({ name }) => configurationKeys === null || configurationKeys.includes(name))
    .map(({ name, value, source, type, doc }) => ({
      name,
      value,
      readOnly: resourceType === BROKER,
      configSource: source,
      isSensitive: false,
      synonyms: request.includeSynonyms ? [{ name, value, source }] : [],
      configType: type,
      documentation: request.includeDocumentation ? doc : null,
    }));
  return { errorCode: KafkaError.NONE, resourceType, resourceName, configs };
}

function brokerConfigs({ settings, view }: KafkaContext): readonly DescribedConfig[] {
  const kafkaAddress = view.broker(settings.brokerId)?.kafkaAddress ?? "";
  const of = (name: string, value: string, type: number, doc: string): DescribedConfig => ({
    name,
    value,
    source: SOURCE_STATIC,
    type,
    doc,
  });
  return [
    of("broker.id", String(settings.brokerId), TYPE_STRING, "Number of this broker."),
    of("broker.rack", settings.rack, TYPE_STRING, "Failure domain."),
    of("advertised.listeners", `PLAINTEXT://${kafkaAddress}`, TYPE_STRING, "Where Kafka clients reach this broker."),
    of(
      "auto.create.topics.enable",
      String(settings.autoCreateTopics),
      TYPE_BOOLEAN,
      "Whether a topic is made when a client asks for its metadata.",
    ),
    of("log.dirs", settings.dataFolder, TYPE_STRING, "Folder of logs."),
  ];
}
