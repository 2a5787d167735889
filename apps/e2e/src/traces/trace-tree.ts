import type { ReceivedSpan } from "./otlp-spans.ts";

/** One trace, put together. */
export interface TraceTree {
  readonly spans: readonly ReceivedSpan[];
  readonly root: string;
  readonly services: readonly string[];
  /** Spans whose parent is not in the trace. */
  readonly orphans: number;
  /** For people: a line for each span, below its parent. */
  readonly text: string;
}

/** Steps of a record's way, each with that which it lies below. */
const STEPS: readonly { readonly name: string; readonly below: string; readonly times?: number }[] = [
  { name: "append lines", below: "send lines" },
  { name: "replicate lines", below: "send lines", times: 2 },
  { name: "poll lines", below: "send lines" },
  { name: "process lines", below: "send lines" },
  { name: "shuffle", below: "process lines" },
  { name: "reduce", below: "shuffle" },
  { name: "reduce", below: "process lines" },
  { name: "checkpoint", below: "process lines" },
  { name: "sink", below: "process lines" },
  { name: "append counts", below: "process lines" },
  { name: "replicate counts", below: "process lines", times: 2 },
  { name: "poll counts", below: "process lines" },
  { name: "process counts", below: "process lines" },
];

export function treesOf(spans: readonly ReceivedSpan[]): readonly TraceTree[] {
  const byTrace = new Map<string, ReceivedSpan[]>();
  for (const span of spans) {
    const known = byTrace.get(span.traceId);
    if (known === undefined) byTrace.set(span.traceId, [span]);
    else known.push(span);
  }
  return [...byTrace.values()].map(treeOf);
}

/** Steps that the trace does not have, or has too seldom, or not below the right parent. */
export function missingSteps({ spans }: TraceTree): readonly string[] {
  const nameOf = new Map(spans.map(({ spanId, name }) => [spanId, name]));
  return STEPS.flatMap(({ name, below, times = 1 }) => {
    const found = spans.filter((span) => span.name === name && nameOf.get(span.parentSpanId) === below);
    return found.length >= times ? [] : [`${name} below ${below} (${found.length} of ${times})`];
  });
}

function treeOf(spans: readonly ReceivedSpan[]): TraceTree {
  const ids = new Set(spans.map(({ spanId }) => spanId));
  const roots = spans.filter(({ parentSpanId }) => parentSpanId === "");
  return {
    spans,
    root: roots[0]?.name ?? "",
    services: [...new Set(spans.map(({ service }) => service))].sort(),
    orphans: spans.filter(({ parentSpanId }) => parentSpanId !== "" && !ids.has(parentSpanId)).length,
    text: roots.flatMap((root) => linesOf(root, spans, { depth: 0, rootNs: root.startNs })).join("\n"),
  };
}

function linesOf(span: ReceivedSpan, spans: readonly ReceivedSpan[], at: { depth: number; rootNs: bigint }): string[] {
  const ms = (ns: bigint): string => (Number(ns) / 1e6).toFixed(1);
  const line = `${"  ".repeat(at.depth + 2)}${span.name.padEnd(24 - 2 * at.depth)} ${span.service.padEnd(18)} +${ms(span.startNs - at.rootNs)} ms, ${ms(span.endNs - span.startNs)} ms`;
  const children = spans.filter(({ parentSpanId }) => parentSpanId === span.spanId).sort((a, b) => (a.startNs < b.startNs ? -1 : 1));
  return [line, ...children.flatMap((child) => linesOf(child, spans, { ...at, depth: at.depth + 1 }))];
}
