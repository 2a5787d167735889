import type { Counter, Histogram, Metrics } from "@millrace/ports";
import type { Replicas } from "./partitions/replicas.ts";

/** Metrics of the data plane, under Kafka's names where it has one. */
export interface BrokerMetrics {
  readonly bytesIn: Counter;
  readonly bytesOut: Counter;
  readonly messagesIn: Counter;
  readonly produceRequests: Counter;
  readonly failedProduceRequests: Counter;
  readonly fetchRequests: Counter;
  readonly failedFetchRequests: Counter;
  readonly appendSeconds: Histogram;
  readonly flushSeconds: Histogram;
  readonly fetchWaitSeconds: Histogram;
}

export function createBrokerMetrics(metrics: Metrics): BrokerMetrics {
  const topicCounter = (name: string, help: string): Counter => metrics.counter(`kafka_server_brokertopicmetrics_${name}_total`, help);
  return {
    bytesIn: topicCounter("bytesin", "bytes of batches appended"),
    bytesOut: topicCounter("bytesout", "bytes of batches fetched"),
    messagesIn: topicCounter("messagesin", "records appended"),
    produceRequests: topicCounter("totalproducerequests", "partitions of produce requests"),
    failedProduceRequests: topicCounter("failedproducerequests", "partitions of produce requests refused"),
    fetchRequests: topicCounter("totalfetchrequests", "partitions of fetch requests answered"),
    failedFetchRequests: topicCounter("failedfetchrequests", "partitions of fetch requests refused"),
    appendSeconds: metrics.histogram("millrace_append_duration_seconds", "from the arrival of a batch to its acknowledgement"),
    flushSeconds: metrics.histogram("millrace_flush_duration_seconds", "one sync of a partition's log"),
    fetchWaitSeconds: metrics.histogram("millrace_fetch_wait_seconds", "time that fetches wait for records"),
  };
}

/** Series per partition, from its leader only, since dashboards add them up. */
export function observePartitions(
  metrics: Metrics,
  of: { replicas: Replicas; inFlightBytes: () => number; unsentBytes: () => number },
): void {
  const led = () => of.replicas.all().filter((partition) => partition.leaderEpoch !== undefined);
  const labels = (at: { topic: string; partition: number }) => ({ topic: at.topic, partition: String(at.partition) });
  metrics.gauge("kafka_topic_partition_current_offset", "log end offset", () =>
    led().map((at) => ({ value: at.log.logEndOffset, labels: labels(at) })),
  );
  metrics.gauge("kafka_topic_partition_oldest_offset", "log start offset", () =>
    led().map((at) => ({ value: at.log.logStartOffset, labels: labels(at) })),
  );
  metrics.gauge("kafka_log_log_size", "bytes of a partition's log", () =>
    of.replicas.all().map((at) => ({ value: at.log.sizeBytes, labels: labels(at) })),
  );
  metrics.gauge("kafka_server_replicamanager_leadercount", "partitions led", () => [{ value: led().length }]);
  metrics.gauge("kafka_server_replicamanager_partitioncount", "partitions held", () => [{ value: of.replicas.all().length }]);
  metrics.gauge("millrace_fetch_unsent_bytes", "bytes of fetch answers that Kafka clients have not taken", () => [
    { value: of.unsentBytes() },
  ]);
  metrics.gauge("millrace_produce_queue_bytes", "bytes of produce requests not yet answered", () => [{ value: of.inFlightBytes() }]);
}
