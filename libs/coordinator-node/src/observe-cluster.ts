import type { GaugeSample, Metrics } from "@millrace/ports";
import { offlinePartitionCount } from "./rpc/cluster-service.ts";
import type { Term } from "./term/term.ts";

/** Series of the cluster come from the active coordinator only; a standby shows that it is none. */
export function observeCluster(metrics: Metrics, of: { term: () => Term | undefined; takeoverSeconds: () => number }): void {
  const { term } = of;
  const isActive = (): GaugeSample[] => [{ value: term() === undefined ? 0 : 1 }];
  const inTerm = (observe: (current: Term) => GaugeSample[]) => (): GaugeSample[] => {
    const current = term();
    return current === undefined ? [] : observe(current);
  };
  const one = (value: (current: Term) => number) => inTerm((current) => [{ value: value(current) }]);
  metrics.gauge("kafka_controller_kafkacontroller_activecontrollercount", isActive);
  metrics.gauge("millrace_leader", isActive);
  metrics.gauge("kafka_controller_kafkacontroller_offlinepartitionscount", one(offlinePartitionCount));
  metrics.gauge(
    "millrace_fencing_epoch",
    one(({ fence }) => fence.epoch),
  );
  metrics.gauge(
    "millrace_takeover_duration_seconds",
    one(() => of.takeoverSeconds()),
  );
  metrics.gauge(
    "millrace_executors_live",
    one(({ executors }) => executors.live().length),
  );
  metrics.gauge(
    "millrace_topics",
    one(({ controller }) => controller.state.topics.size),
  );
  metrics.gauge(
    "kafka_brokers",
    one((current) => registered(current).length),
  );
  metrics.gauge(
    "kafka_broker_info",
    inTerm((current) => registered(current).map(({ brokerId, address }) => ({ value: 1, labels: { id: String(brokerId), address } }))),
  );
  metrics.gauge(
    "kafka_topic_partitions",
    inTerm(({ controller }) =>
      [...controller.state.topics.values()].map(({ name, partitions }) => ({ value: partitions.length, labels: { topic: name } })),
    ),
  );
}

function registered({ controller }: Term) {
  return [...controller.state.brokers.values()].filter(({ status }) => status !== "fenced");
}
