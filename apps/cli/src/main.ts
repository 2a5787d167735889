#!/usr/bin/env -S node --conditions=@millrace/source --disable-warning=ExperimentalWarning
import { processWorld } from "./process-world.ts";
import { runCli } from "./run-cli.ts";

process.exitCode = await runCli(process.argv.slice(2), processWorld());
