import { parseFlags, runProcess } from "@millrace/service-kit";
import { executorProcess } from "./executor-process.ts";

await runProcess(executorProcess, () => ({ env: process.env, flags: parseFlags(process.argv.slice(2)) }));
