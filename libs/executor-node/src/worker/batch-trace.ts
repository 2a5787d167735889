import type { ProducerRecord } from "@millrace/client";
import { messagingSpan, type Span, type Tracer } from "@millrace/ports";
import type { RecordOffsets } from "@millrace/records";

const TRACEPARENT = "traceparent";
/** Sampled records of one batch that get a span of their own: a trace shows the way of some, not of all. */
const RECORD_SPANS_MAX = 8;

interface TracedBatch {
  readonly jobId: string;
  readonly batch: number;
  readonly workerIndex: number;
  /** Context of the coordinator's span of the batch; empty: not sampled, or not known yet. */
  readonly parent: string;
  /** Context of a sampled record that another worker read and sent a part of here; known when its blocks are complete. */
  readonly remote: () => string | undefined;
}

/**
 * The trace of one batch in one worker: `task` below the coordinator's span, and the way of sampled records. A record that this worker read has `poll` and `process`
 * below its producer; what the batch then does with it (`shuffle`, `reduce`, `checkpoint`, `sink`) lies below the first of these, or below the `shuffle` of the worker
 * that read it. Output carries the same context on. Without a sampled context it costs one look at the first record of each fetched batch.
 */
export class BatchTrace {
  readonly #tracer: Tracer;
  readonly #of: TracedBatch;
  #task: Span | undefined;
  readonly #records: Span[] = [];
  #shuffle: Span | undefined;
  #header: { readonly context: string | undefined; readonly headers: ProducerRecord["headers"] } | undefined;

  constructor(tracer: Tracer, of: TracedBatch) {
    this.#tracer = tracer;
    this.#of = of;
    this.below(of.parent);
  }

  /** The coordinator's span of the batch, once there is one; empty: not sampled. */
  below(parent: string): void {
    if (parent !== "") this.#task = this.#tracer.startSpan("task", { parent, attributes: this.#attributes() });
  }

  /** A fetched batch, waited for since `askedMs`. */
  sawRecords(from: { readonly topic: string; readonly partition: number }, records: RecordOffsets, askedMs: number): void {
    if (!this.#tracer.isOn || records.count === 0 || this.#records.length >= RECORD_SPANS_MAX) return;
    const header = records.headers(0).find(({ key }) => key === TRACEPARENT)?.value;
    if (header === undefined || header === null) return;
    const parent = new TextDecoder().decode(header);
    const of = { ...from, offset: records.offsets[0] ?? -1 };
    const poll = messagingSpan("poll", of);
    this.#tracer.startSpan(poll.name, { ...poll.options, parent, startMs: askedMs })?.end();
    const { name, options } = messagingSpan("process", of);
    const attributes = { ...options.attributes, ...this.#attributes() };
    const links = this.#task === undefined ? [] : [this.#task.traceparent];
    const span = this.#tracer.startSpan(name, { ...options, attributes, parent, links });
    if (span !== undefined) this.#records.push(span);
  }

  /** Context that goes with the blocks to other workers; its span lasts until the batch has ended here. Empty: nothing sampled. */
  shuffleContext(): string {
    this.#shuffle ??= this.#start("shuffle");
    return this.#shuffle?.traceparent ?? "";
  }

  /** Header that goes with output. */
  get headers(): ProducerRecord["headers"] {
    if (!this.#tracer.isOn) return undefined; // asked for each record
    const context = this.#context;
    if (context !== this.#header?.context)
      this.#header = {
        context,
        headers: context === undefined ? undefined : [{ key: TRACEPARENT, value: new TextEncoder().encode(context) }],
      };
    return this.#header?.headers;
  }

  /** A step of the batch that began at `startMs` and ends now: whose it is, is known by now. */
  did(name: "reduce", startMs: number): void {
    this.#start(name, startMs)?.end();
  }

  /** Work of the batch as a step of the trace. */
  async step<T>(name: "checkpoint" | "sink", work: () => T | Promise<T>): Promise<T> {
    const span = this.#start(name);
    try {
      const result = await work();
      span?.end();
      return result;
    } catch (error) {
      span?.end(error);
      throw error;
    }
  }

  end(error?: unknown): void {
    this.#shuffle?.end(error);
    for (const span of this.#records) span.end(error);
    this.#task?.end(error);
  }

  #start(name: string, startMs?: number): Span | undefined {
    const parent = this.#context;
    if (parent === undefined) return undefined;
    return this.#tracer.startSpan(name, { parent, attributes: this.#attributes(), ...(startMs === undefined ? {} : { startMs }) });
  }

  get #context(): string | undefined {
    return this.#records[0]?.traceparent ?? this.#of.remote() ?? this.#task?.traceparent;
  }

  #attributes() {
    return { "millrace.job": this.#of.jobId, "millrace.batch": this.#of.batch, "millrace.worker": this.#of.workerIndex };
  }
}
