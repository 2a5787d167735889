export { LocalContext, localContext, type LocalContextOptions } from "./local-context.ts";
export { testJob, type TestJob, type TestJobOptions, type TestRecord } from "./test-job.ts";
