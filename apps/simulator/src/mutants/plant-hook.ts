import { registerHooks } from "node:module";
import { pathToFileURL } from "node:url";
import { placesOf } from "./mutant.ts";
import { MUTANTS } from "./mutants.ts";

/**
 * Loaded before everything else (`--import`) in a process that is to have one bug: sources are changed while they are loaded, so nothing of it is in any build. The
 * process ends if the place is not there: a bug that is not planted would not be found either.
 */
const mutant = MUTANTS.find(({ name }) => name === process.env["MILLRACE_SIM_MUTANT"]);
if (mutant === undefined) throw new Error(`MILLRACE_SIM_MUTANT names no mutant: ${String(process.env["MILLRACE_SIM_MUTANT"])}`);
const { name } = mutant;
const places = Map.groupBy(placesOf(mutant), ({ file }) => pathToFileURL(new URL(`../../../../${file}`, import.meta.url).pathname).href);
const missing = new Set(places.keys());

registerHooks({
  load(url, context, nextLoad) {
    const loaded = nextLoad(url, context);
    const here = places.get(url);
    if (here === undefined) return loaded;
    let source = typeof loaded.source === "string" ? loaded.source : new TextDecoder().decode(loaded.source);
    for (const { file, correct, wrong } of here) {
      const count = source.split(correct).length - 1;
      if (count !== 1) throw new Error(`mutant ${name}: its place stands ${count} times in ${file}, not once`);
      source = source.replace(correct, () => wrong);
    }
    missing.delete(url);
    return { ...loaded, source };
  },
});
process.on("exit", () => {
  if (missing.size === 0) return;
  process.stderr.write(`mutant ${name}: never loaded: ${[...missing].join(", ")}\n`);
  process.exitCode = 2;
});
