import { messagingSpan, type Span, type Tracer } from "@millrace/ports";
import type { PartitionRecords } from "../api.ts";

const TRACEPARENT = "traceparent";
/** Sampled records of one group that get spans: a trace shows the way of some, not of all. */
const SPANS_MAX = 8;

/**
 * The way of sampled records to their reader: `poll` for how long it waited for them, `process` from the delivery until it asks for more, both below the
 * producer's span. An unsampled group costs one look at the headers of its first record.
 */
export class ProcessTrace {
  readonly #tracer: Tracer;
  readonly #wallMs: () => number;
  #open: Span[] = [];

  constructor(tracer: Tracer, wallMs: () => number) {
    this.#tracer = tracer;
    this.#wallMs = wallMs;
  }

  /** The reader asks for more: it is done with what it has. */
  asked(): number {
    for (const span of this.#open) span.end();
    this.#open = [];
    return this.#wallMs();
  }

  delivered({ topic, partition, records }: PartitionRecords, askedMs: number): void {
    if (!this.#tracer.isOn || parentOf(records[0]) === undefined) return;
    for (const record of records) {
      if (this.#open.length >= SPANS_MAX) return;
      const parent = parentOf(record);
      if (parent === undefined) continue;
      const of = { topic, partition, offset: record.offset };
      const poll = messagingSpan("poll", of);
      this.#tracer.startSpan(poll.name, { ...poll.options, parent, startMs: askedMs })?.end();
      const process = messagingSpan("process", of);
      const span = this.#tracer.startSpan(process.name, { ...process.options, parent });
      if (span !== undefined) this.#open.push(span);
    }
  }
}

function parentOf(record: PartitionRecords["records"][number] | undefined): string | undefined {
  const value = record?.headers.find(({ key }) => key === TRACEPARENT)?.value;
  return value === undefined || value === null ? undefined : new TextDecoder().decode(value);
}
