import type { ProducerRecord } from "@millrace/client";
import type { Span, Tracer } from "@millrace/ports";
import type { RecordOffsets } from "@millrace/records";

const TRACEPARENT = "traceparent";
/** Sampled records of one batch that get a span of their own: a trace shows the way of some, not of all. */
const RECORD_SPANS_MAX = 8;

/**
 * The trace of one batch in one worker: a span below the coordinator's, and one `process` span below the producer's for each of the first
 * sampled records. Output carries the context on: of the batch if it is sampled, else of a sampled record. Without a sampled context it costs one
 * look at the first record of each fetched batch.
 */
export class BatchTrace {
  readonly #tracer: Tracer;
  readonly #batch: { readonly jobId: string; readonly batch: number };
  readonly #task: Span | undefined;
  readonly #records: Span[] = [];
  headers: ProducerRecord["headers"];

  constructor(tracer: Tracer, batch: { jobId: string; batch: number; workerIndex: number; parent: string }) {
    this.#tracer = tracer;
    this.#batch = batch;
    const attributes = { "millrace.job": batch.jobId, "millrace.batch": batch.batch, "millrace.worker": batch.workerIndex };
    this.#task = batch.parent === "" ? undefined : tracer.startSpan("task", { parent: batch.parent, attributes });
    this.headers = headersOf(this.#task);
  }

  sawRecords(topic: string, records: RecordOffsets): void {
    if (records.count === 0 || this.#records.length >= RECORD_SPANS_MAX) return;
    const header = records.headers(0).find(({ key }) => key === TRACEPARENT)?.value;
    if (header === undefined || header === null) return;
    const attributes = {
      "messaging.system.name": "kafka",
      "messaging.operation.name": "process",
      "messaging.operation.type": "process",
      "messaging.destination.name": topic,
      "kafka.offset": records.offsets[0] ?? -1,
      "millrace.job": this.#batch.jobId,
      "millrace.batch": this.#batch.batch,
    };
    const span = this.#tracer.startSpan(`process ${topic}`, { kind: "consumer", parent: new TextDecoder().decode(header), attributes });
    if (span === undefined) return;
    this.#records.push(span);
    this.headers ??= headersOf(span);
  }

  end(error?: unknown): void {
    for (const span of this.#records) span.end(error);
    this.#task?.end(error);
  }
}

function headersOf(span: Span | undefined): ProducerRecord["headers"] {
  return span === undefined ? undefined : [{ key: TRACEPARENT, value: new TextEncoder().encode(span.traceparent) }];
}
