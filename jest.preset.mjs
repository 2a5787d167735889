import { join } from "node:path";

/** Jest settings shared by every project: native ESM, TypeScript through SWC, workspace packages from source, counts left for `npm test`. */
export default {
  testEnvironment: "node",
  testEnvironmentOptions: { customExportConditions: ["@millrace/source", "node", "node-addons"] },
  extensionsToTreatAsEsm: [".ts"],
  transform: {
    "^.+\\.ts$": [
      "@swc/jest",
      {
        swcrc: false,
        jsc: { target: "es2023", parser: { syntax: "typescript" } },
        module: { type: "es6" },
        sourceMaps: "inline",
      },
    ],
  },
  testMatch: ["<rootDir>/src/**/*.spec.ts", "<rootDir>/test/**/*.{spec,prop,fuzz}.ts"],
  moduleFileExtensions: ["ts", "mts", "js", "mjs", "cjs", "json", "node"],
  passWithNoTests: true,
  reporters: ["default", join(import.meta.dirname, "tools/bootstrap/src/tally-reporter.mjs")],
};
