import type { JobDefinition } from "@millrace/model";
import { TestJob } from "../harness/graph.ts";
import { COMBINE, FILTER, FLAT_MAP, MAP, PARTITION, REDUCE, UPDATE } from "./golden-functions.ts";
import type { GoldenCase, GoldenOperator } from "./golden-case.ts";

type F = (...args: never[]) => unknown;
type Visit = readonly [unknown, readonly unknown[], unknown];

/** Called with every batch of an output. */
export type OutputListener = (outputId: string, elements: readonly unknown[], time: number) => void;

const SUPPORTED = new Set([
  "map", "flatMap", "filter", "mapPartitions", "glom", "union", "contextUnion", "mapValues", "flatMapValues", "reduce", "count", "countByValue", "groupByKey",
  "reduceByKey", "combineByKey", "updateStateByKey", "window", "reduceByKeyAndWindow",
]);

/** What the case needs that is not part of the engine yet; undefined: it can run. */
export function missingFor(golden: GoldenCase): string | undefined {
  const { params } = golden;
  const operator = params.graph.find(({ op }) => !SUPPORTED.has(op));
  if (operator !== undefined) return `operator ${operator.op}`;
  if (params.graph.some(({ initial }) => initial !== undefined)) return "initial state";
  if (params.sources.some(({ kind }) => kind !== "batches")) return "queue source";
  if (params.slices !== undefined) return "slice";
  if (params.retained !== undefined) return "remember";
  if (params.afterStart !== undefined) return "operators after start";
  if (params.graph.some(({ checkpointMs }) => checkpointMs !== undefined)) return "checkpoint interval per operator";
  return undefined;
}

/** The case's program as a job whose outputs report to `listen`. */
export function buildGolden(golden: GoldenCase, listen: OutputListener): JobDefinition {
  const { params } = golden;
  const hasCheckpoint = params.checkpoint === true;
  const job = new TestJob({ batchIntervalMs: params.batchMs, slotCount: 2, checkpointIntervalMs: hasCheckpoint ? params.batchMs : "off" });
  for (const { id } of params.sources) job.source(id);
  for (const operator of params.graph) addOperator(job, operator, params.batchMs);
  for (const id of params.outputs) {
    job.add(`output-${id}`, { kind: "foreachBatch" }, [id], { f: (elements: readonly unknown[], time: number) => listen(id, elements, time) });
  }
  return job.build();
}

function addOperator(job: TestJob, operator: GoldenOperator, batchMs: number): void {
  const { id, op } = operator;
  const name = operator.fn ?? "";
  const parents = operator.ins ?? [operator.in, operator.with].filter((parent) => parent !== undefined);
  switch (op) {
    case "map":
    case "mapValues":
      job.add(id, { kind: op }, parents, { f: named(MAP, name) });
      break;
    case "flatMap":
    case "flatMapValues":
      job.add(id, { kind: op }, parents, { f: named(FLAT_MAP, name) });
      break;
    case "filter":
      job.add(id, { kind: op }, parents, { f: named(FILTER, name) });
      break;
    case "mapPartitions":
      job.add(id, { kind: op }, parents, { f: named(PARTITION, name) });
      break;
    case "reduce":
    case "reduceByKey":
      job.add(id, { kind: op }, parents, { f: named(REDUCE, name) });
      break;
    case "combineByKey":
      job.add(id, { kind: op, mapSideCombine: operator.mapSideCombine ?? true }, parents, COMBINE[name]);
      break;
    case "updateStateByKey":
      addUpdate(job, operator, parents);
      break;
    case "window":
      job.add(id, { kind: op, windowMs: operator.windowMs ?? 0, slideMs: operator.slideMs ?? batchMs }, parents);
      break;
    case "reduceByKeyAndWindow":
      addReduceWindow(job, operator, batchMs);
      break;
    case "glom":
    case "count":
    case "countByValue":
    case "groupByKey":
      job.add(id, { kind: op }, parents);
      break;
    case "union":
    case "contextUnion":
      job.add(id, { kind: "union" }, parents);
      break;
    default:
      throw new Error(`no such operator op=${op}`);
  }
}

function addUpdate(job: TestJob, operator: GoldenOperator, parents: readonly string[]): void {
  const f = named(UPDATE, operator.fn ?? "") as (...args: unknown[]) => unknown;
  if (operator.overload === "iterator") {
    const each = (visits: Iterable<Visit>): unknown[] => Array.from(visits, ([key, values, state]) => [key, f(values, state)]).filter((pair) => pair[1] !== undefined);
    job.add(operator.id, { kind: "updateStateByKey", form: "iterator" }, parents, { f: each });
  } else {
    job.add(operator.id, { kind: "updateStateByKey", form: operator.overload === "time" ? "keyed" : "values" }, parents, { f });
  }
}

function addReduceWindow(job: TestJob, operator: GoldenOperator, batchMs: number): void {
  const filter = operator.filterFn === undefined ? undefined : (named(FILTER, operator.filterFn) as (pair: unknown) => unknown);
  const spec = {
    kind: "reduceByKeyAndWindow",
    windowMs: operator.windowMs ?? 0,
    slideMs: operator.slideMs ?? batchMs,
    inverse: operator.inv !== undefined,
    filtered: filter !== undefined,
  } as const;
  job.add(operator.id, spec, [operator.in ?? ""], {
    f: named(REDUCE, operator.fn ?? ""),
    ...(operator.inv === undefined ? {} : { inverse: named(REDUCE, operator.inv) }),
    ...(filter === undefined ? {} : { filter: (key: unknown, value: unknown) => filter([key, value]) }),
  });
}

function named(library: Readonly<Record<string, F>>, name: string): F {
  const f = library[name];
  if (f === undefined) throw new Error(`no such function name=${name}`);
  return f;
}
