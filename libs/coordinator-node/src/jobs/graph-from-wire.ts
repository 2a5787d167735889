import type { JobGraph as WireJobGraph, JobSettings as WireJobSettings, Operator } from "@millrace/contracts";
import { JOB_SETTINGS_DEFAULT, type JobGraph, type JobSettings, type OperatorNode } from "@millrace/model";
import { graphMalformed } from "./graph-ends.ts";
import { bodyOf, kindOf, type OperatorBody } from "./graph-operators.ts";

/**
 * The graph of a submitted message, with ids, names and defaults as the TypeScript API gives them: the same operators make the same plan. What is missing is
 * refused here; whether it makes sense is for the planner, and whether expressions fit for `declaredJob`.
 */
export function graphFromWire(wire: WireJobGraph): JobGraph {
  const settings = settingsOf(wire.settings);
  const operators: OperatorNode[] = [];
  const slides = new Map<string, number>();
  const countOfKind = new Map<string, number>();
  for (const operator of wire.operators) {
    const node = nodeOf(operator, { settings, slides, countOfKind });
    slides.set(node.id, "slideMs" in node ? node.slideMs : slideAbove(operator, { settings, slides }));
    operators.push(node);
  }
  return { formatVersion: 1, name: wire.name, settings, operators };
}

interface Place {
  readonly settings: JobSettings;
  readonly slides: ReadonlyMap<string, number>;
}

function slideAbove({ parents }: Operator, { settings, slides }: Place): number {
  return slides.get(parents[0] ?? "") ?? settings.batchIntervalMs;
}

function nodeOf(operator: Operator, place: Place & { readonly countOfKind: Map<string, number> }): OperatorNode {
  const { kind: wire, parents, partitions, checkpointMs } = operator;
  if (wire.case === undefined) {
    const message = "the operator has no kind that this version knows: give it one, or submit it to the version of millrace that it is for";
    throw graphMalformed(operator.id, message);
  }
  const kind = kindOf(wire);
  const number = (place.countOfKind.get(kind) ?? 0) + 1;
  place.countOfKind.set(kind, number);
  const id = operator.id === "" ? `${kind}-${number}` : operator.id;
  const body = bodyOf(wire, { id, slideMs: slideAbove(operator, place) });
  const own = {
    ...(partitions === undefined ? {} : { partitions }),
    ...(checkpointMs === undefined ? {} : { checkpointMs: Number(checkpointMs) }),
  };
  return { id, name: operator.id === "" ? nameOf(body) : id, parents, ...body, ...own };
}

/** What people see of an operator that was given no name. */
function nameOf(body: OperatorBody): string {
  if (body.kind === "source") return `from ${body.source.type === "topic" ? body.source.topic : body.source.connector}`;
  if (body.kind === "sink") return `to ${body.sink.type === "topic" ? body.sink.topic : body.sink.connector}`;
  return body.kind;
}

function settingsOf(wire: WireJobSettings | undefined): JobSettings {
  const { batchIntervalMs, slotCount, checkpointIntervalMs, maxRecordsPerBatch, restartsMax } = JOB_SETTINGS_DEFAULT;
  return {
    batchIntervalMs: Number(wire?.batchIntervalMs ?? batchIntervalMs),
    slotCount: wire?.slotCount ?? slotCount,
    checkpointIntervalMs: wire?.checkpointIntervalMs === 0n ? "off" : Number(wire?.checkpointIntervalMs ?? checkpointIntervalMs),
    maxRecordsPerBatch: Number(wire?.maxRecordsPerBatch ?? maxRecordsPerBatch),
    restartsMax: wire?.restartsMax ?? restartsMax,
  };
}
