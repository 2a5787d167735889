export { brokerProcess } from "./broker-process.ts";
export { type BrokerAppSettings, brokerAppSchema } from "./settings.ts";
export { type RunningBroker, startBroker } from "./start-broker.ts";
