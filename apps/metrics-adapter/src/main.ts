import { parseFlags, runProcess } from "@millrace/service-kit";
import { metricsAdapterProcess } from "./adapter-process.ts";

await runProcess(metricsAdapterProcess, () => ({ env: process.env, flags: parseFlags(process.argv.slice(2)) }));
