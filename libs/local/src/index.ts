export { LocalContext, localContext } from "./local-context.ts";
export { testJob, type TestJob, type TestJobOptions, type TestRecord } from "./test-job.ts";
