import type { Span, SpanOptions, Tracer } from "@millrace/ports";
import { RootSampler } from "./root-sampler.ts";

/** Begins a span that is wanted; undefined: the SDK says no after all. */
export type StartSpan = (name: string, options: SpanOptions) => Span | undefined;

/**
 * Decides what is followed before anybody builds a span: of what begins here a share, below a parent what that parent says. A producer asks for every record, and
 * the SDK makes ids and objects before it says no: five times what the record costs.
 */
export class SampledTracer implements Tracer {
  readonly #sampler: RootSampler;
  readonly #start: StartSpan;
  /** Of the roots that `startSpan` is asked for; who asks `drawRoot` counts its own. */
  #passOver: number;

  constructor(rootRatio: number, start: StartSpan) {
    this.#sampler = new RootSampler(rootRatio, { random: Math.random, nowMs: Date.now });
    this.#passOver = this.#sampler.draw();
    this.#start = start;
  }

  // eslint-disable-next-line @typescript-eslint/class-literal-property-style -- of the class, not of each: what tracing costs is measured by switching it in a running process
  get isOn(): boolean {
    return true;
  }

  drawRoot(): number {
    return this.#sampler.draw();
  }

  wantsRoot(): boolean {
    return this.#sampler.hasRoom();
  }

  startRoot(name: string, options: SpanOptions): Span | undefined {
    return this.#start(name, options);
  }

  startSpan(name: string, options: SpanOptions): Span | undefined {
    if (options.parent !== undefined) return isSampled(options.parent) ? this.#start(name, options) : undefined;
    if (this.#passOver-- > 0) return undefined;
    this.#passOver = this.drawRoot();
    return this.wantsRoot() ? this.startRoot(name, options) : undefined;
  }
}

/** The last two digits of a traceparent are its flags, of which the lowest says so. One that is none is the SDK's to read: it begins a trace of its own. */
function isSampled(traceparent: string): boolean {
  return !NOT_SAMPLED.test(traceparent);
}

const NOT_SAMPLED = /^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f][02468ace]$/;
