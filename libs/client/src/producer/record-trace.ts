import { messagingSpan, type Span, type Tracer } from "@millrace/ports";
import type { ProducerRecord } from "../api.ts";
import type { BatchWaiter } from "./batch.ts";

const TRACEPARENT = "traceparent";

/** A record with its trace context in the headers, and who ends its span. */
export interface TracedRecord {
  readonly record: ProducerRecord;
  readonly waiter: BatchWaiter;
}

/** Which records of one producer begin a trace: the others cost one comparison each. */
export class RecordTraces {
  readonly #tracer: Tracer;
  #passOver: number;

  constructor(tracer: Tracer) {
    this.#tracer = tracer;
    this.#passOver = tracer.drawRoot();
  }

  /** Undefined: not followed. */
  begin(topic: string, record: ProducerRecord): TracedRecord | undefined {
    if (this.#passOver > 0) {
      this.#passOver--;
      return undefined;
    }
    this.#passOver = this.#tracer.drawRoot();
    return this.#tracer.wantsRoot() ? traceRecord(this.#tracer, topic, record) : undefined;
  }
}

/**
 * Starts the `send` span of a record and puts its context into the headers (W3C, messaging conventions): readers hang their spans below it. A record that carries a
 * context already keeps it.
 */
function traceRecord(tracer: Tracer, topic: string, record: ProducerRecord): TracedRecord | undefined {
  if (record.headers?.some(({ key }) => key === TRACEPARENT) === true) return undefined;
  const { name, options } = messagingSpan("send", { topic });
  const span = tracer.startRoot(name, options);
  if (span === undefined) return undefined;
  span.setAttribute("messaging.message.body.size", record.value?.length ?? 0);
  const header = { key: TRACEPARENT, value: new TextEncoder().encode(span.traceparent) };
  return { record: { ...record, headers: [...(record.headers ?? []), header] }, waiter: endsSpan(span) };
}

function endsSpan(span: Span): BatchWaiter {
  return {
    settle: ({ error }) => {
      span.end(error);
    },
  };
}
