export { SCRATCH_FOLDER_ENV, createProcessHost, type ProcessHostSettings } from "./process-host.ts";
export { openWorkerChannel } from "./worker-channel.ts";
