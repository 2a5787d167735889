import { parseFlags, runProcess } from "@millrace/service-kit";
import { coordinatorProcess } from "./coordinator-process.ts";

await runProcess(coordinatorProcess, () => ({ env: process.env, flags: parseFlags(process.argv.slice(2)) }));
