import { BrokerService, errorFromWire, Isolation, type OffsetAnswer, type RpcTransport } from "@millrace/contracts";
import {
  AppError,
  CHECKPOINTS_TOPIC,
  type ConnectorSourceDescriptor,
  deadLetterTopicOf,
  type JobGraph,
  nameOfSource,
  SINK_MARKS_TOPIC,
  type TopicDescription,
  TRANSACTION_STATE_TOPIC,
} from "@millrace/model";
import type { SourcePartition } from "@millrace/scheduling";
import type { ClusterView } from "../jobs-port.ts";
import { LIST_OFFSETS_TIMEOUT_MS } from "./limits.ts";

const EARLIEST = -2;
const LATEST = -1;

interface Ports {
  readonly cluster: ClusterView;
  readonly transport: RpcTransport;
}

/** Refuses a graph that names topics which do not exist; said at submit, before anything runs. */
export function assertTopicsExist(graph: JobGraph, cluster: ClusterView): void {
  for (const operator of graph.operators) {
    if (operator.kind === "source") {
      if (operator.source.type === "topic") topicOf(operator.source.topic, cluster, operator.id);
      const deadLetters = deadLetterTopicOf(operator.source);
      if (deadLetters !== undefined) topicOf(deadLetters, cluster, operator.id);
    }
    if (operator.kind === "sink" && operator.sink.type === "topic") topicOf(operator.sink.topic, cluster, operator.id);
  }
}

/** The source partitions of a new job, numbered for its life in order of (source, partition), with first and (if bounded) last offsets. */
export async function resolveSources(graph: JobGraph, ports: Ports): Promise<SourcePartition[]> {
  for (const name of [TRANSACTION_STATE_TOPIC, SINK_MARKS_TOPIC, CHECKPOINTS_TOPIC]) await ports.cluster.ensureInternalTopic(name);
  const sources: SourcePartition[] = [];
  for (const operator of graph.operators) {
    if (operator.kind !== "source") continue;
    if (operator.source.type === "connector") {
      sources.push(...splitsOf(operator.id, operator.source));
      continue;
    }
    const { topic, start, until } = operator.source;
    const partitions = topicOf(topic, ports.cluster, operator.id).partitions.map((_, partition) => ({ topic, partition }));
    const first = await listOffsets(partitions, start === "earliest" ? EARLIEST : LATEST, ports);
    const last = until === undefined ? undefined : await listOffsets(partitions, LATEST, ports);
    partitions.forEach(({ partition }, i) => {
      sources.push({ source: operator.id, index: i, topic, partition, startOffset: first[i] ?? 0, endOffset: last?.[i] });
    });
  }
  return sources;
}

/** Splits of a source that is no topic; only workers know what there is to read of them. */
function splitsOf(source: string, descriptor: ConnectorSourceDescriptor): SourcePartition[] {
  const { splits, connector } = descriptor;
  const topic = nameOfSource(descriptor);
  return Array.from({ length: splits }, (_, index) => {
    return { source, index, topic, partition: index, connector, startOffset: 0, endOffset: undefined };
  });
}

/** Last stable offset of each source partition, in their order; 0 for one that is of no topic. */
export async function listEnds(sources: readonly SourcePartition[], ports: Ports): Promise<number[]> {
  const ends = await listOffsets(sources.filter(isOfTopic), LATEST, ports);
  return sources.map((source) => (isOfTopic(source) ? (ends.shift() ?? 0) : 0));
}

/** Whether brokers know its offsets. */
export function isOfTopic({ connector }: SourcePartition): boolean {
  return connector === undefined;
}

/** One request per leader, all at once. */
async function listOffsets(partitions: readonly { topic: string; partition: number }[], time: number, ports: Ports): Promise<number[]> {
  const byLeader = Map.groupBy(partitions, ({ topic, partition }) =>
    leaderAddress(topicOf(topic, ports.cluster), partition, ports.cluster),
  );
  const answers = new Map<string, number>();
  const asked = [...byLeader].map(async ([address, own]) => {
    const client = ports.transport.client(BrokerService, address);
    const queries = own.map(({ topic, partition }) => ({ topic, partition, timestampMs: BigInt(time) }));
    const response = await client.listOffsets({ queries, isolation: Isolation.READ_COMMITTED }, { timeoutMs: LIST_OFFSETS_TIMEOUT_MS });
    for (const answer of response.answers) answers.set(`${answer.topic}/${answer.partition}`, offsetOf(answer));
  });
  await Promise.all(asked);
  return partitions.map(({ topic, partition }) => {
    const offset = answers.get(`${topic}/${partition}`);
    if (offset !== undefined) return offset;
    throw new AppError({
      kind: "retry",
      code: "offset-not-answered",
      message: "broker did not answer for a partition",
      context: { topic, partition },
    });
  });
}

function offsetOf(answer: OffsetAnswer): number {
  if (answer.error !== undefined) throw errorFromWire(answer.error);
  return Number(answer.offset);
}

/** host:port of the broker that leads a partition; throws `leader-not-available` (retriable) while there is none. */
export function leaderAddress(topic: TopicDescription, partition: number, cluster: ClusterView): string {
  const leader = topic.partitions.find((state) => state.partition === partition)?.leader;
  const address = leader === undefined ? undefined : cluster.brokerAddress(leader);
  if (address !== undefined) return address;
  const message = "partition has no live leader: wait for its broker, or see `millrace doctor`";
  throw new AppError({ kind: "retry", code: "leader-not-available", message, context: { topic: topic.name, partition } });
}

/** `operator`: which one names the topic. */
function topicOf(name: string, cluster: ClusterView, operator?: string): TopicDescription {
  const topic = cluster.topic(name);
  if (topic !== undefined) return topic;
  const message = `no such topic: create it with \`millrace topic create ${name}\``;
  throw new AppError({ kind: "not-found", code: "unknown-topic", message, context: { operator, topic: name } });
}
