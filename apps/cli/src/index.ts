export { type CompiledJob, compileJob } from "./jobs/compile-job.ts";
export { runCli } from "./run-cli.ts";
export type { CliWorld, Connection, ConnectOptions } from "./world.ts";
