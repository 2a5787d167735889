import type { PartitionState } from "@millrace/contracts";
import { brokerId } from "@millrace/model";
import type { GaugeSample, Metrics } from "@millrace/ports";
import type { ClusterView } from "./cluster-view.ts";
import type { LocalPartition } from "./partitions/local-partition.ts";
import type { Replicas } from "./partitions/replicas.ts";

interface Observed {
  readonly brokerId: number;
  readonly replicas: Replicas;
  readonly view: ClusterView;
  readonly inFlightBytes: () => number;
  readonly unsentBytes: () => number;
}

/** Series per partition, from its leader only, since dashboards add them up. */
export function observePartitions(metrics: Metrics, of: Observed): void {
  const { replicas } = of;
  const led = () => replicas.all().filter((partition) => partition.leaderEpoch !== undefined);
  const eachLed = (value: (partition: LocalPartition) => number) => () => led().map((at) => ({ value: value(at), labels: labelsOf(at) }));
  metrics.gauge(
    "kafka_topic_partition_current_offset",
    eachLed(({ log }) => log.logEndOffset),
  );
  metrics.gauge(
    "kafka_topic_partition_oldest_offset",
    eachLed(({ log }) => log.logStartOffset),
  );
  metrics.gauge("kafka_log_log_size", () => replicas.all().map((at) => ({ value: at.log.sizeBytes, labels: labelsOf(at) })));
  metrics.gauge("kafka_server_replicamanager_leadercount", () => [{ value: led().length }]);
  metrics.gauge("kafka_server_replicamanager_partitioncount", () => [{ value: replicas.all().length }]);
  metrics.gauge("kafka_log_logmanager_offlinelogdirectorycount", () => [{ value: replicas.hasFailed ? 1 : 0 }]);
  metrics.gauge("millrace_log_recovery_seconds", () => [{ value: replicas.recoverySeconds }]);
  metrics.gauge("millrace_fetch_unsent_bytes", () => [{ value: of.unsentBytes() }]);
  metrics.gauge("millrace_produce_queue_bytes", () => [{ value: of.inFlightBytes() }]);
  observeReplication(metrics, of, led);
}

interface Led {
  readonly at: LocalPartition;
  readonly state: PartitionState;
}

function observeReplication(metrics: Metrics, { brokerId: self, view }: Observed, all: () => readonly LocalPartition[]): void {
  const led = (): Led[] =>
    all().flatMap((at) => {
      const state = view.partition(at.topic, at.partition);
      return state === undefined ? [] : [{ at, state }];
    });
  const each = (value: (led: Led) => number) => () => led().map((one) => ({ value: value(one), labels: labelsOf(one.at) }));
  metrics.gauge(
    "kafka_topic_partition_replicas",
    each(({ state }) => state.replicas.length),
  );
  metrics.gauge(
    "kafka_topic_partition_in_sync_replica",
    each(({ state }) => state.inSyncSet.length),
  );
  metrics.gauge(
    "kafka_topic_partition_leader",
    each(() => self),
  );
  metrics.gauge(
    "kafka_topic_partition_leader_is_preferred",
    each(({ state }) => truth(state.replicas[0] === self)),
  );
  metrics.gauge(
    "kafka_topic_partition_under_replicated_partition",
    each((one) => truth(isUnderReplicated(one))),
  );
  metrics.gauge(
    "kafka_cluster_partition_underminisr",
    each((one) => truth(isUnderMin(one))),
  );
  metrics.gauge(
    "kafka_cluster_partition_atminisr",
    each((one) => truth(one.state.replicas.length > minInSync(one) && one.state.inSyncSet.length === minInSync(one))),
  );
  metrics.gauge("kafka_server_replicamanager_underreplicatedpartitions", () => [{ value: led().filter(isUnderReplicated).length }]);
  metrics.gauge("kafka_server_replicamanager_underminisrpartitioncount", () => [{ value: led().filter(isUnderMin).length }]);
  metrics.gauge("millrace_replication_lag_records", () => lagByFollower(led(), self));
}

/** What each follower has yet to fetch; all of the log of a partition that it has not asked for in this leader epoch. */
function lagByFollower(led: readonly Led[], self: number): GaugeSample[] {
  const lags = new Map<number, number>();
  for (const { at, state } of led) {
    const { logStartOffset, logEndOffset } = at.log;
    for (const follower of state.replicas) {
      if (follower === self) continue;
      const lag = Math.max(0, logEndOffset - (at.followerEnd(brokerId(follower)) ?? logStartOffset));
      lags.set(follower, (lags.get(follower) ?? 0) + lag);
    }
  }
  return [...lags].map(([follower, value]) => ({ value, labels: { follower: String(follower) } }));
}

function isUnderReplicated({ state }: Led): boolean {
  return state.inSyncSet.length < state.replicas.length;
}

function isUnderMin(led: Led): boolean {
  return led.state.inSyncSet.length < minInSync(led);
}

/** More than there are replicas nobody can ask for (KIP-966). */
function minInSync({ at, state }: Led): number {
  return Math.min(at.config.minInsyncReplicas, state.replicas.length);
}

function truth(holds: boolean): number {
  return holds ? 1 : 0;
}

type PartitionLabels = Readonly<Record<"topic" | "partition", string>>;

/** A dozen metrics of each partition are read at each look. */
const LABELS = new WeakMap<LocalPartition, PartitionLabels>();

function labelsOf(at: LocalPartition): PartitionLabels {
  let labels = LABELS.get(at);
  if (labels === undefined) LABELS.set(at, (labels = { topic: at.topic, partition: String(at.partition) }));
  return labels;
}
