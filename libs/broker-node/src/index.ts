export { type BrokerNode, type BrokerStatus, createBrokerNode } from "./broker-node.ts";
export type { BrokerPorts } from "./node-ports.ts";
export { type BrokerSettings, brokerSettingsSchema } from "./settings.ts";
