import { parentPort, workerData } from "node:worker_threads";
import type { SizeFigures } from "./measure-size.ts";
import { runScale, type ScaleTask } from "./scale-run.ts";

export type ScaleAnswer = { readonly progress: string } | { readonly figures: readonly SizeFigures[] };

Error.stackTraceLimit = 4; // as in main.ts

const answer = (message: ScaleAnswer): void => parentPort?.postMessage(message);
answer({ figures: await runScale(workerData as ScaleTask, (progress) => answer({ progress })) });
