import { expect, it } from "@jest/globals";
import { NO_TRACER } from "@millrace/ports";
import { ManualClock, settle } from "@millrace/testkit";
import type { BatchOutput } from "./batch-output.ts";
import { BatchTrace } from "./batch-trace.ts";
import { PlanGate } from "./plan-gate.ts";
import { type BatchContext, runBatch } from "./run-batch.ts";

/** What a worker without records does, in its order. */
async function runWith(gate: PlanGate, during: (steps: readonly string[]) => Promise<void> | void): Promise<string[]> {
  const steps: string[] = [];
  const runtime = {
    beginBatch: () => steps.push("begin"),
    endSources: () => ({ eventTimes: [], recordsIn: 0, bytesIn: 0 }),
    finished: true,
    finishBatch: () => ({ lateRecords: 0, statePending: false, operators: [] }),
  };
  const checkpoints = { save: () => Promise.resolve(steps.push("save state")).then(() => ({ parts: [], marksEndOffset: 0n })) };
  const context = { clock: new ManualClock(), runtime, sources: [], streamSources: { owns: () => false }, checkpoints };
  const output = { recordCount: 0, prepare: () => steps.push("send marks"), commit: () => Promise.resolve(void steps.push("commit")) };
  const run = {
    plan: { batch: 7n, timeMs: 0n, ranges: [], watermarks: [], final: false },
    checkpoint: true,
    output: output as unknown as BatchOutput,
    recorded: () => gate.until(7),
    ready: () => undefined,
    trace: new BatchTrace(NO_TRACER, { jobId: "j", batch: 7, workerIndex: 0, parent: "", remote: () => "" }),
    takeShuffleBytes: () => 0,
    report: ({ case: kind }: { case?: string | undefined }) => Promise.resolve(void steps.push(`report ${kind}`)),
  };
  const done = runBatch(run as unknown as Parameters<typeof runBatch>[0], context as unknown as BatchContext);
  await settle();
  await during([...steps]);
  await done;
  return steps;
}

const BEFORE = ["begin", "report mapDone", "save state", "send marks"];

it("does everything of a batch while its plan is stored, but commits and reports it done afterwards", async () => {
  const gate = new PlanGate();
  const steps = await runWith(gate, (before) => {
    expect(before).toEqual(BEFORE);
    gate.recorded(7);
  });
  expect(steps).toEqual([...BEFORE, "commit", "report batchDone"]);
});

it("commits at once when the plan is stored already", async () => {
  const gate = new PlanGate();
  gate.recorded(7);
  expect(await runWith(gate, () => undefined)).toEqual([...BEFORE, "commit", "report batchDone"]);
});
