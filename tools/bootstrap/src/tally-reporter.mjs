import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { projectResult } from "./tally.mjs";
import { workspaceRoot } from "./workspace.mjs";

/** A jest reporter that leaves the counts of one project in dist/test-results, where `npm test` adds them up and Nx caches them. */
export default class TallyReporter {
  /** @param {{ rootDir: string }} config */
  constructor(config) {
    this.project = relative(workspaceRoot, config.rootDir);
    this.startedMs = performance.now();
  }

  /**
   * @param {unknown} _contexts
   * @param {import("@jest/reporters").AggregatedResult} results
   */
  onRunComplete(_contexts, results) {
    const path = join(workspaceRoot, "dist", "test-results", `${this.project}.json`);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, JSON.stringify(projectResult(this.project, results, performance.now() - this.startedMs), undefined, 2));
  }
}
