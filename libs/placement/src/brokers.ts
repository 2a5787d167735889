import {
  type BrokerEpoch,
  brokerEpoch,
  type BrokerId,
  isInternalTopic,
  type PartitionState,
  resolveTopicConfig,
  type TopicDescription,
} from "@millrace/model";
import { changeTopics, livenessWith, withDistrusted, withLeader, withoutBroker, withoutLeader } from "./elect.ts";
import { errors } from "./errors.ts";
import type { Came, Decision, PlacementContext, RegisterBroker } from "./events.ts";
import { BROKERS_MAX } from "./limits.ts";
import { isSettled, settled, statusIn } from "./settle.ts";
import type { BrokerState, ClusterChange, ClusterState } from "./state.ts";

type BrokerDecision = Decision<{ readonly kind: "broker"; readonly broker: BrokerState }>;

interface Registration {
  readonly id: BrokerId;
  readonly epoch: BrokerEpoch;
}

/**
 * Registers a process. One that is still known and not fenced (its session broke, or another coordinator took over) goes on as it was: data
 * keeps flowing. A new process, or a fenced one, gets a new broker epoch and starts fenced until it has caught up (reliability R9).
 */
export function registerBroker(state: ClusterState, event: RegisterBroker, { came }: PlacementContext): BrokerDecision {
  if (!Number.isInteger(event.brokerId) || event.brokerId < 0 || event.brokerId > 0x7fff_ffff) throw errors.invalidBrokerId(event.brokerId);
  const known = state.brokers.get(event.brokerId);
  if (known === undefined && state.brokers.size >= BROKERS_MAX) throw errors.tooManyBrokers(BROKERS_MAX);
  const { kind: _, logs, cleanStopEpoch, ...registration } = event;
  if (known !== undefined && known.status !== "fenced") {
    if (known.incarnationId === event.incarnationId && known.folderId === event.folderId)
      return confirm(known, { ...known, ...registration });
    // The same folder cannot be open twice, so the old process is dead; another folder under the same id is a second broker.
    if (known.folderId !== event.folderId) throw errors.brokerIdInUse(event.brokerId, known.address);
  }
  const epoch = brokerEpoch(state.identity.brokerEpochLast + 1);
  const kept = known?.isDraining === true ? { isDraining: true } : {};
  const broker: BrokerState = { ...registration, ...kept, brokerEpoch: epoch, status: "fenced" };
  const isLive = livenessWith(state, broker);
  const hasEmptyDisk = known !== undefined && known.folderId !== event.folderId;
  // A process that was only fenced lost nothing. The mark names the life that stopped: another one came back with an older copy of the disk.
  const isSameProcess = known?.incarnationId === event.incarnationId;
  const wasStoppedCleanly = known?.brokerEpoch === cleanStopEpoch;
  const onDisk = new Map(logs.map((log) => [`${log.topicId}/${log.partition}`, log]));
  const topics = changeTopics(state.topics.values(), (partition, topic) => {
    if (!partition.replicas.includes(broker.brokerId)) return partition;
    const log = onDisk.get(`${partition.topicId}/${partition.partition}`);
    // What a disk lost is noted in any case; who leads instead is not for too few to decide.
    const of = { broker: broker.brokerId, isLive: (id: BrokerId) => isLive(id) && isSettled(topic, partition, came) };
    if (hasEmptyDisk || (log === undefined && isMissed(topic, partition)))
      return withDistrusted(topic, partition, { ...of, isEmpty: true });
    const mayLack = !isSameProcess && log !== undefined && (log.isSuspect || !(wasStoppedCleanly || isSynced(topic)));
    if (mayLack && partition.replicas.length > 1) return withDistrusted(topic, partition, { ...of, isEmpty: false });
    return afterLeaving(topic, partition, { ...of, keepLast: false, came });
  });
  const counter: ClusterChange = { kind: "cluster", identity: { ...state.identity, brokerEpochLast: epoch } };
  return { changes: [counter, { kind: "broker", broker }, ...topics], response: { kind: "broker", broker } };
}

/** The only replica of a partition may come back without a log: it had none yet, or keeps it in memory. With others, theirs is what counts. */
function isMissed({ configOverrides }: TopicDescription, { replicas }: PartitionState): boolean {
  return replicas.length > 1 && configOverrides["storage"] !== "memory";
}

/** What its replicas acknowledged was on disk, so that a crash takes nothing that counted (reliability R11). */
function isSynced({ name, configOverrides }: TopicDescription): boolean {
  return isInternalTopic(name) || resolveTopicConfig(configOverrides).flush === "ack";
}

function confirm(known: BrokerState, broker: BrokerState): BrokerDecision {
  const isSame = (["address", "kafkaAddress", "externalAddress", "externalKafkaAddress", "rack"] as const).every(
    (of) => known[of] === broker[of],
  );
  return { changes: isSame ? [] : [{ kind: "broker", broker }], response: { kind: "broker", broker } };
}

/** Unfences a broker that has applied the metadata of its registration, and lets it lead what has no leader. */
export function unfenceBroker(state: ClusterState, { id, epoch }: Registration, { came }: PlacementContext): BrokerDecision {
  const known = registered(state, id, epoch);
  if (known.status !== "fenced") return { changes: [], response: { kind: "broker", broker: known } };
  const broker: BrokerState = { ...known, status: "live" };
  const leaderless = [...state.leaderlessTopics].flatMap((topicId) => state.topics.get(topicId) ?? []);
  const topics = changeTopics(leaderless, (partition, topic) => {
    if (partition.leader !== undefined || !isSettled(topic, partition, came)) return partition;
    return settled(topic, partition, statusIn(state, broker));
  });
  return { changes: [{ kind: "broker", broker }, ...topics], response: { kind: "broker", broker } };
}

/** Fences a broker whose session is over. Late news of an older registration change nothing. */
export function fenceBroker(
  state: ClusterState,
  { id, epoch }: Registration,
  { came }: PlacementContext,
): Decision<{ readonly kind: "none" }> {
  const known = state.brokers.get(id);
  if (known?.brokerEpoch !== epoch || known.status === "fenced") return { changes: [], response: { kind: "none" } };
  const broker: BrokerState = { ...known, status: "fenced" };
  const isLive = livenessWith(state, broker);
  const topics = changeTopics(state.topics.values(), (partition, topic) =>
    afterLeaving(topic, partition, { broker: id, isLive, keepLast: false, came }),
  );
  return { changes: [{ kind: "broker", broker }, ...topics], response: { kind: "none" } };
}

/** Moves leadership off a broker that wants to stop; it goes on leading what no other replica can lead. */
export function prepareStop(state: ClusterState, { id, epoch }: Registration, { came }: PlacementContext): BrokerDecision {
  const known = registered(state, id, epoch);
  if (known.status !== "live" && known.status !== "full") return { changes: [], response: { kind: "broker", broker: known } };
  const broker: BrokerState = { ...known, status: "stopping" };
  const isLive = livenessWith(state, broker);
  const topics = changeTopics(state.topics.values(), (partition, topic) =>
    afterLeaving(topic, partition, { broker: id, isLive, keepLast: true, came }),
  );
  return { changes: [{ kind: "broker", broker }, ...topics], response: { kind: "broker", broker } };
}

/**
 * The disk of a broker has no room for records, or has again (reliability R15). Without room it leads only what no other replica can, is out of the in-sync sets that have
 * another member, so that nobody waits for it, and gets no new replicas; with room it catches up and joins them as any other.
 */
export function changeRoom(
  state: ClusterState,
  { brokerId: id, brokerEpoch: epoch, isFull }: { brokerId: BrokerId; brokerEpoch: BrokerEpoch; isFull: boolean },
  { came }: PlacementContext,
): BrokerDecision {
  const known = registered(state, id, epoch);
  if (known.status !== (isFull ? "live" : "full")) return { changes: [], response: { kind: "broker", broker: known } };
  const broker: BrokerState = { ...known, status: isFull ? "full" : "live" };
  const isLive = livenessWith(state, broker);
  const topics = changeTopics(state.topics.values(), (partition, topic) => {
    if (isFull) return afterLeaving(topic, partition, { broker: id, isLive, keepLast: true, came });
    return partition.leader !== undefined || !isSettled(topic, partition, came) ? partition : withLeader(topic, partition, isLive);
  });
  return { changes: [{ kind: "broker", broker }, ...topics], response: { kind: "broker", broker } };
}

/** The partition after a broker left it; as long as too few of its replicas have come, only what it led is not led any more. */
function afterLeaving(
  topic: TopicDescription,
  partition: PartitionState,
  { came, ...of }: { broker: BrokerId; isLive: (id: BrokerId) => boolean; keepLast: boolean; came: Came },
): PartitionState {
  if (!partition.inSyncSet.includes(of.broker)) return partition;
  return isSettled(topic, partition, came) ? withoutBroker(topic, partition, of) : withoutLeader(partition, of);
}

/** The broker, if this is its current registration. */
export function registered(state: ClusterState, id: BrokerId, epoch: BrokerEpoch): BrokerState {
  const known = state.brokers.get(id);
  if (known?.brokerEpoch !== epoch) throw errors.staleBrokerEpoch(id, epoch);
  return known;
}
