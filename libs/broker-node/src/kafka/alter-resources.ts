import { create } from "@bufbuild/protobuf";
import { AlterTopicConfigsRequestSchema, ConfigChange_Operation } from "@millrace/contracts";
import { BROKER_RESOURCE, TOPIC_RESOURCE } from "./config-resources.ts";
import { kafkaCodeOf, KafkaError, messageOf } from "./error-codes.ts";
import type { KafkaCall, KafkaContext } from "./kafka-context.ts";

interface AlteredResource {
  readonly resourceType: number;
  readonly resourceName: string;
  readonly replaceAll: boolean;
  /** A value of null is refused where one is needed. */
  readonly changes: readonly { readonly name: string; readonly operation: ConfigChange_Operation; readonly value: string | null }[];
}

interface Answer {
  readonly errorCode: number;
  readonly errorMessage: string | null;
  readonly resourceType: number;
  readonly resourceName: string;
}

/** Changes settings of topics, one resource after the other; each succeeds or fails alone. */
export async function alterResources(
  resources: readonly AlteredResource[],
  of: { validateOnly: boolean; call: KafkaCall; context: KafkaContext },
): Promise<Answer[]> {
  const answers: Answer[] = [];
  for (const resource of resources) answers.push(await alterOne(resource, resources, of));
  return answers;
}

async function alterOne(
  resource: AlteredResource,
  all: readonly AlteredResource[],
  { validateOnly, call, context }: { validateOnly: boolean; call: KafkaCall; context: KafkaContext },
): Promise<Answer> {
  const { resourceType, resourceName, replaceAll, changes } = resource;
  const answer = (errorCode: number, errorMessage: string | null): Answer => ({ errorCode, errorMessage, resourceType, resourceName });
  if (all.filter((other) => other.resourceType === resourceType && other.resourceName === resourceName).length > 1)
    return answer(KafkaError.INVALID_REQUEST, "the resource is named twice in the request");
  if (resourceType === BROKER_RESOURCE)
    return answer(KafkaError.INVALID_REQUEST, "settings of brokers are read when they start: change them there and restart");
  if (resourceType !== TOPIC_RESOURCE) return answer(KafkaError.INVALID_REQUEST, "only settings of topics (2) can be changed");
  const nameless = changes.find(({ operation, value }) => value === null && operation !== ConfigChange_Operation.DELETE);
  if (nameless !== undefined) return answer(KafkaError.INVALID_REQUEST, `no value for ${nameless.name}: give one, or delete the setting`);
  try {
    const given = changes.map(({ name, operation, value }) => ({ name, operation, value: value ?? "" }));
    const message = create(AlterTopicConfigsRequestSchema, { name: resourceName, changes: given, replaceAll, validateOnly });
    await context.topics.alterTopicConfigs(message, call.call);
    return answer(KafkaError.NONE, null);
  } catch (error) {
    return answer(kafkaCodeOf(error), messageOf(error));
  }
}
