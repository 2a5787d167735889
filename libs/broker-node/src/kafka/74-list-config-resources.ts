import { listConfigResourcesApi } from "@millrace/kafka-wire";
import { BROKER_RESOURCE, TOPIC_RESOURCE } from "./config-resources.ts";
import { KafkaError } from "./error-codes.ts";
import { serve } from "./served-api.ts";

const CLIENT_METRICS = 16;

/** ListConfigResources v0-1: v0 asks for client metrics only, of which there are none; v1 by type, all without one. */
export const listConfigResources = serve(listConfigResourcesApi, ({ resourceTypes }, { version }, { view }) => {
  const asked = version === 0 ? [CLIENT_METRICS] : resourceTypes;
  const isAsked = (type: number): boolean => asked.length === 0 || asked.includes(type);
  const topics = isAsked(TOPIC_RESOURCE) ? [...view.topics].map(({ name }) => ({ resourceName: name, resourceType: TOPIC_RESOURCE })) : [];
  const brokers = isAsked(BROKER_RESOURCE)
    ? [...view.brokers].map(({ brokerId }) => ({ resourceName: String(brokerId), resourceType: BROKER_RESOURCE }))
    : [];
  return Promise.resolve({ errorCode: KafkaError.NONE, configResources: [...topics, ...brokers] });
});
