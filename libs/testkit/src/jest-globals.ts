import type * as JestGlobals from "@jest/globals";

/**
 * Jest's functions as the running test environment offers them, for contract suites. Taken when a suite runs, not imported: importing
 * "@jest/globals" fails outside jest, where the simulator and benchmarks use the rest of this kit.
 */
export function jestGlobals(): Pick<typeof JestGlobals, "afterEach" | "beforeEach" | "describe" | "expect" | "it"> {
  return globalThis as unknown as typeof JestGlobals;
}
