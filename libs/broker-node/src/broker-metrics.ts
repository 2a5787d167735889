import type { Counter, Histogram, Labels, Metrics } from "@millrace/ports";

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
  readonly inSyncShrinks: Counter;
  readonly inSyncExpands: Counter;
  readonly kafkaRequests: Counter;
  readonly kafkaRequestSeconds: Histogram;
}

export function createBrokerMetrics(metrics: Metrics): BrokerMetrics {
  return {
    bytesIn: metrics.counter("kafka_server_brokertopicmetrics_bytesin_total"),
    bytesOut: metrics.counter("kafka_server_brokertopicmetrics_bytesout_total"),
    messagesIn: metrics.counter("kafka_server_brokertopicmetrics_messagesin_total"),
    produceRequests: metrics.counter("kafka_server_brokertopicmetrics_totalproducerequests_total"),
    failedProduceRequests: metrics.counter("kafka_server_brokertopicmetrics_failedproducerequests_total"),
    fetchRequests: metrics.counter("kafka_server_brokertopicmetrics_totalfetchrequests_total"),
    failedFetchRequests: metrics.counter("kafka_server_brokertopicmetrics_failedfetchrequests_total"),
    appendSeconds: metrics.histogram("millrace_append_duration_seconds"),
    flushSeconds: metrics.histogram("millrace_flush_duration_seconds"),
    fetchWaitSeconds: metrics.histogram("millrace_fetch_wait_seconds"),
    inSyncShrinks: metrics.counter("kafka_server_replicamanager_isrshrinks_total"),
    inSyncExpands: metrics.counter("kafka_server_replicamanager_isrexpands_total"),
    kafkaRequests: metrics.counter("kafka_network_requestmetrics_requests_total"),
    kafkaRequestSeconds: metrics.histogram("millrace_kafka_request_duration_seconds"),
  };
}

/** What may never happen to a topic is shown as 0 from the time that it is led here: a rate sees the first refusal only when there was something before it. */
export function countFromZero({ failedProduceRequests, failedFetchRequests }: BrokerMetrics, labels: Labels): void {
  failedProduceRequests.add(0, labels);
  failedFetchRequests.add(0, labels);
}
