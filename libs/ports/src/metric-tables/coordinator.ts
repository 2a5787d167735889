import type { MetricTable } from "./declaration.ts";

/** Of coordinators: the cluster, from the active one only, and the store. */
export const COORDINATOR_METRICS = {
  kafka_controller_kafkacontroller_activecontrollercount: {
    kind: "gauge",
    unit: "1",
    labels: [],
    help: "1 while this coordinator leads; the sum over all is 1, or nobody leads.",
  },
  kafka_controller_kafkacontroller_offlinepartitionscount: {
    kind: "gauge",
    unit: "partitions",
    labels: [],
    help: "Partitions without a leader.",
  },
  kafka_brokers: { kind: "gauge", unit: "brokers", labels: [], help: "Brokers that are not fenced." },
  kafka_broker_info: { kind: "gauge", unit: "1", labels: ["id", "address"], help: "1 for each broker that is not fenced." },
  kafka_topic_partitions: { kind: "gauge", unit: "partitions", labels: ["topic"], help: "Partitions of the topic." },
  millrace_leader: { kind: "gauge", unit: "1", labels: [], help: "1 while this coordinator leads." },
  millrace_fencing_epoch: { kind: "gauge", unit: "epoch", labels: [], help: "Epoch of the current term; it only rises." },
  millrace_executors_live: { kind: "gauge", unit: "executors", labels: [], help: "Executors with a session." },
  millrace_topics: { kind: "gauge", unit: "topics", labels: [], help: "Topics, internal ones included." },
  millrace_takeover_duration_seconds: {
    kind: "gauge",
    unit: "seconds",
    labels: [],
    help: "From the lease of the current term to serving.",
  },
  millrace_redis_up: { kind: "gauge", unit: "1", labels: [], help: "1 when the last call of the coordination store was answered." },
  millrace_redis_duration_seconds: {
    kind: "histogram",
    unit: "seconds",
    labels: ["script"],
    help: "One call of the coordination store, be it Redis or embedded.",
  },
} as const satisfies MetricTable;
