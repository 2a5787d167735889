// The layers table of docs/STYLE.md, once: eslint.config.mjs makes its rules from it, tools/tidy asserts it over the project graph.

/**
 * @typedef {"base" | "wire" | "sdk" | "engine" | "service" | "adapter" | "testkit" | "app" | "harness" | "tool"} LayerName
 * @typedef {{
 *   readonly name: LayerName,
 *   readonly mayImport: readonly LayerName[],
 *   readonly specsMayImport: readonly LayerName[],
 *   readonly npm: readonly string[],
 *   readonly isPure: boolean,
 *   readonly isScoped: boolean,
 * }} Layer
 * - `mayImport`: layers of the projects its sources may import; `specsMayImport` adds to that in specs and test/.
 * - `npm`: packages its sources may import (patterns; "*" is any).
 * - `isPure`: sees the world through ports only: no node:*, no clock, random, timers or environment.
 * - `isScoped`: imports only its own scope and shared.
 */

/** @type {readonly Layer[]} */
export const layers = [
  { name: "base", mayImport: ["base"], specsMayImport: [], npm: [], isPure: true, isScoped: true },
  { name: "wire", mayImport: ["base", "wire"], specsMayImport: ["testkit"], npm: ["@bufbuild/protobuf"], isPure: true, isScoped: true },
  {
    name: "sdk",
    mayImport: ["base", "wire"],
    specsMayImport: ["testkit"],
    npm: ["@bufbuild/protobuf", "zod"],
    isPure: true,
    isScoped: true,
  },
  { name: "engine", mayImport: ["base", "engine"], specsMayImport: ["sdk", "testkit"], npm: [], isPure: true, isScoped: true },
  {
    name: "service",
    mayImport: ["base", "wire", "sdk", "engine"],
    specsMayImport: ["testkit"],
    npm: ["@bufbuild/protobuf", "zod"],
    isPure: true,
    isScoped: true,
  },
  {
    name: "adapter",
    mayImport: ["base", "wire", "sdk"],
    specsMayImport: ["testkit", "adapter"],
    npm: ["*"],
    isPure: false,
    isScoped: true,
  },
  {
    name: "testkit",
    mayImport: ["base", "testkit"],
    specsMayImport: [],
    npm: ["fast-check", "@jest/globals"],
    isPure: false,
    isScoped: true,
  },
  {
    name: "app",
    mayImport: ["base", "wire", "sdk", "engine", "service", "adapter", "app"],
    specsMayImport: ["testkit"],
    npm: ["*"],
    isPure: false,
    isScoped: false,
  },
  {
    name: "harness",
    mayImport: ["base", "wire", "sdk", "engine", "service", "adapter", "testkit", "app", "harness"],
    specsMayImport: [],
    npm: ["*"],
    isPure: false,
    isScoped: false,
  },
  { name: "tool", mayImport: ["base", "wire", "tool"], specsMayImport: [], npm: ["*"], isPure: false, isScoped: false },
];

/** Scopes of the second dimension; a scoped project imports its own and shared. */
export const scopes = /** @type {const} */ (["shared", "broker", "coordinator", "streams"]);

/** Packages any spec or bench may import. */
export const specNpm = /** @type {const} */ (["@jest/globals", "fast-check", "tinybench", "@node-rs/crc32"]);
