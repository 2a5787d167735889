/** Spans as nodes see them. Context travels as a W3C traceparent string; an unsampled one costs nothing. */
export interface Tracer {
  /** false: nothing is ever sampled, so that nobody needs to look for a context. */
  readonly isOn: boolean;
  /** Starts a span; undefined when its parent is not sampled (or there is none and nothing asks for a root). */
  startSpan(name: string, options: SpanOptions): Span | undefined;
  /**
   * How many traces that would begin are passed over before the next is followed. For what is done a million times a second, and followed once in a hundred: who begins them counts down
   * by itself, and asks again when it has come to the end. Infinity: none is ever followed.
   */
  drawRoot(): number;
  /** Whether the trace that `drawRoot` came to is followed: not, where there have been too many of late. */
  wantsRoot(): boolean;
  /** Starts a trace that `wantsRoot` wanted. */
  startRoot(name: string, options: SpanOptions): Span | undefined;
}

export interface SpanOptions {
  readonly kind?: "internal" | "producer" | "consumer" | "client" | "server";
  /** traceparent of the parent; absent: a root, if the sampler wants one. */
  readonly parent?: string | undefined;
  readonly links?: readonly string[];
  /** When it began, in wall-clock milliseconds, where that is known only afterwards; absent: now. */
  readonly startMs?: number;
  readonly attributes?: Readonly<Record<string, string | number | boolean>>;
}

export interface Span {
  /** To hand on, in record headers or metadata. */
  readonly traceparent: string;
  setAttribute(name: string, value: string | number | boolean): void;
  end(error?: unknown): void;
}

export const NO_TRACER: Tracer = {
  isOn: false,
  startSpan: () => undefined,
  drawRoot: () => Infinity,
  wantsRoot: () => false,
  startRoot: () => undefined,
};
