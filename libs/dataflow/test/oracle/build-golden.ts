import {
  countByValueAndWindowRecipe,
  countByWindowRecipe,
  groupByKeyAndWindowRecipe,
  type JobDefinition,
  type RecipeStep,
  reduceByWindowRecipe,
} from "@millrace/model";
import { fn, TestJob } from "../harness/graph.ts";
import type { GoldenCase, GoldenOperator } from "./golden-case.ts";
import {
  COMBINE,
  FILTER,
  FLAT_MAP,
  MAP,
  MAP_STATE,
  PARTITION,
  REDUCE,
  TRANSFORM,
  TRANSFORM_ALL,
  TRANSFORM_WITH,
  UPDATE,
} from "./golden-functions.ts";

type F = (...args: never[]) => unknown;
type Visit = readonly [unknown, readonly unknown[], unknown];

/** Called with every batch of a stream that is listened to. */
export type BatchListener = (streamId: string, elements: readonly unknown[], time: number) => void;

const SIDES = { join: "inner", leftOuterJoin: "left-outer", rightOuterJoin: "right-outer", fullOuterJoin: "full-outer" } as const;
/** "Shuffles make 2 unless numPartitions says otherwise": the tables' default. */
const PARTITIONS_DEFAULT = 2;
/** Spark saves the state of mapWithState, and looks for idle keys, every so many slides. */
const STATE_SAVED_SLIDES = 10;

/**
 * The case's program as a job. Its outputs report to `listen`, in order; so do streams that are only watched (slices, retention), and `probes`: for
 * the partition counts, `glom` behind the first output.
 */
export class GoldenJob {
  readonly #job: TestJob;
  readonly #golden: GoldenCase;
  /** Slide of each stream, for operators that take their parent's. */
  readonly #slides = new Map<string, number>();

  constructor(golden: GoldenCase, listen: BatchListener) {
    this.#golden = golden;
    const { params } = golden;
    const { batchMs, rememberMs } = params;
    const checkpointIntervalMs = params.checkpoint === true ? batchMs : "off";
    this.#job = new TestJob({
      batchIntervalMs: batchMs,
      slotCount: PARTITIONS_DEFAULT,
      checkpointIntervalMs,
      ...(rememberMs === undefined ? {} : { rememberMs }),
    });
    for (const { id } of params.sources) this.#job.source(id);
    for (const operator of params.graph) this.add(operator);
    const watched = [...(params.slices ?? []).map(({ stream }) => stream), ...(params.retained ?? [])];
    for (const id of new Set([...params.outputs, ...watched]))
      this.#listen(`output-${id}`, id, (elements, time) => listen(id, elements, time));
    const [first] = params.outputs;
    if (params.partitionCounts !== true || first === undefined) return;
    this.#job.add("partitions", { kind: "glom" }, [first]);
    this.#listen("output-partitions", "partitions", (elements, time) => listen("partitions", elements, time));
  }

  build(): JobDefinition {
    return this.#job.build();
  }

  /** Adds an operator; after `build` the graph is frozen. */
  add(operator: GoldenOperator): void {
    this.#job.assertOpen(operator.id);
    const parents = operator.ins ?? [operator.in, operator.with].filter((parent) => parent !== undefined);
    const slideMs = operator.slideMs ?? this.#slides.get(parents[0] ?? "") ?? this.#golden.params.batchMs;
    this.#slides.set(operator.id, slideMs);
    addOperator(this.#job, operator, { parents, window: { windowMs: operator.windowMs ?? 0, slideMs } });
  }

  #listen(id: string, stream: string, f: (elements: readonly unknown[], time: number) => void): void {
    this.#job.add(id, { kind: "foreachBatch" }, [stream], { f });
  }
}

type SpecAndFunctions = readonly [Parameters<TestJob["add"]>[1], Readonly<Record<string, F>>];

interface Place {
  readonly parents: readonly string[];
  /** The operator's window; its slide is that of the stream above unless given. */
  readonly window: { readonly windowMs: number; readonly slideMs: number };
}

function addOperator(job: TestJob, operator: GoldenOperator, { parents, window }: Place): void {
  const { id, op, numPartitions: partitions } = operator;
  const name = operator.fn ?? "";
  const wanted = {
    ...(partitions === undefined ? {} : { partitions }),
    ...(operator.checkpointMs === undefined ? {} : { checkpointMs: operator.checkpointMs }),
  };
  const plain = (spec: Parameters<TestJob["add"]>[1], functions: Readonly<Record<string, F>> = {}): void => {
    job.add(id, { ...spec, ...wanted }, parents, functions);
  };
  switch (op) {
    case "map":
    case "mapValues":
      return plain({ kind: op }, { f: named(MAP, name) });
    case "flatMap":
    case "flatMapValues":
      return plain({ kind: op }, { f: named(FLAT_MAP, name) });
    case "filter":
      return plain({ kind: op }, { f: named(FILTER, name) });
    case "mapPartitions":
      return plain({ kind: op }, { f: named(PARTITION, name) });
    case "reduce":
    case "reduceByKey":
      return plain({ kind: op }, { f: named(REDUCE, name) });
    case "combineByKey":
      return plain({ kind: op, mapSideCombine: operator.mapSideCombine ?? true }, COMBINE[name]);
    case "glom":
    case "countByValue":
    case "groupByKey":
    case "cogroup":
    case "stateSnapshots":
      return plain({ kind: op });
    case "count":
      return plain({ kind: op, partitions: PARTITIONS_DEFAULT });
    case "repartition":
      return plain({ kind: op, partitions: partitions ?? 0 });
    case "union":
    case "contextUnion":
      return plain({ kind: "union" });
    case "transform":
      return plain({ kind: op }, { f: named(TRANSFORM, name) });
    case "transformWith":
      return plain({ kind: "transform" }, { f: named(TRANSFORM_WITH, name) });
    case "contextTransform":
      return plain({ kind: "transform" }, { f: TRANSFORM_ALL });
    case "join":
    case "leftOuterJoin":
    case "rightOuterJoin":
    case "fullOuterJoin":
      return plain({ kind: "join", sides: SIDES[op] });
    case "updateStateByKey":
      return plain(...updateState(operator));
    case "mapWithState": {
      const { timeoutMs, initial } = operator;
      const timeoutCheckMs = operator.checkpointMs ?? STATE_SAVED_SLIDES * window.slideMs;
      const timeout = timeoutMs === undefined ? {} : { timeoutMs, timeoutCheckMs };
      return plain(
        { kind: op, ...timeout, hasInitial: initial !== undefined },
        { f: named(MAP_STATE, name), initial: () => initial ?? [] },
      );
    }
    case "window":
      return plain({ kind: op, ...window });
    case "reduceByKeyAndWindow":
      return plain(...reduceWindow(operator, window));
    case "reduceByWindow": {
      const inverse = operator.inv === undefined ? {} : { inverse: fn(named(REDUCE, operator.inv)) };
      return addRecipe(job, id, parents, reduceByWindowRecipe(window, { f: fn(named(REDUCE, name)), ...inverse }));
    }
    case "countByWindow":
      return addRecipe(job, id, parents, countByWindowRecipe(window));
    case "countByValueAndWindow":
      return addRecipe(job, id, parents, countByValueAndWindowRecipe(window, partitions));
    case "groupByKeyAndWindow":
      return addRecipe(job, id, parents, groupByKeyAndWindowRecipe(window, partitions));
    default:
      throw new Error(`cannot run: no operator ${op}`);
  }
}

function addRecipe(job: TestJob, id: string, parents: readonly string[], steps: readonly RecipeStep[]): void {
  let above = parents;
  for (const { suffix, spec, functions } of steps) above = [job.add(suffix === "" ? id : `${id}.${suffix}`, spec, above, functions)];
}

function updateState(operator: GoldenOperator): SpecAndFunctions {
  const f = named(UPDATE, operator.fn ?? "") as (...args: unknown[]) => unknown;
  const hasInitial = operator.initial !== undefined;
  const initial = (): unknown => operator.initial ?? [];
  if (operator.overload === "iterator") {
    const each = (visits: Iterable<Visit>): unknown[] =>
      Array.from(visits, ([key, values, state]) => [key, f(values, state)]).filter((pair) => pair[1] !== undefined);
    return [
      { kind: "updateStateByKey", form: "iterator", hasInitial },
      { f: each, initial },
    ];
  }
  return [
    { kind: "updateStateByKey", form: operator.overload === "time" ? "keyed" : "values", hasInitial },
    { f, initial },
  ];
}

function reduceWindow(operator: GoldenOperator, window: Place["window"]): SpecAndFunctions {
  const filter = operator.filterFn === undefined ? undefined : (named(FILTER, operator.filterFn) as (pair: unknown) => unknown);
  const spec = { kind: "reduceByKeyAndWindow", ...window, inverse: operator.inv !== undefined, filtered: filter !== undefined } as const;
  const functions = {
    f: named(REDUCE, operator.fn ?? ""),
    ...(operator.inv === undefined ? {} : { inverse: named(REDUCE, operator.inv) }),
    ...(filter === undefined ? {} : { filter: (key: unknown, value: unknown) => filter([key, value]) }),
  };
  return [spec, functions];
}

function named(library: Readonly<Record<string, F>>, name: string): F {
  const f = library[name];
  if (f === undefined) throw new Error(`cannot run: no function ${name}`);
  return f;
}
