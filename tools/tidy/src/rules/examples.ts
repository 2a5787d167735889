import type { Finding } from "../finding.ts";
import { pathsMatching, textOf, type Tree } from "../tree.ts";

const rule = "examples";
const CASES = "apps/e2e/src/examples/example-cases.ts";

/**
 * Each job of examples/jobs has a spec beside it in test/, and runs on a cluster with output that is known (a case of the e2e scenario `examples`). There is no
 * case of a job that is gone.
 */
export function examplesRule(tree: Tree): readonly Finding[] {
  const jobs = pathsMatching(tree, /^examples\/jobs\/[^/]+\.ts$/).map((path) => path.slice("examples/jobs/".length));
  const cases = [...textOf(tree, CASES).matchAll(/^ {4}file: "([^"]+)",$/gm)].map(([, file = ""]) => file);
  return [
    ...jobs
      .filter((file) => !cases.includes(file))
      .map((file) => ({
        path: `examples/jobs/${file}`,
        rule,
        message: `has no case in ${CASES}: give it a small input and what must come of it`,
      })),
    ...jobs
      .filter((file) => !tree.files.has(specOf(file)))
      .map((file) => ({ path: `examples/jobs/${file}`, rule, message: `has no ${specOf(file)}: test it with @millrace/streams/testing` })),
    ...cases
      .filter((file) => !jobs.includes(file))
      .map((file) => ({ path: CASES, rule, message: `has a case for ${file}, which is not in examples/jobs: remove it` })),
  ];
}

function specOf(file: string): string {
  return `examples/jobs/test/${file.replace(/\.ts$/, ".spec.ts")}`;
}
