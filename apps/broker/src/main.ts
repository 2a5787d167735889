import { parseFlags, runProcess } from "@millrace/service-kit";
import { brokerProcess } from "./broker-process.ts";

await runProcess(brokerProcess, () => ({ env: process.env, flags: parseFlags(process.argv.slice(2)) }));
