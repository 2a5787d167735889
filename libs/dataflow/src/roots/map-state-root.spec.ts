import { describe, expect, it } from "@jest/globals";
import { AppError } from "@millrace/model";
import { TestCluster } from "../../test/harness/cluster.ts";
import { TestJob } from "../../test/harness/graph.ts";
import type { KeyState } from "./key-state.ts";

type Row = readonly [string, number];
type F = (time: number, key: string, value: number | undefined, state: KeyState) => unknown;

/** A job of a window (slide 2), below it the state; what it emits, batch by batch. */
function jobOf(
  f: F,
  settings: { readonly timeoutMs?: number } = {},
): { readonly job: ReturnType<TestJob["build"]>; readonly seen: Map<number, readonly unknown[]> } {
  const seen = new Map<number, readonly unknown[]>();
  const job = new TestJob({ batchIntervalMs: 100, slotCount: 2, checkpointIntervalMs: 100 });
  const initial = (): readonly Row[] => [["x", 5]];
  job.source("a");
  job.add("w", { kind: "window", windowMs: 200, slideMs: 200 }, ["a"]);
  job.add("s", { kind: "mapWithState", hasInitial: true, ...settings }, ["w"], { f, initial });
  job.add("u", { kind: "updateStateByKey", form: "values", hasInitial: true }, ["w"], {
    f: (values: readonly number[], old = 0) => values.length + old,
    initial,
  });
  job.add("states", { kind: "union" }, ["s", "u"]);
  job.add("out", { kind: "foreachBatch" }, ["states"], {
    f: (elements: readonly unknown[], time: number) => seen.set(time / 100, elements),
  });
  return { job: job.build(), seen };
}

const tasksOfSource = new Map([["a", 1]]);
const batch = (n: number): Parameters<TestCluster["runBatch"]>[0] => ({ batch: n, timeMs: n * 100, watermarks: new Map(), final: false });
const input = (...rows: readonly Row[]): Parameters<TestCluster["runBatch"]>[1] => new Map([["a", [rows]]]);

describe("an initial state", () => {
  it("is still to come after a savepoint before the stream's first batch, and only then", async () => {
    const { job, seen } = jobOf((_, key, value, state) => {
      state.update(Number(state.getOption() ?? 0) + (value ?? 0));
      return [key, state.get()];
    });
    let cluster = new TestCluster({ job, workerCount: 1, tasksOfSource });
    for (let n = 1; n <= 4; n++) {
      await cluster.runBatch(batch(n), input(["x", 1]));
      const snapshot = cluster.snapshot(true);
      cluster = new TestCluster({ job, workerCount: 2, tasksOfSource, snapshot });
    }
    expect([...seen]).toEqual([
      [
        2,
        [
          ["x", 6],
          ["x", 7],
          ["x", 7],
        ],
      ],
      [
        4,
        [
          ["x", 8],
          ["x", 9],
          ["x", 9],
        ],
      ],
    ]);
  });
});

describe("a state", () => {
  async function codeOf(f: F): Promise<unknown> {
    const { job } = jobOf(f, { timeoutMs: 200 });
    const cluster = new TestCluster({ job, workerCount: 1, tasksOfSource });
    try {
      for (let n = 1; n <= 8; n++) await cluster.runBatch(batch(n), input(...(n === 2 ? [["y", 1] as const] : [])));
    } catch (error) {
      return error instanceof AppError ? [error.code, error.context.operator] : error;
    }
    return undefined;
  }

  it.each<[string, F, string | undefined]>([
    ["is read where there is none", (_time, _key, _value, state) => state.get(), "state-absent"],
    [
      "is updated after its removal",
      (_time, _key, _value, state) => [state.isTimingOut() || state.remove(), state.update(1)],
      "state-illegal-call",
    ],
    ["is removed twice", (_time, _key, _value, state) => [state.isTimingOut() || state.remove(), state.remove()], "state-illegal-call"],
    ["is updated while it times out", (_time, _key, _value, state) => state.isTimingOut() && state.update(1), "state-illegal-call"],
    ["is removed while it times out", (_time, _key, _value, state) => state.isTimingOut() && state.remove(), "state-illegal-call"],
    ["is set to nothing", (_time, _key, _value, state) => state.update(undefined), "state-illegal-call"],
  ])("that %s is refused, with the operator", async (_, f, code) => {
    expect(
      await codeOf((time, key, value, state) => (key === "y" || state.isTimingOut() ? f(time, key, value, state) : undefined)),
    ).toEqual([code, "s"]);
  });

  it("that is set again in the call that reads it is there", async () => {
    expect(
      await codeOf((_time, _key, _value, state) => (state.isTimingOut() ? state.get() : [state.update(1), state.exists(), state.get()])),
    ).toBeUndefined();
  });
});
