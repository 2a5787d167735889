import { messagingSpan, type Span, type Tracer } from "@millrace/ports";
import { traceparentOfFirstRecord } from "./traceparent.ts";

interface TracedBatch {
  readonly topic: string;
  readonly partition: number;
  readonly batch: Uint8Array;
  /** Context of the request that brought it, where that has one. */
  readonly traceparent?: string | undefined;
}

/**
 * The span of what this broker does to a batch, below its producer's. Brokers begin no traces: without a sampled context in the request or in the first record
 * there is no span, and where no traces are taken nobody looks.
 */
export function traceBatch(tracer: Tracer, operation: "append" | "replicate", of: TracedBatch): Span | undefined {
  if (!tracer.isOn) return undefined;
  const parent = of.traceparent ?? traceparentOfFirstRecord(of.batch);
  if (parent === undefined) return undefined;
  const { name, options } = messagingSpan(operation, of);
  return tracer.startSpan(name, { ...options, parent });
}
