import { windowsJob } from "./windows-job.ts";

export default windowsJob(24);
