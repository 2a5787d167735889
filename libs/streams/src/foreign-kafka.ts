import type { ConnectorSourceDescriptor, DeadLetter, RecordDecoding } from "@millrace/model";
import { jobError } from "./errors.ts";
import type { Sink, SinkParts, Source, TopicRecord } from "./kafka.ts";
import type { Serde } from "./serde.ts";

/** Another Kafka cluster. */
export interface ForeignCluster {
  /** Addresses (host:port) of some of its brokers. */
  readonly bootstrap: readonly string[];
}

/** A topic of another cluster as source and sink of elements E, made of keys K and values V. */
export interface ForeignTopic<E, K, V> extends Source<E>, Sink<E>, SinkParts<K, V> {}

/** A record of another cluster, with everything that its log knows of it. */
export interface ForeignRecord<K, V> extends TopicRecord<K, V> {
  readonly topic: string;
}

/** How topics of another cluster are read; without meaning for a sink. */
export interface ForeignReadOptions {
  /** Where a job without a checkpoint starts: with the first record, with what comes from then on, or with the first record of that time (a Date). Default: earliest. */
  readonly start?: "earliest" | "latest" | Date;
  /** Only these partitions of each topic. Default: all, also those that are added later. */
  readonly partitions?: readonly number[];
  /** Parts that are read independently, a task each, fixed for the life of the job; partitions are divided over them. Default: 4. */
  readonly splits?: number;
  /** Records that the other cluster deleted before they were read end the job (default), or are passed over. */
  readonly failOnDataLoss?: boolean;
  /** A record that cannot be decoded stops the job ("fail", default), is counted and skipped, or goes as it is to a topic of this cluster, exactly once. */
  readonly onBadRecord?: "fail" | "skip" | DeadLetter;
}

interface AnyOptions extends ForeignReadOptions {
  readonly cluster: ForeignCluster;
  readonly value: Serde<unknown>;
  readonly key?: Serde<unknown>;
  readonly elements?: "record";
}

/** Topics whose whole name matches are read, those that appear later as well. */
export type ForeignTopics = string | readonly string[] | RegExp;

const SPLITS_DEFAULT = 4;

/**
 * Topics of another Kafka cluster. As source: read_committed, exactly once, since the offsets that a batch reads are recorded with it; topics by name, by several names or by pattern. As sink (one
 * topic), exactly once: the records of a batch and its progress marks (topic `millrace-sink-marks` there) are a transaction per slot of that cluster, which must allow transactional ids that start
 * with `millrace.`.
 */
export function foreignKafka<V, K = Uint8Array>(
  topics: ForeignTopics,
  options: ForeignReadOptions & {
    readonly cluster: ForeignCluster;
    readonly elements: "record";
    readonly value: Serde<V>;
    readonly key?: Serde<K>;
  },
): Source<ForeignRecord<K, V>>;
/** [key, value] pairs. */
export function foreignKafka<K, V>(
  topics: string,
  options: ForeignReadOptions & { readonly cluster: ForeignCluster; readonly key: Serde<K>; readonly value: Serde<V> },
): ForeignTopic<readonly [K, V], K, V>;
/** Values; their keys are not read, and written as none. */
export function foreignKafka<V>(
  topics: string,
  options: ForeignReadOptions & { readonly cluster: ForeignCluster; readonly value: Serde<V> },
): ForeignTopic<V, undefined, V>;
/** The same of several topics, which can only be read. */
export function foreignKafka<K, V>(
  topics: readonly string[] | RegExp,
  options: ForeignReadOptions & { readonly cluster: ForeignCluster; readonly key: Serde<K>; readonly value: Serde<V> },
): Source<readonly [K, V]>;
export function foreignKafka<V>(
  topics: readonly string[] | RegExp,
  options: ForeignReadOptions & { readonly cluster: ForeignCluster; readonly value: Serde<V> },
): Source<V>;
export function foreignKafka(topics: ForeignTopics, options: AnyOptions): Source<never> & Sink<unknown> {
  const { cluster, key, value } = options;
  const serdes = { ...(key === undefined ? {} : { key: key.descriptor }), value: value.descriptor };
  const sinkOptions = { topic: typeof topics === "string" ? topics : "", bootstrap: cluster.bootstrap };
  return {
    source: sourceOf(topics, options, {
      ...serdes,
      elements: options.elements ?? (key === undefined ? "value" : "pair"),
      onBadRecord: options.onBadRecord ?? "fail",
    }),
    sink: { type: "connector", connector: "kafka", options: sinkOptions, ...serdes },
  };
}

function sourceOf(topics: ForeignTopics, options: AnyOptions, records: RecordDecoding): ConnectorSourceDescriptor {
  const { cluster, start = "earliest", partitions, splits = SPLITS_DEFAULT, failOnDataLoss } = options;
  const startAtMs = start instanceof Date ? start.getTime() : undefined;
  if (startAtMs !== undefined && !(startAtMs >= 1)) {
    const message = "the start of a source of another cluster must be a time after 1970, earliest or latest";
    throw jobError("invalid-operator-setting", message, { operator: "foreignKafka", start: String(start) });
  }
  return {
    type: "connector",
    connector: "kafka",
    options: {
      ...topicsOf(topics),
      bootstrap: cluster.bootstrap,
      ...(startAtMs === undefined ? { start } : { startAtMs }),
      ...(partitions === undefined ? {} : { partitions }),
      ...(failOnDataLoss === undefined ? {} : { failOnDataLoss }),
    },
    splits,
    promise: "exactly-once",
    records,
  };
}

function topicsOf(topics: ForeignTopics): Readonly<Record<string, unknown>> {
  if (typeof topics === "string") return { topics: [topics] };
  if (!(topics instanceof RegExp)) return { topics };
  if (topics.flags === "") return { pattern: topics.source };
  const message = "a pattern of topics can have no flags: write both cases as [aA]";
  throw jobError("invalid-operator-setting", message, { operator: "foreignKafka", flags: topics.flags });
}
