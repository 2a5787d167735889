// npm run oracle -- PATH: runs every golden table of a folder (default: those of the repository) and says which do not pass.
import { basename, join } from "node:path";
import { checkTable, readDifferences, tablesIn } from "./golden-folder.ts";

const [path = join(import.meta.dirname, "tables")] = process.argv.slice(2);
const differences = readDifferences();
let passed = 0;
let failed = 0;
for (const table of tablesIn(path)) {
  const name = basename(table, ".json");
  const problem = await checkTable(table, differences);
  if (problem === undefined) {
    passed++;
    continue;
  }
  failed++;
  process.stdout.write(`${name}: ${problem.replaceAll(/\s+/g, " ").slice(0, 600)}\n`);
}
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exitCode = failed === 0 ? 0 : 1;
