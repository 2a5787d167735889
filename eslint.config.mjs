import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import js from "@eslint/js";
import nx from "@nx/eslint-plugin";
import { defineConfig, globalIgnores } from "eslint/config";
import tseslint from "typescript-eslint";
import { layers, scopes, specNpm } from "./tools/tidy/layers.mjs";

const specFiles = ["**/*.spec.ts", "**/*.contract.ts", "**/test/**/*.ts", "**/bench/**/*.ts"];
const root = import.meta.dirname;

/** Folders of the projects of each layer, by the tags in their package.json. */
const foldersOfLayer = Map.groupBy(
  ["libs", "apps", "tools"].flatMap((parent) =>
    readdirSync(join(root, parent), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => `${parent}/${entry.name}`),
  ),
  (folder) => {
    const tags = JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8")).nx?.tags ?? [];
    return tags.find((tag) => tag.startsWith("layer:"))?.slice("layer:".length);
  },
);
const filesOf = (name) => (foldersOfLayer.get(name) ?? []).map((folder) => `${folder}/**/*.ts`);
const withFiles = (blocks) => blocks.filter((block) => block.files.length > 0);

/** The table as constraints. Specs have their own set: they may also import the test kit and the test libraries. */
function constraints({ isSpec }) {
  const byLayer = layers.map((layer) => ({
    sourceTag: `layer:${layer.name}`,
    onlyDependOnLibsWithTags: [...layer.mayImport, ...(isSpec ? layer.specsMayImport : [])].map((name) => `layer:${name}`),
    ...(layer.npm.includes("*") ? {} : { allowedExternalImports: [...layer.npm, ...(isSpec ? specNpm : [])] }),
  }));
  const scoped = layers.filter((layer) => layer.isScoped);
  const byScope = scoped.flatMap((layer) =>
    scopes.map((scope) => ({
      allSourceTags: [`layer:${layer.name}`, `scope:${scope}`],
      onlyDependOnLibsWithTags: [...new Set([`scope:${scope}`, "scope:shared"])],
    })),
  );
  return [...byLayer, ...byScope];
}

const boundaries = (isSpec) => ({
  "@nx/enforce-module-boundaries": [
    "error",
    {
      enforceBuildableLibDependency: false,
      banTransitiveDependencies: true,
      allow: [],
      // A spec may load at once what its app loads when it is needed.
      checkDynamicDependenciesExceptions: isSpec ? [".*"] : [],
      depConstraints: constraints({ isSpec }),
    },
  ],
});

/** What a pure layer may not reach by itself, and the port that stands for it. */
const ports = {
  time: "take a Clock from @millrace/ports: time must be simulated",
  timer: "take the timers of Clock from @millrace/ports: time must be simulated",
  random: "take Random from @millrace/ports: runs must repeat from a seed",
  environment: "take settings as an argument: only apps read the environment",
  log: "take a Logger from @millrace/ports",
};
const bannedGlobals = [
  ...["setTimeout", "setInterval", "setImmediate", "clearTimeout", "clearInterval", "clearImmediate"].map((name) => ({
    name,
    message: ports.timer,
  })),
  { name: "performance", message: ports.time },
  { name: "crypto", message: ports.random },
  { name: "process", message: ports.environment },
  { name: "console", message: ports.log },
  { name: "fetch", message: "take a transport from @millrace/contracts: the network is a port" },
];
const bannedProperties = [
  { object: "Date", property: "now", message: ports.time },
  { object: "Math", property: "random", message: ports.random },
  { object: "AbortSignal", property: "timeout", message: ports.timer },
];
const bannedSyntax = [
  { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: ports.time },
  { selector: "CallExpression[callee.name='Date']", message: ports.time },
];
const bannedTestkit = { group: ["@millrace/testkit", "@millrace/testkit/*"], message: "the test kit is for specs and test/" };
const bannedNode = { group: ["node:*"], message: "this layer sees the world through @millrace/ports; Node's modules belong in an adapter" };

const pureLayers = layers.filter((layer) => layer.isPure);
const pureFiles = pureLayers.flatMap((layer) => filesOf(layer.name));
const testkitFree = layers.filter((layer) => !layer.mayImport.includes("testkit") && !layer.isPure).flatMap((layer) => filesOf(layer.name));

export default defineConfig(
  globalIgnores(["**/dist", "**/node_modules", "**/gen/**", "**/coverage", "**/jest.config.mjs", "**/.venv"]),
  { linterOptions: { reportUnusedDisableDirectives: "error" } },
  js.configs.recommended,
  {
    files: ["**/*.mjs"],
    languageOptions: {
      globals: Object.fromEntries(
        ["process", "performance", "setInterval", "clearInterval", "setTimeout", "clearTimeout", "console"].map((name) => [
          name,
          "readonly",
        ]),
      ),
    },
  },
  {
    files: ["**/*.ts"],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    plugins: { "@nx": nx },
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: root } },
    rules: {
      ...boundaries(false),
      "max-lines-per-function": ["error", { max: 70, skipBlankLines: true, skipComments: true }],
      // Decided once, for the whole tree.
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true, allowBoolean: true }],
      "@typescript-eslint/no-confusing-void-expression": "off", // `return done();` ends a branch in one line
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_", ignoreRestSiblings: true }],
      "@typescript-eslint/dot-notation": ["error", { allowIndexSignaturePropertyAccess: true }],
      "@typescript-eslint/only-throw-error": ["error", { allowThrowingUnknown: true, allowThrowingAny: false }], // what was caught may rise again
      "@typescript-eslint/consistent-indexed-object-style": "off", // an index signature names its key
      "@typescript-eslint/unified-signatures": "off", // overloads carry their own doc comments
      "@typescript-eslint/no-empty-function": "off", // a no-op is a value like any other
      "@typescript-eslint/prefer-nullish-coalescing": ["error", { ignorePrimitives: { boolean: true, string: true } }],
      "@typescript-eslint/require-await": "off", // a port is asynchronous even where one implementation is not
      "@typescript-eslint/no-dynamic-delete": "off",
      "@typescript-eslint/no-invalid-void-type": "off", // `void | Promise<void>` says that a caller may wait
      "@typescript-eslint/no-unnecessary-type-parameters": "off", // brands and codecs name a type once on purpose
      "@typescript-eslint/no-unnecessary-condition": ["error", { allowConstantLoopConditions: "only-allowed-literals" }],
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/switch-exhaustiveness-check": ["error", { considerDefaultExhaustiveForUnions: true }],
    },
  },
  ...withFiles([
    {
      files: pureFiles,
      rules: {
        "no-restricted-imports": ["error", { patterns: [bannedNode, bannedTestkit] }],
        "no-restricted-globals": ["error", ...bannedGlobals],
        "no-restricted-properties": ["error", ...bannedProperties],
        "no-restricted-syntax": ["error", ...bannedSyntax],
      },
    },
    { files: testkitFree, rules: { "no-restricted-imports": ["error", { patterns: [bannedTestkit] }] } },
  ]),
  { files: filesOf("testkit"), rules: { "max-lines-per-function": "off" } }, // contract suites are describe blocks
  {
    files: specFiles,
    rules: {
      ...boundaries(true),
      "max-lines-per-function": "off", // a describe block is a chapter, not a function
      "no-restricted-imports": "off",
      "no-restricted-globals": "off",
      "no-restricted-properties": "off",
      "no-restricted-syntax": "off",
      "@typescript-eslint/no-unsafe-assignment": "off", // expect.any() and its like are any
      "@typescript-eslint/no-unsafe-argument": "off",
      "@typescript-eslint/unbound-method": "off",
      "@typescript-eslint/no-floating-promises": [
        "error",
        { allowForKnownSafeCalls: [{ from: "package", package: "@jest/globals", name: ["describe", "it", "test"] }] },
      ],
    },
  },
);
