import { parentPort } from "node:worker_threads";
import { runPlan } from "./run-plan.ts";
import type { SeedAnswer, SeedTask } from "./seed-pool.ts";

Error.stackTraceLimit = 4; // as in main.ts

/** A thread of the pool: one run after another. The history is left here unless it is wanted: it is most of a result. */
parentPort?.on("message", (task: SeedTask) => {
  const answer = (text: SeedAnswer): void => parentPort?.postMessage(text);
  runPlan(task.plan, task).then(
    (result) => answer({ result: task.keepsHistory === true ? result : { ...result, history: [] } }),
    (error: unknown) =>
      answer({ failure: `seed ${task.plan.seed}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}` }),
  );
});
