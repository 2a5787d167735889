import { copyJob } from "./copy-job.ts";

export default copyJob("batch", 100);
