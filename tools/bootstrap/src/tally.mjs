/**
 * @typedef {{ name: string, file: string }} Failure
 * @typedef {{ project: string, passed: number, failed: number, skipped: number, durationMs: number, failures: Failure[] }} ProjectResult
 * @typedef {{ passed: number, failed: number, skipped: number, failures: (Failure & { project: string })[] }} Total
 */

/**
 * What jest found in one project, as plain numbers. A spec file that could not even be loaded counts as one failed test:
 * otherwise a syntax error would make failures disappear.
 *
 * @param {string} project
 * @param {import("@jest/reporters").AggregatedResult} results
 * @param {number} durationMs
 * @returns {ProjectResult}
 */
export function projectResult(project, results, durationMs) {
  const failures = results.testResults.flatMap((file) => {
    const failed = file.testResults.filter((test) => test.status === "failed");
    if (failed.length === 0 && file.testExecError !== undefined) return [{ name: "the file could not be run", file: file.testFilePath }];
    return failed.map((test) => ({ name: test.fullName, file: file.testFilePath }));
  });
  return {
    project,
    passed: results.numPassedTests,
    failed: Math.max(failures.length, results.numFailedTests),
    skipped: results.numPendingTests + results.numTodoTests,
    durationMs: Math.round(durationMs),
    failures,
  };
}

/**
 * The sum over projects. A project that was asked for and left no result (it crashed before jest reported) is one failure.
 *
 * @param {readonly string[]} expected
 * @param {ReadonlyMap<string, ProjectResult>} results
 * @returns {Total}
 */
export function sum(expected, results) {
  /** @type {Total} */
  const total = { passed: 0, failed: 0, skipped: 0, failures: [] };
  for (const project of expected) {
    const result = results.get(project);
    if (result === undefined) {
      total.failed += 1;
      total.failures.push({ project, name: "no result: its test run ended before it reported", file: project });
      continue;
    }
    total.passed += result.passed;
    total.failed += result.failed;
    total.skipped += result.skipped;
    total.failures.push(...result.failures.map((failure) => ({ ...failure, project })));
  }
  return total;
}

/**
 * The summary a person reads last, and a machine by its last line.
 *
 * @param {Total} total
 * @returns {string}
 */
export function summary(total) {
  const lines = total.failures.map(({ project, name, file }) => `  FAIL ${project}: ${name}\n       ${file}`);
  if (total.skipped > 0) lines.push(`  ${total.skipped} skipped`);
  lines.push(`${total.passed} passed, ${total.failed} failed`);
  return `${lines.join("\n")}\n`;
}
