// `@millrace/streams/testing`: what a user tests jobs with. It runs them, so it is a lib above this one; this is its name for those who know only this package.
export { localContext, LocalContext, testJob, type TestJob, type TestJobOptions, type TestRecord } from "@millrace/local";
