import { JOB_SETTINGS_DEFAULT, type JobGraph, type JobSettings, type OperatorNode } from "@millrace/model";
import type { PhysicalPlan } from "../src/index.ts";

/**
 * A graph from text, a line per operator: `id kind(parents) setting=number …`. Settings that a kind needs and the line does not give
 * have the defaults below (batch interval 1 s).
 */
export function graphOf(text: string, settings: Partial<JobSettings> = {}): JobGraph {
  const lines = text
    .trim()
    .split("\n")
    .map((line) => line.trim());
  return { formatVersion: 1, name: "test", settings: { ...JOB_SETTINGS_DEFAULT, ...settings }, operators: lines.map(operatorOf) };
}

function operatorOf(line: string): OperatorNode {
  const [, id = "", kind = "", parents = "", rest = ""] = /^(\S+) (\w+)(?:\(([^)]*)\))?(.*)$/.exec(line) ?? [];
  const given = new Map(
    rest
      .trim()
      .split(" ")
      .map((word) => word.split("=") as [string, string]),
  );
  const number = (name: string, otherwise: number): number => (given.has(name) ? Number(given.get(name)) : otherwise);
  const optional = (name: "partitions" | "checkpointMs"): object => (given.has(name) ? { [name]: Number(given.get(name)) } : {});
  const identity = {
    id,
    name: id,
    parents: parents === "" ? [] : parents.split(", "),
    ...optional("partitions"),
    ...optional("checkpointMs"),
  };
  const topic = given.get("topic") ?? "t";
  const window = { windowMs: number("window", 2_000), slideMs: number("slide", 1_000) };
  switch (kind as OperatorNode["kind"]) {
    case "source":
      return {
        ...identity,
        kind: "source",
        source: { type: "topic", topic, value: { format: "json" }, elements: "value", start: "earliest", onBadRecord: "fail" },
      };
    case "sink":
      return { ...identity, kind: "sink", sink: { type: "topic", topic: given.get("topic") ?? "out", value: { format: "json" } } };
    case "eventTime":
      return { ...identity, kind: "eventTime", delayMs: number("delay", 0), idleAfterMs: number("idle", 60_000) };
    case "combineByKey":
      return { ...identity, kind: "combineByKey", mapSideCombine: number("combine", 1) === 1 };
    case "updateStateByKey":
      return { ...identity, kind: "updateStateByKey", form: "values" };
    case "window":
      return { ...identity, kind: "window", ...window };
    case "reduceByKeyAndWindow":
      return {
        ...identity,
        kind: "reduceByKeyAndWindow",
        ...window,
        inverse: number("inverse", 0) === 1,
        filtered: number("filtered", 0) === 1,
        ...(number("one", 0) === 1 ? { oneKey: true } : {}),
      };
    case "aggregateByTimeWindow": {
      const sizeMs = number("size", 3_600_000);
      return {
        ...identity,
        kind: "aggregateByTimeWindow",
        window: { sizeMs, slideMs: number("slide", sizeMs), offsetMs: number("offset", 0) },
      };
    }
    case "join":
      return { ...identity, kind: "join", sides: "inner" };
    case "mapAsync": {
      const bounds = {
        capacity: number("capacity", 10),
        timeoutMs: number("timeout", 1_000),
        retries: number("retries", 0),
        retryAfterMs: 100,
      };
      return { ...identity, kind: "mapAsync", ...bounds, order: "input" };
    }
    case "repartition":
      return { ...identity, kind: "repartition", partitions: number("partitions", 5) };
    case "mapWithState":
      return { ...identity, kind: "mapWithState", ...(given.has("timeout") ? { timeoutMs: number("timeout", 0) } : {}) };
    case "print":
      return { ...identity, kind: "print", count: number("count", 10) };
    default:
      return { ...identity, kind: kind as "map" };
  }
}

/** A plan as a short transcript. */
export function planText(plan: PhysicalPlan): string {
  const stages = plan.stages.map(
    (stage) => `${stage.index} ${stage.tasks}${(stage.taskCount ?? 1) > 1 ? ` ${stage.taskCount ?? 1}` : ""}: ${stage.operators.join(" ")}`,
  );
  const edges = plan.edges.map((edge) => {
    return `${edge.fromStage}.${edge.from} => ${edge.toStage}.${edge.to} ${edge.routing}${edge.combine ? " combined" : ""}`;
  });
  return [...stages, ...edges].join("\n");
}
