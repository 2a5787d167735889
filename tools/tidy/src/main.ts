// node tools/tidy/src/main.ts [--fix]: prints what is not tidy and exits 1; --fix writes first pages for new error codes, the tables of metrics and the dashboards that programs carry.
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { BUNDLED_DASHBOARDS, bundledDashboards } from "./bundled-dashboards.ts";
import { readCheckout } from "./checkout.ts";
import { errorCodes } from "./error-codes.ts";
import { errorPage } from "./error-page.ts";
import { formatFinding } from "./finding.ts";
import { METRICS_PAGE, withMetricTables } from "./metrics-page.ts";
import { rules } from "./rules.ts";
import { pagePath } from "./rules/error-pages.ts";
import { pathsMatching, textOf, type Tree } from "./tree.ts";

const root = join(import.meta.dirname, "../../..");
const tree = readCheckout(root);
if (process.argv.includes("--fix")) {
  writeErrorPages(tree);
  writeMetricTables(tree);
  writeFileSync(join(root, BUNDLED_DASHBOARDS), bundledDashboards(tree));
}
const findings = rules.flatMap((rule) => rule(process.argv.includes("--fix") ? readCheckout(root) : tree));
for (const finding of findings) process.stdout.write(`${formatFinding(finding)}\n`);
process.stdout.write(`tidy: ${tree.files.size} files, ${findings.length} findings\n`);
process.exitCode = findings.length === 0 ? 0 : 1;

/** First pages for codes without one; pages whose code is gone are removed, written ones stay as they are. */
function writeErrorPages(current: Tree): void {
  mkdirSync(join(root, "docs/errors"), { recursive: true });
  const codes = errorCodes(current);
  const wanted = new Set(codes.map(({ code }) => pagePath(code)));
  for (const code of codes) {
    if (!current.files.has(pagePath(code.code))) writeFileSync(join(root, pagePath(code.code)), errorPage(code));
  }
  for (const path of pathsMatching(current, /^docs\/errors\/(?!README)[^/]+\.md$/)) if (!wanted.has(path)) rmSync(join(root, path));
}

function writeMetricTables(current: Tree): void {
  const page = withMetricTables(textOf(current, METRICS_PAGE));
  if (page !== undefined) writeFileSync(join(root, METRICS_PAGE), page);
}
