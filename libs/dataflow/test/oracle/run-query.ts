import { AppError } from "@millrace/model";
import {
  type EventTimeOperator,
  eventTimeOperatorsOf,
  nextWatermarks,
  type PhysicalPlan,
  planJob,
  trackedAfterRestart,
  type TrackedPartition,
  trackEventTimes,
  type WatermarkStep,
} from "@millrace/planner";
import type { Pair } from "@millrace/streams";
import { WatermarkFlow } from "../../src/runtime/watermark-flow.ts";
import { type BatchOutcome, TestCluster } from "../harness/cluster.ts";
import { buildQuery, type QueryProgram } from "./build-query.ts";
import type { QueryCase, Row } from "./query-case.ts";
import type { Engine } from "./engines.ts";

/** One micro-batch as the tables describe it. */
export interface QueryBatch {
  readonly step: number;
  readonly inputRows: number;
  readonly rows: readonly Row[];
  readonly watermark: number | null;
  /** Late rows, windowed aggregations counting as Spark does: distinct (key, window). */
  readonly droppedLate: number;
  /** undefined: the engine keeps something else than Spark's rows (panes of sliding windows, variables). */
  readonly stateRows: number | undefined;
  /** A late record was not counted raw, or one that is not late was. */
  readonly wrongLate: string | undefined;
}

export interface QueryRun {
  readonly batches: readonly QueryBatch[];
  readonly outputColumns: readonly string[];
  /** Where it failed: phase, step (from 0) and why. */
  readonly failure?: { readonly phase: string; readonly batch?: number; readonly error: unknown };
}

/** Runs a query on an engine, batch by batch as Spark's trigger would cut them. */
export async function runQuery(golden: QueryCase, engine: Engine): Promise<QueryRun> {
  const run = new Runner(golden, engine);
  let program: QueryProgram;
  let plan: PhysicalPlan;
  try {
    program = buildQuery(golden, run);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return { batches: [], outputColumns: [], failure: { phase: error.code === "not-a-pair" ? "start" : "build", error } };
  }
  try {
    plan = planJob(program.job.graph);
  } catch (error) {
    return { batches: [], outputColumns: program.outputColumns, failure: { phase: "start", error } };
  }
  return await run.run(program, plan);
}

class Runner {
  readonly #golden: QueryCase;
  readonly #engine: Engine;
  readonly #batches: QueryBatch[] = [];
  #output: readonly Row[] = [];
  #table: readonly Row[] = [];
  #probed = new Map<string, readonly Pair<unknown, Row>[]>();

  constructor(golden: QueryCase, engine: Engine) {
    this.#golden = golden;
    this.#engine = engine;
  }

  output(rows: readonly Row[]): void {
    this.#output = rows;
  }

  probe(operatorId: string, elements: readonly Pair<unknown, Row>[]): void {
    this.#probed.set(operatorId, elements);
  }

  async run(program: QueryProgram, plan: PhysicalPlan): Promise<QueryRun> {
    const { params, input } = this.#golden;
    const steps = new Trigger(program, plan, this.#golden);
    let cluster = this.#cluster(program);
    let clockMs = 0;
    for (let step = 0; step < params.steps; step++) {
      try {
        if (params.restartBefore?.includes(step) === true) {
          cluster = this.#cluster(program, cluster);
          steps.restart();
        }
        const rows = new Map(program.sources.map((id) => [id, [input[id]?.[step] ?? []]] as const));
        const inputRows = [...rows.values()].reduce((sum, [all]) => sum + all.length, 0);
        clockMs += params.advanceMs?.[step] ?? params.triggerMs ?? 1_000;
        if (inputRows > 0) await this.#batch({ cluster, program, plan, trigger: steps }, { step, inputRows, rows, timeMs: clockMs });
        // Without a clock a step runs until nothing is left to do; a trigger runs at most one batch.
        const isDone = (params.triggerMs !== undefined && inputRows > 0) || !steps.wantsBatchWithoutData(clockMs);
        if (!isDone)
          await this.#batch({ cluster, program, plan, trigger: steps }, { step, inputRows: 0, rows: new Map(), timeMs: clockMs });
      } catch (error) {
        return { batches: this.#batches, outputColumns: program.outputColumns, failure: { phase: "step", batch: step, error } };
      }
    }
    return { batches: this.#batches, outputColumns: program.outputColumns };
  }

  async #batch(
    {
      cluster,
      program,
      plan,
      trigger,
    }: { readonly cluster: TestCluster; readonly program: QueryProgram; readonly plan: PhysicalPlan; readonly trigger: Trigger },
    {
      step,
      inputRows,
      rows,
      timeMs,
    }: {
      readonly step: number;
      readonly inputRows: number;
      readonly rows: ReadonlyMap<string, readonly (readonly Row[])[]>;
      readonly timeMs: number;
    },
  ): Promise<void> {
    this.#output = [];
    this.#probed = new Map();
    const watermarks = trigger.next(timeMs);
    const outcome = await cluster.runBatch(
      { batch: this.#batches.length + 1, timeMs, watermarks: new Map(watermarks.map((one) => [one.operatorId, one])), final: false },
      rows,
    );
    trigger.done(outcome, timeMs);
    // A table that did not change is not emitted again: Spark writes it in every batch.
    const isComplete = this.#golden.params.outputMode === "complete";
    if (!isComplete || this.#output.length > 0) this.#table = this.#output;
    const late = this.#late(program, plan, { watermarks, outcome });
    this.#batches.push({
      step,
      inputRows,
      rows: isComplete ? this.#table : this.#output,
      watermark: trigger.watermark,
      droppedLate: late.spark,
      wrongLate: late.problem,
      stateRows: stateRowsOf(plan, outcome),
    });
  }

  /** Late rows as Spark counts them; for windows from their input, against which the engine's raw count is held. */
  #late(
    program: QueryProgram,
    plan: PhysicalPlan,
    { watermarks, outcome }: { readonly watermarks: readonly WatermarkStep[]; readonly outcome: BatchOutcome },
  ): { readonly spark: number; readonly problem: string | undefined } {
    const flow = new WatermarkFlow(plan, program.job.graph.settings.watermarks?.policy ?? "min");
    flow.begin(new Map(watermarks.map((one) => [one.operatorId, one])));
    const counts = outcome.results.flatMap(({ operators }) => operators);
    const countOf = (id: string): number => counts.reduce((sum, one) => sum + (one.operatorId === id ? one.lateRecords : 0), 0);
    let spark = 0;
    let problem: string | undefined;
    for (const { operatorId, windowsOf } of program.probes) {
      const operator = plan.operators.get(operatorId);
      const dropsNone = operator?.kind === "aggregateByTimeWindow" && operator.mode === "complete";
      const lateMs = dropsNone ? -Infinity : (flow.input(operatorId).lateMs ?? -Infinity);
      const groups = new Set<string>();
      let raw = 0;
      for (const [key, row] of this.#probed.get(operatorId) ?? []) {
        const windows = windowsOf(row);
        const late = windows.filter(({ end }) => end <= lateMs);
        if (late.length === windows.length && windows.length > 0) raw++;
        for (const { id } of late) groups.add(JSON.stringify([key, id]));
      }
      spark += groups.size;
      if (raw !== countOf(operatorId)) problem = `operator ${operatorId} counted ${countOf(operatorId)} late records of ${raw}`;
    }
    const probed = program.probes.map(({ operatorId }) => operatorId);
    for (const { operatorId, lateRecords } of counts) {
      const isCounted = plan.operators.get(operatorId)?.kind !== "eventTime" && !probed.includes(operatorId);
      if (isCounted) spark += lateRecords;
    }
    return { spark, problem };
  }

  #cluster(program: QueryProgram, before?: TestCluster): TestCluster {
    const tasksOfSource = new Map(program.sources.map((id) => [id, 1]));
    const snapshot = before?.snapshot();
    return new TestCluster({
      job: program.job,
      workerCount: this.#engine.workers,
      continuous: this.#engine.continuous,
      tasksOfSource,
      ...(snapshot === undefined ? {} : { snapshot }),
    });
  }
}

/** Rows in state, summed; undefined where what the engine keeps is cut otherwise. */
function stateRowsOf(plan: PhysicalPlan, outcome: BatchOutcome): number | undefined {
  const operators = [...plan.operators.values()];
  const isOwn = operators.some(
    (operator) =>
      operator.kind === "process" ||
      operator.kind === "limit" ||
      (operator.kind === "aggregateByTimeWindow" && operator.window.slideMs !== operator.window.sizeMs),
  );
  if (isOwn) return undefined;
  return outcome.results.flatMap((result) => result.operators).reduce((sum, { stateKeys }) => sum + stateKeys, 0);
}

/** Decides batches as Spark's engine does, with the watermarks of the scheduler. */
class Trigger {
  readonly #operators: readonly EventTimeOperator[];
  readonly #plan: PhysicalPlan;
  readonly #settings: NonNullable<QueryProgram["job"]["graph"]["settings"]["watermarks"]> | undefined;
  readonly #allowed: boolean;
  #tracked: readonly TrackedPartition[];
  #last: readonly WatermarkStep[] = [];
  #hasRun = false;

  constructor(program: QueryProgram, plan: PhysicalPlan, golden: QueryCase) {
    const { graph } = program.job;
    this.#operators = eventTimeOperatorsOf(graph);
    this.#plan = plan;
    this.#settings = graph.settings.watermarks;
    const isOn = golden.params.conf?.["spark.sql.streaming.noDataMicroBatches.enabled"];
    this.#allowed = isOn !== false && isOn !== "false";
    this.#tracked = this.#operators.flatMap(({ id, sources }) =>
      sources.map((source) => ({ operatorId: id, source, index: 0, maxMs: undefined, seenAtMs: 0 })),
    );
  }

  /** Watermark in force in the last batch; null: the query has none. */
  get watermark(): number | null {
    return this.#operators.length === 0 ? null : (this.#last[0]?.evictMs ?? 0);
  }

  next(timeMs: number): readonly WatermarkStep[] {
    this.#last = this.#steps(timeMs);
    return this.#last;
  }

  done(outcome: BatchOutcome, timeMs: number): void {
    this.#hasRun = true;
    // Spark knows no bound on how far ahead an event may be: the tables' clock has nothing to do with their event times.
    const seen = outcome.maps.flatMap(({ eventTimes }) => eventTimes);
    this.#tracked = trackEventTimes(this.#tracked, seen, Math.max(timeMs, ...seen.map(({ maxMs }) => maxMs)));
  }

  restart(): void {
    this.#tracked = trackedAfterRestart(this.#operators, this.#tracked, { last: this.#last, settings: this.#settings });
    this.#hasRun = false;
  }

  /** Some stateful operator would emit or forget something, and the watermark, or the clock, has moved. */
  wantsBatchWithoutData(timeMs: number): boolean {
    if (!this.#allowed || !this.#hasRun) return false;
    const [before] = this.#last;
    const [after] = this.#steps(timeMs);
    const moved = (after?.evictMs ?? 0) > (before?.evictMs ?? 0);
    return Array.from(this.#plan.operators.values()).some((operator) => {
      switch (operator.kind) {
        case "aggregateByTimeWindow":
        case "aggregateBySession":
        case "aggregateByKey":
          return moved && operator.mode !== "complete";
        case "dropDuplicates":
          return moved;
        case "joinWithin":
          return moved && operator.bounds !== undefined;
        case "mapGroupsWithState":
          return operator.timeout === "batch" || (operator.timeout === "event" && moved);
        case "process":
          return operator.timers === "batch" || (operator.timers === "event" && moved);
        default:
          return false;
      }
    });
  }

  #steps(timeMs: number): readonly WatermarkStep[] {
    return nextWatermarks(this.#operators, this.#tracked, {
      batchTimeMs: timeMs,
      last: this.#last,
      exhausted: () => false,
      final: false,
      settings: this.#settings,
    });
  }
}
