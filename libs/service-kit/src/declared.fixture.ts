import type { MetricDeclaration, MetricKind } from "@millrace/ports";

/** A table of declarations for specs: what matters to them, and the rest made up. */
export function declared(
  metrics: Readonly<Record<string, { kind: MetricKind; labels?: readonly string[]; help?: string }>>,
): ReadonlyMap<string, MetricDeclaration> {
  return new Map(Object.entries(metrics).map(([name, metric]) => [name, { unit: "1", labels: [], help: "Help.", ...metric }]));
}
