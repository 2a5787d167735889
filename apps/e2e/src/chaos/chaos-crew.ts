import type { Part } from "../foreign/crew.ts";

/** Clients whose every word goes into the history: sends, transactions, groups, copies, readers. Fewer than on a rolling day, as the cluster is what suffers. */
export const CHAOS_CREW: readonly Part[] = [
  { client: "confluent-kafka", role: "lanes" },
  { client: "millrace", role: "lanes" },
  { client: "confluent-kafka", role: "transactions" },
  { client: "millrace", role: "transactions" },
  { client: "confluent-kafka", role: "members", group: "range", protocol: "range" },
  { client: "confluent-kafka", role: "members", group: "next", protocol: "consumer" },
  { client: "confluent-kafka", role: "copiers", group: "copiers", protocol: "range" },
  { client: "confluent-kafka", role: "readers" },
];
