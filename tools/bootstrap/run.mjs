// Entry of every npm script: node tools/bootstrap/run.mjs <command> [args].
// Plain JavaScript for Node 20 with no dependency: on a clean checkout nothing else is there yet.
import { commandNames, usage } from "./src/commands.mjs";
import { ensureInstalled } from "./src/install.mjs";
import { pinnedNode } from "./src/pinned-node.mjs";
import { runForwarding } from "./src/child.mjs";
import { workspaceRoot } from "./src/workspace.mjs";

const [command, ...args] = process.argv.slice(2);
if (command === undefined || !commandNames.includes(command)) {
  process.stderr.write(usage(command));
  process.exit(2);
}
try {
  await ensureInstalled(workspaceRoot);
  const node = pinnedNode(workspaceRoot);
  await runForwarding(node.path, [`${workspaceRoot}/tools/bootstrap/src/dispatch.mjs`, command, ...args], node.env);
} catch (error) {
  process.stderr.write(`millrace: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}
