import type { DeadLetter, ReceiverDescriptor, SinkDescriptor, SourceDescriptor } from "@millrace/model";
import type { Serde } from "./serde.ts";

/** Where a stream of E can come from. */
export interface Source<E> {
  readonly source: SourceDescriptor;
  /** Functions that the source itself brings, by name. */
  readonly functions?: Readonly<Record<string, (...args: never[]) => unknown>>;
  /** Type only. */
  readonly produces?: () => E;
}

/** What records that are written are made of. */
export interface SinkParts<K, V> {
  readonly sink: SinkDescriptor;
  /** Functions that the sink itself brings, by name. */
  readonly functions?: Readonly<Record<string, (...args: never[]) => unknown>>;
  /** Type only. */
  readonly parts?: (key: K, value: V) => void;
}

/** Where a stream of E can go to. */
export interface Sink<E> {
  readonly sink: SinkDescriptor;
  /** Functions that the sink itself brings, by name. */
  readonly functions?: Readonly<Record<string, (...args: never[]) => unknown>>;
  /** Type only. */
  readonly accepts?: (element: E) => void;
}

/** A topic as source and sink of elements E, made of keys K and values V. */
export interface KafkaTopic<E, K, V> extends Source<E>, Sink<E>, SinkParts<K, V> {}

/** A record with everything that the log knows of it, for `elements: "record"`. */
export interface TopicRecord<K, V> {
  readonly key: K | undefined;
  readonly value: V;
  readonly timestamp: number;
  readonly partition: number;
  readonly offset: number;
  readonly headers: readonly (readonly [name: string, value: Uint8Array])[];
}

/** How a topic is read; without meaning for a sink. */
export interface ReadOptions {
  /** Where a job without a checkpoint starts. Default: earliest. */
  readonly start?: "earliest" | "latest";
  /** "latest": a bounded source. It ends at the offsets that exist when the job first starts, and then every window closes. */
  readonly until?: "latest";
  /**
   * A record that cannot be decoded stops the job ("fail", default), is counted and skipped, or goes as it is to a topic, exactly once, with the headers
   * `millrace.error`, `millrace.position` and `millrace.operator` beside its own.
   */
  readonly onBadRecord?: "fail" | "skip" | DeadLetter;
}

/** Topic of whole records: value with key, timestamp, partition, offset and headers. */
export function kafka<V, K = Uint8Array>(
  topic: string,
  options: ReadOptions & { readonly elements: "record"; readonly value: Serde<V>; readonly key?: Serde<K> },
): Source<TopicRecord<K, V>>;
/** Topic of [key, value] pairs. */
export function kafka<K, V>(
  topic: string,
  options: ReadOptions & { readonly key: Serde<K>; readonly value: Serde<V> },
): KafkaTopic<readonly [K, V], K, V>;
/** Topic of values; their keys are not read, and written as none. */
export function kafka<V>(topic: string, options: ReadOptions & { readonly value: Serde<V> }): KafkaTopic<V, undefined, V>;
export function kafka(
  topic: string,
  options: ReadOptions & { readonly value: Serde<unknown>; readonly key?: Serde<unknown>; readonly elements?: "record" },
): Source<never> & Sink<unknown> {
  const key = options.key === undefined ? {} : { key: options.key.descriptor };
  const value = options.value.descriptor;
  return {
    source: {
      type: "topic",
      topic,
      ...key,
      value,
      elements: options.elements ?? (options.key === undefined ? "value" : "pair"),
      start: options.start ?? "earliest",
      ...(options.until === undefined ? {} : { until: options.until }),
      onBadRecord: options.onBadRecord ?? "fail",
    },
    sink: { type: "topic", topic, ...key, value },
  };
}

/** Topic of values that a receiver fills. */
export function receivedIn<V>(
  topic: string,
  of: { readonly value: Serde<V>; readonly receiver: ReceiverDescriptor; readonly onBadRecord: ReadOptions["onBadRecord"] },
): Source<V> {
  const { value, receiver, onBadRecord = "fail" } = of;
  return { source: { type: "topic", topic, value: value.descriptor, elements: "value", start: "earliest", onBadRecord, receiver } };
}
