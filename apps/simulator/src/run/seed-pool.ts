import { Worker } from "node:worker_threads";
import type { RunPlan } from "./plan.ts";
import { type RunOptions, type RunResult, runPlan } from "./run-plan.ts";

/** A run makes much that is forgotten at once: with room for it, collecting costs a third less. */
const YOUNG_GENERATION_MB = 64;

/** One run, and what of it the asker wants to see. */
export interface SeedTask extends RunOptions {
  readonly plan: RunPlan;
}

/** What a worker answers. */
export type SeedAnswer = { readonly result: RunResult } | { readonly failure: string };

/**
 * Results of runs in the order of their plans, several at a time: each run is in one thread from its first event to its last, and shares nothing with the others. `jobs` 1:
 * in this thread. Whoever stops reading early stops the rest.
 */
export async function* runInOrder(tasks: Iterator<SeedTask>, jobs: number): AsyncGenerator<RunResult, void, undefined> {
  if (jobs <= 1) {
    for (let next = tasks.next(); next.done !== true; next = tasks.next()) yield await runPlan(next.value.plan, next.value);
    return;
  }
  const workers = Array.from({ length: jobs }, () => newWorker());
  const idle = [...workers];
  const underWay: { readonly worker: Worker; readonly answer: Promise<SeedAnswer> }[] = [];
  const fill = (): void => {
    while (idle.length > 0) {
      const next = tasks.next();
      const worker = next.done === true ? undefined : idle.pop();
      if (next.done === true || worker === undefined) return;
      const answer = ask(worker, next.value);
      void answer.then(() => {
        idle.push(worker);
        fill();
      });
      underWay.push({ worker, answer });
    }
  };
  try {
    fill();
    for (let first = underWay.shift(); first !== undefined; first = underWay.shift()) {
      const answer = await first.answer;
      if ("failure" in answer) throw new Error(answer.failure);
      yield answer.result;
    }
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}

function newWorker(): Worker {
  const url = new URL(import.meta.url.endsWith(".ts") ? "seed-worker.ts" : "seed-worker.js", import.meta.url);
  return new Worker(url, { resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION_MB } });
}

/** Never rejects: a worker that dies is an answer too. */
function ask(worker: Worker, task: SeedTask): Promise<SeedAnswer> {
  return new Promise((resolve) => {
    const died = (error: unknown): void =>
      resolve({ failure: `seed ${task.plan.seed}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}` });
    worker.once("error", died);
    worker.once("message", (answer: SeedAnswer) => {
      worker.off("error", died);
      resolve(answer);
    });
    worker.postMessage(task);
  });
}
