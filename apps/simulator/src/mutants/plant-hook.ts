import { registerHooks } from "node:module";
import { pathToFileURL } from "node:url";
import { MUTANTS } from "./mutants.ts";

/**
 * Loaded before everything else (`--import`) in a process that is to have one bug: sources are changed while they are loaded, so nothing of it is in any build. The
 * process ends if the place is not there: a bug that is not planted would not be found either.
 */
const mutant = MUTANTS.find(({ name }) => name === process.env["MILLRACE_SIM_MUTANT"]);
if (mutant === undefined) throw new Error(`MILLRACE_SIM_MUTANT names no mutant: ${String(process.env["MILLRACE_SIM_MUTANT"])}`);
const { name, file, correct, wrong } = mutant;
const target = pathToFileURL(new URL(`../../../../${file}`, import.meta.url).pathname).href;
let isPlanted = false;

registerHooks({
  load(url, context, nextLoad) {
    const loaded = nextLoad(url, context);
    if (url !== target) return loaded;
    const source = typeof loaded.source === "string" ? loaded.source : new TextDecoder().decode(loaded.source);
    const places = source.split(correct).length - 1;
    if (places !== 1) throw new Error(`mutant ${name}: its place stands ${places} times in ${file}, not once`);
    isPlanted = true;
    return { ...loaded, source: source.replace(correct, () => wrong) };
  },
});
process.on("exit", () => {
  if (isPlanted) return;
  process.stderr.write(`mutant ${name}: ${file} was never loaded\n`);
  process.exitCode = 2;
});
