import type { SpanOptions } from "./tracer.ts";

/** What is done to records of a topic; OpenTelemetry's messaging conventions call it the operation. */
export type MessagingOperation = "send" | "append" | "replicate" | "poll" | "process" | "commit";

type Kind = NonNullable<SpanOptions["kind"]>;

const KIND: Readonly<Record<MessagingOperation, { readonly kind: Kind; readonly type?: string }>> = {
  send: { kind: "producer", type: "send" },
  append: { kind: "internal" },
  replicate: { kind: "internal" },
  poll: { kind: "client", type: "receive" },
  process: { kind: "consumer", type: "process" },
  commit: { kind: "client", type: "settle" },
};

export interface MessagingTarget {
  readonly topic: string;
  readonly partition?: number;
  readonly offset?: number;
}

/**
 * Name, kind and attributes of a span about records of a topic, by OpenTelemetry's messaging conventions (experimental: this is the one file that knows their names).
 * Brokers' own work has no type: it is none of the operations that clients do.
 */
export function messagingSpan(operation: MessagingOperation, target: MessagingTarget): { name: string; options: SpanOptions } {
  const { kind, type } = KIND[operation];
  const attributes = {
    "messaging.system.name": "kafka",
    "messaging.operation.name": operation,
    "messaging.destination.name": target.topic,
    ...(type === undefined ? {} : { "messaging.operation.type": type }),
    ...(target.partition === undefined ? {} : { "messaging.destination.partition.id": String(target.partition) }),
    ...(target.offset === undefined ? {} : { "kafka.offset": target.offset }),
  };
  return { name: `${operation} ${target.topic}`, options: { kind, attributes } };
}
