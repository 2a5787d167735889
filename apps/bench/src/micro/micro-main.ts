import { pathToFileURL } from "node:url";
import { measureCase } from "./measure-case.ts";
import { benchModuleOf } from "./micro-case.ts";
import type { MicroRequest } from "./run-micro.ts";

// One bench file in a process of its own, so that no other file's types and garbage are in its way: a line of JSON for each case.
const { file, names, rounds, sliceMs } = JSON.parse(process.argv[2] ?? "") as MicroRequest;
const { cases, close } = benchModuleOf(file, await import(pathToFileURL(file).href));
for (const micro of cases)
  if (names.length === 0 || names.some((part) => micro.name.includes(part)))
    process.stdout.write(`${JSON.stringify(await measureCase(micro, { rounds, sliceMs }))}\n`);
await close();
