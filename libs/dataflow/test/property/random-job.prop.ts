import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import type { RuntimeBatch } from "../../src/index.ts";
import { type BatchInput, type Snapshot, TestCluster } from "../harness/cluster.ts";
import { NaiveJob } from "./naive.ts";
import { type Choice, choiceArbitrary, INTERVAL_MS, jobOf } from "./random-job.ts";

type Element = readonly [string | number, number, number];
type SourceInput = readonly (readonly Element[])[];
interface Batch {
  readonly a: SourceInput;
  readonly b: SourceInput;
  readonly watermarkStep: number | null;
  /** A checkpoint after the batch. */
  readonly save: boolean;
  /** Ends the workers after the batch and goes on from a checkpoint on others. */
  readonly cut: boolean;
  /** Before the batch runs, an attempt at it is cut off after so many messages; all batches since the last checkpoint run again. */
  readonly crashAfter: number | null;
  readonly workers: number;
  /** Memory for state from the next cut or crash on, in bytes: none means that all of it goes to the store. */
  readonly budgetBytes: number | null;
  /** Whether workers from the next cut or crash on take elements before the plan of their batch. */
  readonly continuous: boolean;
}

const TASKS = 3;
const elementArbitrary: fc.Arbitrary<Element> = fc.tuple(
  fc.constantFrom<string | number>("x", "y", "z", "1", 1),
  fc.integer({ min: -3, max: 9 }),
  fc.integer({ min: -20, max: 120 }),
);
const sourceArbitrary: fc.Arbitrary<SourceInput> = fc.array(fc.array(elementArbitrary, { maxLength: 4 }), {
  minLength: TASKS,
  maxLength: TASKS,
});
const batchArbitrary: fc.Arbitrary<Batch> = fc.record({
  a: sourceArbitrary,
  b: sourceArbitrary,
  watermarkStep: fc.option(fc.nat(40)),
  save: fc.boolean(),
  cut: fc.boolean(),
  crashAfter: fc.option(fc.nat(30), { freq: 2 }),
  workers: fc.constantFrom(1, 2, 7),
  budgetBytes: fc.constantFrom(null, 0, 600),
  continuous: fc.boolean(),
});

const LATE_KINDS = ["aggregateByTimeWindow", "aggregateBySession", "dropDuplicates", "joinWithin", "mapGroupsWithState", "process"];

const asBag = (values: readonly unknown[] | undefined): unknown => values?.map((value) => JSON.stringify(value)).sort();
const bagsOf = (outputs: ReadonlyMap<string, unknown>): unknown =>
  Array.from(outputs, ([id, values]) => [id, asBag(values as readonly unknown[])]).sort();
const text = new TextDecoder();

/** Runs the job, with crashes, moves and memory as the batches say, and compares every output of every batch with the naive evaluation. */
async function check(choices: readonly Choice[], batches: readonly Batch[], picks: readonly number[]): Promise<void> {
  let outputs = new Map<string, readonly unknown[]>();
  const job = jobOf(choices, (id, elements) => outputs.set(id, elements));
  const tasksOfSource = new Map([
    ["a", TASKS],
    ["b", TASKS],
  ]);
  let draws = 0;
  const pick = (count: number): number => (picks[draws++ % picks.length] ?? 0) % count;
  const naive = new NaiveJob(job);
  const clusterOf = (
    { workers, budgetBytes, continuous }: Pick<Batch, "workers" | "budgetBytes" | "continuous">,
    snapshot?: Snapshot,
  ): TestCluster =>
    new TestCluster({
      job,
      workerCount: workers,
      continuous,
      tasksOfSource,
      pick,
      ...(snapshot === undefined ? {} : { snapshot }),
      ...(budgetBytes === null ? {} : { budgetBytes }),
    });
  let cluster = clusterOf(batches[0] ?? { workers: 1, budgetBytes: null, continuous: false });
  let saved: Snapshot = new Map();
  let sinceSaved: { readonly batch: RuntimeBatch; readonly input: BatchInput; readonly outputs: ReadonlyMap<string, unknown> }[] = [];
  let evict: number | undefined;
  for (const [index, input] of batches.entries()) {
    const isLast = index === batches.length - 1;
    const late = evict;
    if (input.watermarkStep !== null) evict = (evict ?? -10) + input.watermarkStep;
    const both = { lateMs: late, evictMs: isLast ? Infinity : evict };
    const batch = { batch: index + 1, timeMs: (index + 1) * INTERVAL_MS };
    const watermarks = new Map([
      ["a-time", both],
      ["b-time", both],
    ]);
    const planned = { ...batch, watermarks, final: isLast };
    const elements = new Map([
      ["a", input.a],
      ["b", input.b],
    ]);
    if (input.crashAfter !== null) {
      outputs = new Map();
      await cluster.crashIn(planned, elements, input.crashAfter);
      cluster = clusterOf(input, saved);
      for (const replayed of sinceSaved) {
        outputs = new Map();
        await cluster.runBatch(replayed.batch, replayed.input);
        expect(bagsOf(outputs)).toEqual(bagsOf(replayed.outputs));
      }
    }
    outputs = new Map();
    const outcome = await cluster.runBatch(planned, elements);
    sinceSaved.push({ batch: planned, input: elements, outputs });

    const lateBefore = new Map(naive.late);
    const expected = naive.run({
      ...batch,
      late,
      evict: both.evictMs,
      elements: new Map([
        ["a", input.a.flat()],
        ["b", input.b.flat()],
      ]),
    });
    for (const operator of job.graph.operators) {
      const parent = operator.parents[0] ?? "";
      const wanted = asBag(expected.get(parent)?.map(({ value }) => value));
      if (operator.kind === "foreachBatch") expect([operator.id, asBag(outputs.get(parent))]).toEqual([operator.id, wanted]);
      if (operator.kind === "sink") expect(outcome.sinks.map(({ value }) => text.decode(value ?? undefined)).sort()).toEqual(wanted ?? []);
      if (!LATE_KINDS.includes(operator.kind)) continue;
      const counted = outcome.results.flatMap(({ operators }) => operators).filter(({ operatorId }) => operatorId === operator.id);
      if (counted.length === 0) continue; // leads to no output: not part of the plan
      const lateCount = (naive.late.get(operator.id) ?? 0) - (lateBefore.get(operator.id) ?? 0);
      expect(counted.reduce((all, { lateRecords }) => all + lateRecords, 0)).toBe(lateCount);
    }
    // A timer that a timer set in the last batch has no next batch to fire in.
    const setsTimers = job.graph.operators.some((operator) => operator.kind === "process" && operator.timers === "event");
    if (isLast && !setsTimers) expect(outcome.results.some(({ statePending }) => statePending)).toBe(false);
    if (!input.save && !input.cut) continue;
    saved = cluster.snapshot();
    sinceSaved = [];
    if (input.cut) cluster = clusterOf(input, saved);
  }
}

describe("a random job", () => {
  it("gives what the naive evaluation gives: on 1, 2 or 7 workers, batch by batch or as elements arrive, in memory or in the store, moved to others or crashed in any batch and at any message", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(choiceArbitrary, { minLength: 1, maxLength: 8 }),
        fc.array(batchArbitrary, { minLength: 1, maxLength: 9 }),
        fc.array(fc.nat(100), { minLength: 1, maxLength: 50 }),
        check,
      ),
      { numRuns: 300, interruptAfterTimeLimit: 100_000 },
    );
  }, 180_000);

  it("remembers that a row had a partner which did not stay itself, also over a restart", async () => {
    const choice = (operator: number, parent: number, other: number): Choice => ({ operator, parent, other, size: 1, slide: 1 });
    const idle = (watermarkStep: number | null, cut = false): Batch => {
      return {
        a: [[], [], []],
        b: [[], [], []],
        watermarkStep,
        save: false,
        cut,
        crashAfter: null,
        workers: 1,
        budgetBytes: null,
        continuous: false,
      };
    };
    const batches: readonly Batch[] = [
      { ...idle(8), a: [[], [["x", 0, 102]], []] },
      idle(10),
      { ...idle(39), b: [[], [], [["x", 0, 108]]] },
      ...[36, 16, 1].map((step) => idle(step)),
      idle(20, true),
      idle(null),
    ];
    await check([choice(0, 0, 0), choice(307, 4, 16), choice(0, 0, 0), choice(187, 0, 8), choice(0, 0, 0)], batches, [0]);
  });

  it("drops an element without a finite event time", async () => {
    const kept = { save: false, cut: false, crashAfter: null, workers: 1, budgetBytes: null, continuous: false };
    const batch: Batch = { a: [[["x", 1, NaN]], [], []], b: [[], [], []], watermarkStep: 1, ...kept };
    await check([{ operator: 25, parent: 0, other: 0, size: 1, slide: 1 }], [batch, batch], [0]);
  });
});
