import { AppError, type JobDefinition } from "@millrace/model";
import { type PhysicalPlan, planJob, retentionOf } from "@millrace/planner";
import { type BatchInput, type Snapshot, TestCluster } from "../harness/cluster.ts";
import { partitioned, QueueSource } from "../harness/queue-source.ts";
import { BatchHistory } from "./batch-history.ts";
import { GoldenJob } from "./build-golden.ts";
import type { Batches, GoldenCase, Retained } from "./golden-case.ts";
import type { Engine } from "./engines.ts";

/** What the engine made of a case, in the terms of the tables. */
export interface GoldenRun {
  readonly outputs: ReadonlyMap<string, Batches>;
  readonly order: readonly (readonly [number, string])[];
  readonly partitions: readonly (number | null)[];
  readonly executions: readonly (readonly [string, number])[];
  readonly slices: readonly Batches[];
  readonly retained: Readonly<Record<string, Retained>>;
  /** Where it failed: phase, batch (from 0) and why. */
  readonly failure?: { readonly phase: string; readonly batch?: number; readonly error: unknown };
}

/** Codes of what an author is told while the graph is built; other refusals come at start. */
const BUILD_CODES: readonly string[] = [
  "different-slides",
  "graph-malformed",
  "invalid-duration",
  "invalid-operator-setting",
  "union-of-nothing",
  "window-not-multiple",
];

/** Runs a case on an engine. */
export async function runGolden(golden: GoldenCase, engine: Engine): Promise<GoldenRun> {
  return await new Runner(golden, engine).run();
}

class Runner {
  readonly #golden: GoldenCase;
  readonly #engine: Engine;
  readonly #outputs: Map<string, (readonly unknown[] | null)[]>;
  readonly #order: (readonly [number, string])[] = [];
  readonly #partitions: (number | null)[];
  readonly #executions: (readonly [string, number])[] = [];
  readonly #histories = new Map<string, BatchHistory>();
  readonly #queues = new Map<string, QueueSource>();

  constructor(golden: GoldenCase, engine: Engine) {
    const { params, input } = golden;
    this.#golden = golden;
    this.#engine = engine;
    this.#outputs = new Map(params.outputs.map((id) => [id, new Array<readonly unknown[] | null>(params.batches).fill(null)]));
    this.#partitions = new Array<number | null>(params.batches).fill(null);
    for (const { id, kind, oneAtATime = true, partitions = 2, ...rest } of params.sources) {
      if (kind === "queue")
        this.#queues.set(
          id,
          new QueueSource({ batches: (input[id] ?? []).map((rows) => rows ?? []), partitions, oneAtATime, default: rest.default }),
        );
      else if (kind !== "batches") throw new Error(`cannot run: no source of kind ${kind}`);
    }
  }

  async run(): Promise<GoldenRun> {
    let program: GoldenJob;
    let job: JobDefinition;
    let plan: PhysicalPlan;
    try {
      program = new GoldenJob(this.#golden, (id, elements, time) => this.#onBatch(id, elements, time));
      job = program.build();
      plan = planJob(job.graph);
    } catch (error) {
      return this.#result({ phase: error instanceof AppError && BUILD_CODES.includes(error.code) ? "build" : "start", error });
    }
    try {
      for (const operator of this.#golden.params.afterStart ?? []) program.add(operator);
    } catch (error) {
      return this.#result({ phase: "afterStart", error });
    }
    const failure = await this.#runBatches(job, plan);
    return this.#result(failure, { job, plan });
  }

  /** All batches of the case, and those beyond that a slice asks for. */
  async #runBatches(job: JobDefinition, plan: PhysicalPlan): Promise<GoldenRun["failure"]> {
    const { params } = this.#golden;
    const retention = retentionOf(job.graph, plan.slideMs);
    const sliced = Math.max(0, ...(params.slices ?? []).map(({ toMs }) => Math.floor(toMs / params.batchMs)));
    let cluster = this.#cluster(job);
    let saved: Snapshot = new Map();
    for (let index = 0; index < Math.max(params.batches, sliced); index++) {
      const batch = this.#batch(index);
      let phase = "batch";
      try {
        this.#executions.push(["batch", index]);
        await cluster.runBatch(batch, batch.input);
        if (params.restartAfter?.includes(index + 1) === true) {
          phase = "restart";
          this.#executions.push(["restart", index], ["batch", index]);
          for (const queue of this.#queues.values()) queue.restore();
          cluster = this.#cluster(job, saved);
          await cluster.runBatch(batch, batch.input); // the last one was not covered by a checkpoint yet: it runs again
        }
      } catch (error) {
        return { phase, batch: index, error };
      }
      saved = cluster.snapshot();
      for (const [id, history] of this.#histories) history.forget(batch.timeMs, retention.get(id)?.rememberMs ?? 0);
    }
    return undefined;
  }

  #batch(index: number): Parameters<TestCluster["runBatch"]>[0] & { readonly input: BatchInput } {
    const { params, input } = this.#golden;
    const rows = new Map(
      params.sources.map(
        ({ id, partitions = 2 }) => [id, this.#queues.get(id)?.next() ?? partitioned(input[id]?.[index] ?? [], partitions)] as const,
      ),
    );
    const absentSources = new Set(params.sources.map(({ id }) => id).filter((id) => !this.#queues.has(id) && input[id]?.[index] === null));
    const partitionCounts = new Map(Array.from(rows, ([id, partitions]) => [id, partitions.length]));
    return {
      batch: index + 1,
      timeMs: (index + 1) * params.batchMs,
      watermarks: new Map(),
      final: false,
      absentSources,
      partitionCounts,
      input: rows,
    };
  }

  #cluster(job: JobDefinition, snapshot?: Snapshot): TestCluster {
    const { params, input } = this.#golden;
    const tasksOf = ({ id, kind, partitions = 2, oneAtATime = true }: (typeof params.sources)[number]): number =>
      kind === "queue" && !oneAtATime ? partitions * Math.max(1, input[id]?.length ?? 0) : partitions;
    const tasksOfSource = new Map(params.sources.map((source) => [source.id, tasksOf(source)]));
    return new TestCluster({
      job,
      workerCount: this.#engine.workers,
      continuous: this.#engine.continuous,
      tasksOfSource,
      ...(snapshot === undefined ? {} : { snapshot }),
    });
  }

  #onBatch(id: string, elements: readonly unknown[], time: number): void {
    const index = time / this.#golden.params.batchMs - 1;
    const { retained = [], slices = [], outputs } = this.#golden.params;
    if (id === "partitions") {
      this.#partitions[index] = elements.length;
      return;
    }
    if (retained.includes(id) || slices.some(({ stream }) => stream === id)) {
      const history = this.#histories.get(id) ?? new BatchHistory();
      history.add(time, elements);
      this.#histories.set(id, history);
    }
    const batches = this.#outputs.get(id);
    if (batches !== undefined && index < batches.length) batches[index] = elements;
    if (outputs.includes(id)) this.#order.push([time, id]);
  }

  #result(failure: GoldenRun["failure"], built?: { readonly job: JobDefinition; readonly plan: PhysicalPlan }): GoldenRun {
    const { params } = this.#golden;
    const slideOf = (id: string): number => built?.plan.slideMs.get(id) ?? params.batchMs;
    const retention = built && retentionOf(built.job.graph, built.plan.slideMs);
    const retained = (params.retained ?? []).map((id): readonly [string, Retained] => {
      const { rememberMs = 0, checkpointMs = null } = retention?.get(id) ?? {};
      return [id, { remember_ms: rememberMs, times: this.#histories.get(id)?.times ?? [], checkpoint_ms: checkpointMs }];
    });
    return {
      outputs: this.#outputs,
      order: this.#order,
      partitions: this.#partitions,
      executions: this.#executions,
      slices: (params.slices ?? []).map(
        ({ stream, fromMs, toMs }) => this.#histories.get(stream)?.slice(fromMs, toMs, slideOf(stream)) ?? [],
      ),
      retained: Object.fromEntries(retained),
      ...(failure === undefined ? {} : { failure }),
    };
  }
}
