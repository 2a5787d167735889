export { type BrokerNode, type BrokerStatus, createBrokerNode } from "./broker-node.ts";
export type { BrokerPorts } from "./node-ports.ts";
export { type BrokerSettings, brokerSettingsSchema } from "./settings.ts";
// What follows the cluster's metadata, without logs: for measurements of many brokers in one process.
export { ClusterView } from "./cluster-view.ts";
export { openBrokerFolder } from "./folder.ts";
export { MetadataFile } from "./metadata-file.ts";
export { CoordinatorSession, type SessionOwner } from "./session/coordinator-session.ts";
/** What the log of a group says; for checkers that look at disks. */
export { decodeGroupRecord } from "@millrace/groups";
