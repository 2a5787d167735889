// node tools/images/src/write-rootfs.ts NAME FOLDER: what a Dockerfile's build stage runs, see rootfs.ts.
import { join } from "node:path";
import { writeRootfs } from "./rootfs.ts";

const [name, folder] = process.argv.slice(2);
if (name === undefined || folder === undefined) {
  process.stderr.write("error: give the name of an image, or base, and a folder\n");
  process.exit(2);
}
await writeRootfs(join(import.meta.dirname, "../../.."), name, folder);
