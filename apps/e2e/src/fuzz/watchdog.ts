import { Worker } from "node:worker_threads";

const LOOK_MS = 5_000;

/** Code of the thread that looks: if the counter stands still for too long, this process hangs, and cannot say so itself. */
const SOURCE = `
  const { workerData } = require("node:worker_threads");
  const fs = require("node:fs");
  const counter = new Int32Array(workerData.counter);
  let last = -1, still = 0;
  setInterval(() => {
    const now = Atomics.load(counter, 0);
    still = now === last ? still + workerData.lookMs : 0;
    last = now;
    if (still < workerData.limitMs) return;
    fs.writeSync(2, "hangs for " + still / 1000 + " s in run " + now + " of the target named last: the same --seed and --only repeat it\\n");
    process.kill(process.pid, "SIGKILL");
  }, workerData.lookMs);
`;

/** Ends this process, with a word, if `beat` is not called for so long: an endless loop cannot be stopped otherwise. */
export function startWatchdog(limitMs: number): { beat(run: number): void; stop(): Promise<void> } {
  const counter = new Int32Array(new SharedArrayBuffer(4));
  const worker = new Worker(SOURCE, { eval: true, workerData: { counter: counter.buffer, lookMs: LOOK_MS, limitMs } });
  worker.unref();
  return {
    beat: (run) => {
      Atomics.store(counter, 0, run);
    },
    stop: async () => {
      await worker.terminate();
    },
  };
}
