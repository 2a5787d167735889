/** Kafka's numbers of things that have settings (ConfigResource.Type). */
export const TOPIC_RESOURCE = 2;
export const BROKER_RESOURCE = 4;
