import { copyJob } from "./copy-job.ts";

export default copyJob("continuous", 100);
