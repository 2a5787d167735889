import type { WorkerInit } from "@millrace/ports";

/** Down the channel; up it go reports as they are. */
export type ToWorker = { readonly kind: "init"; readonly init: WorkerInit } | { readonly kind: "command"; readonly command: Uint8Array };

/** Up the channel, besides reports: the worker's event loop goes round. */
export const ALIVE = "alive";
