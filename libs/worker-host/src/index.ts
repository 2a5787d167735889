export { SCRATCH_FOLDER_ENV, createProcessHost, type ProcessHostSettings } from "./process-host.ts";
export { watchMemory } from "./memory-watch.ts";
export { openWorkerChannel } from "./worker-channel.ts";
