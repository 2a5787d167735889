import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { generate, generatedFolder } from "./generate.ts";

/** `main.ts` writes what proto/kafka generates; `main.ts --check` writes nothing and fails where the tree differs. */
const root = join(import.meta.dirname, "../../..");
const isCheck = process.argv.includes("--check");
const wanted = await generate(root);
const folder = generatedFolder(root);
mkdirSync(folder, { recursive: true });

const present = readdirSync(folder).map((name) => join("libs/kafka-wire/src/gen", name));
const stale = [...wanted].filter(([path, text]) => !existsSync(join(root, path)) || readFileSync(join(root, path), "utf8") !== text);
const surplus = present.filter((path) => !wanted.has(path));

for (const path of [...stale.map(([each]) => each), ...surplus]) {
  if (isCheck) process.stdout.write(`${path} is not what proto/kafka generates: npm run gen, and commit it\n`);
}
if (isCheck) process.exitCode = stale.length + surplus.length > 0 ? 1 : 0;
else {
  for (const [path, text] of stale) writeFileSync(join(root, path), text);
  for (const path of surplus) rmSync(join(root, path));
  process.stdout.write(`${wanted.size} files from proto/kafka, ${stale.length + surplus.length} changed\n`);
}
