import type { Mutant } from "./mutant.ts";

const RUN_BATCH = "libs/executor-node/src/worker/run-batch.ts";
const IN_FLIGHT = "libs/scheduling/src/batch-in-flight.ts";

/** Bugs of batches and checkpoints, of the reliability reference's list. */
export const JOB_MUTANTS: readonly Mutant[] = [
  {
    name: "batch-replanned-on-rerun",
    what: "after a failure the next batch takes what is there by then, not what was recorded",
    file: "libs/scheduling/src/job-machine.ts",
    correct: "    const replayed = this.#replay.shift();",
    wrong: "    const replayed = this.#replay.splice(0).slice(1)[0];",
    provokes: "jobs",
  },
  {
    name: "output-without-mark",
    what: "output is committed without the mark that says so",
    file: "libs/executor-node/src/worker/batch-output.ts",
    correct: "    producer.send(SINK_MARKS_TOPIC, { key: marks.key, value: marks.encode(this.#mark), partition: marks.partition });\n",
    wrong: "    void [producer, marks];\n",
    provokes: "jobs",
  },
  {
    name: "output-before-plan",
    what: "a batch is committed while its plan is still on its way to the store",
    file: RUN_BATCH,
    correct: "  const recorded = run.recorded();\n",
    wrong: "  const recorded = undefined as Promise<void> | undefined;\n",
    provokes: "jobs",
  },
  {
    name: "state-saved-before-batch-is-done",
    what: "the checkpoint after a batch has the state from before its keyed stages",
    file: RUN_BATCH,
    correct: "  const { trace } = run;\n  if (!runtime.finished) {",
    wrong:
      "  const { trace } = run;\n  if (run.checkpoint) context.checkpoints.save = ((early) => () => early)(context.checkpoints.save(Number(plan.batch)));\n  if (!runtime.finished) {",
    provokes: "jobs",
  },
  {
    name: "manifest-before-parts",
    what: "a checkpoint is stored when the first worker has written its parts of the state",
    file: IN_FLIGHT,
    correct: "    return this.#done.size === this.#workerCount;",
    wrong: "    return this.#done.size === (this.checkpoint ? Math.min(1, this.#workerCount) : this.#workerCount);",
    provokes: "jobs",
  },
  {
    name: "old-attempt-block-taken",
    what: "shuffle blocks of another job epoch are taken",
    file: "libs/executor-node/src/worker/shuffle-server.ts",
    correct: "if (jobId !== identity.jobId || Number(jobEpoch) !== identity.jobEpoch || receiverIndex !== identity.workerIndex) {",
    wrong: "if (jobId !== identity.jobId) {",
    provokes: "jobs",
  },
  {
    name: "former-writers-not-fenced",
    what: "marks are read while a former worker's transaction may still commit",
    file: "libs/executor-node/src/worker/job-worker.ts",
    correct: "    await this.#client.fenceTransactionalIds(command.transactionalIds);\n",
    wrong: "    void command;\n",
    provokes: "jobs",
  },
  {
    name: "timers-not-restored",
    what: "timers that were set before a restart never fire",
    file: "libs/dataflow/src/roots/process-root.ts",
    correct: "      for (const timeMs of value.timers) this.#timers.set(timeMs, canonical, key);\n      for (const timeMs of expiriesOf",
    wrong: "      for (const timeMs of expiriesOf",
    provokes: "jobs",
  },
  {
    name: "dedup-set-not-restored",
    what: "what passed before a restart is not remembered after it",
    file: "libs/dataflow/src/roots/dedup-root.ts",
    correct: "      if (expiresMs !== Infinity) this.#expiries.set(expiresMs, canonical, key);\n  }\n}",
    wrong: "      if (expiresMs !== Infinity) this.#table.delete((void key, canonical));\n  }\n}",
    provokes: "jobs",
  },
  {
    name: "watermark-falls",
    what: "a source partition that was idle takes the watermark back with it",
    file: "libs/planner/src/watermarks.ts",
    correct: "  return options.lateMs === undefined ? least : Math.max(least, options.lateMs);",
    wrong: "  return least;",
    provokes: "jobs",
  },
  {
    name: "watermark-forgotten-on-restart",
    what: "after a restart event time begins anew",
    file: "libs/scheduling/src/progress.ts",
    correct: `    tracked: trackedAfterRestart(shape.eventTimes, checkpoint.tracker, {
      last: checkpoint.lastWatermarks,
      settings: shape.watermarks,
    }),
    lastWatermarks: checkpoint.lastWatermarks,`,
    wrong: `    tracked: trackedAfterRestart(shape.eventTimes, checkpoint.tracker, {
      last: checkpoint.lastWatermarks,
      settings: shape.watermarks,
    }).map((partition) => ({ ...partition, maxMs: undefined })),
    lastWatermarks: [],`,
    provokes: "jobs",
  },
  {
    name: "late-count-forgotten-on-restart",
    what: "late elements that were counted before a checkpoint are not in the count after a restart",
    file: "libs/scheduling/src/progress.ts",
    correct: "    counters: checkpoint.counters,\n",
    wrong: "    counters: { ...checkpoint.counters, lateRecords: 0 },\n",
    provokes: "jobs",
  },
];
