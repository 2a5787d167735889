import { describe, expect, it } from "@jest/globals";
import { formatFinding } from "./finding.ts";
import { withMetricTables } from "./metrics-page.ts";
import { bansRule } from "./rules/bans.ts";
import { compatibilityRule } from "./rules/compatibility.ts";
import { BUNDLED_DASHBOARDS, bundledDashboards } from "./bundled-dashboards.ts";
import { dashboardsRule } from "./rules/dashboards.ts";
import { errorPagesRule } from "./rules/error-pages.ts";
import { examplesRule } from "./rules/examples.ts";
import { filesRule } from "./rules/files.ts";
import { formatsRule } from "./rules/formats.ts";
import { layersRule } from "./rules/layers.ts";
import { libReadmeRule } from "./rules/lib-readme.ts";
import { linksRule } from "./rules/links.ts";
import { metricsRule } from "./rules/metrics.ts";
import { packagesRule } from "./rules/packages.ts";
import { createTree, type Edge, type Rule } from "./tree.ts";

function check(rule: Rule, files: Readonly<Record<string, string>>, expected: readonly string[], edges: readonly Edge[] = []): void {
  expect(rule(createTree(files, edges)).map(formatFinding)).toEqual(expected.map((text): unknown => expect.stringContaining(text)));
}

function manifest(name: string, tags: readonly string[], more: object = {}): string {
  return JSON.stringify({ name: `@millrace/${name}`, nx: { tags }, exports: { ".": {} }, ...more });
}

const model = { "libs/model/package.json": manifest("model", ["layer:base", "scope:shared"]) };
const rpc = { "libs/rpc/package.json": manifest("rpc", ["layer:adapter", "scope:shared"]) };
const dataflow = { "libs/dataflow/package.json": manifest("dataflow", ["layer:engine", "scope:streams"]) };
const brokerNode = { "libs/broker-node/package.json": manifest("broker-node", ["layer:service", "scope:broker"]) };
const edge = (source: string, target: string): Edge => ({ source: `@millrace/${source}`, target: `@millrace/${target}` });

describe("layersRule", () => {
  it("lets an adapter import base", () => {
    check(layersRule, { ...model, ...rpc }, [], [edge("rpc", "model")]);
  });
  it("refuses base importing an adapter", () => {
    check(
      layersRule,
      { ...model, ...rpc },
      ["libs/model/package.json: layers: base may import base, not adapter (@millrace/rpc)"],
      [edge("model", "rpc")],
    );
  });
  it("refuses a broker service importing an engine of streams", () => {
    check(
      layersRule,
      { ...brokerNode, ...dataflow },
      ["scope broker may import its own and shared, not streams"],
      [edge("broker-node", "dataflow")],
    );
  });
  it("refuses a project without tags", () => {
    check(layersRule, { "libs/x/package.json": manifest("x", []) }, ["needs layer:* and scope:*"]);
  });
});

describe("libReadmeRule", () => {
  const readme = { "libs/model/README.md": "# model\n## Invariants\n## Files\n## Traps\n" };
  it("accepts a row that says what the tags say", () => {
    check(libReadmeRule, { ...model, ...readme, "libs/README.md": "| [model](./model/README.md) | base | shared | x |" }, []);
  });
  it("refuses another layer in the table", () => {
    check(libReadmeRule, { ...model, ...readme, "libs/README.md": "| [model](./model/README.md) | sdk | shared | x |" }, [
      "is sdk shared here and base shared in its tags",
    ]);
  });
  it("asks for the parts of a README", () => {
    check(
      libReadmeRule,
      { ...model, "libs/README.md": "| [model](./m) | base | shared | x |", "libs/model/README.md": "# model\n## Files\n" },
      ["Invariants", "Traps"],
    );
  });
});

describe("packagesRule", () => {
  const root = JSON.stringify({ dependencies: { zod: "4.6.7" }, scripts: { a: "a" } });
  it("accepts the root's versions", () => {
    check(
      packagesRule,
      { "package.json": root, "libs/x/package.json": manifest("x", [], { dependencies: { zod: "4.6.7", "@millrace/model": "*" } }) },
      [],
    );
  });
  it("refuses another version and a second door", () => {
    const exports = { ".": {}, "./deep": {} };
    check(packagesRule, { "package.json": root, "libs/x/package.json": manifest("x", [], { exports, dependencies: { zod: "4.0.0" } }) }, [
      'exports "./deep"',
      "zod is 4.0.0 here and 4.6.7 at the root",
    ]);
  });
  it("refuses a seventeenth script", () => {
    const scripts = Object.fromEntries(Array.from({ length: 17 }, (_, index) => [`s${index}`, "x"]));
    check(packagesRule, { "package.json": JSON.stringify({ scripts }) }, ["17 scripts, at most 16"]);
  });
});

describe("errorPagesRule", () => {
  const source = { "libs/x/src/errors.ts": 'new AppError({ kind: "invalid", code: "bad-name", message: "no" })' };
  it("accepts a code with its page", () => {
    check(errorPagesRule, { ...source, "docs/errors/bad-name.md": "## What happened\n## Why\n## What to do\n" }, []);
  });
  it("asks for the page of a code", () => {
    check(errorPagesRule, source, ["libs/x/src/errors.ts:1: error-pages: code bad-name has no page"]);
  });
  it("refuses a page without a code", () => {
    check(errorPagesRule, { "docs/errors/old.md": "## What happened\n## Why\n## What to do\n" }, ["no source raises this code"]);
  });
  it("knows codes raised by a helper", () => {
    check(errorPagesRule, { "libs/x/src/a.ts": 'throw jobError("no-output", "job has no output")' }, ["code no-output"]);
  });
});

describe("filesRule", () => {
  it("refuses a file over 500 lines", () => {
    check(filesRule, { "libs/x/src/index.ts": "a\n".repeat(501) }, ["501 lines"]);
  });
  it("refuses a source nothing mentions", () => {
    check(filesRule, { "libs/x/src/index.ts": 'import "./used.ts";', "libs/x/src/used.ts": "", "libs/x/src/dead.ts": "" }, [
      "libs/x/src/dead.ts: files: no other source",
    ]);
  });
});

describe("linksRule", () => {
  it("follows relative links to files and folders", () => {
    check(linksRule, { "a/b.md": "[x](./c.md) [y](../a) [z](https://x.y)", "a/c.md": "" }, []);
  });
  it("refuses a link that leads nowhere", () => {
    check(linksRule, { "a/b.md": "\n[x](./gone.md)" }, ["a/b.md:2: links: leads nowhere: ./gone.md"]);
  });
});

describe("bansRule", () => {
  it("names the replacement", () => {
    check(bansRule, { "libs/x/src/a.ts": 'const a = 1;\nexport * from "./b.ts";' }, [
      "libs/x/src/a.ts:2: bans: export * from: write named exports",
    ]);
  });
  it("leaves generated code alone", () => {
    check(bansRule, { "libs/x/src/gen/a.ts": "// @ts-nocheck" }, []);
  });
});

describe("compatibilityRule", () => {
  const codec = (key: number, name: string, versions: readonly number[]): string =>
    [
      `key: ${key}`,
      `name: "${name}"`,
      ...["versionMin", "versionMax", "advertisedMin"].map((field, index) => `${field}: ${versions[index]}`),
    ]
      .map((line) => `  ${line},\n`)
      .join("");
  const broker = {
    "libs/broker-node/src/kafka/handlers.ts": ["00-produce", "12-heartbeat", "13-leave-group", "26-end-txn"]
      .map((file) => `import { x } from "./${file}.ts";\n`)
      .join(""),
    "libs/broker-node/src/kafka/26-end-txn.ts": "export const endTxn = serve(\n  endTxnApi,\n  { versionMax: 4 },\n);",
    "libs/kafka-wire/src/gen/00-produce.ts": codec(0, "Produce", [3, 13, 0]),
    "libs/kafka-wire/src/gen/12-heartbeat.ts": codec(12, "Heartbeat", [0, 4, 0]),
    "libs/kafka-wire/src/gen/13-leave-group.ts": codec(13, "LeaveGroup", [0, 5, 0]),
    "libs/kafka-wire/src/gen/26-end-txn.ts": codec(26, "EndTxn", [0, 5, 0]),
  };
  const produce = "| 0 | Produce | 3-13 (0-2 only advertised) | |\n";
  const groups = "| 12-13 | Heartbeat, LeaveGroup | 0-4, 0-5 | |\n";

  it("accepts a table that says what is served", () => {
    check(compatibilityRule, { ...broker, "docs/compatibility.md": `${produce}${groups}| 26 | EndTxn | 0-4 | |` }, []);
  });
  it("refuses versions that are not those of the codecs, or of the handler", () => {
    check(compatibilityRule, { ...broker, "docs/compatibility.md": `| 0 | Produce | 3-13 | |\n${groups}| 26 | EndTxn | 0-5 | |` }, [
      "docs/compatibility.md:1: compatibility: API 0 is Produce 3-13 here and Produce 3-13 (0-2 only advertised) in the broker",
      "docs/compatibility.md:3: compatibility: API 26 is EndTxn 0-5 here and EndTxn 0-4 in the broker",
    ]);
  });
  it("refuses a row too many, and an API without one", () => {
    check(compatibilityRule, { ...broker, "docs/compatibility.md": `${produce}${groups}| 27 | WriteTxnMarkers | 1 | |` }, [
      "API 26 (EndTxn, 0-4) is served and has no row",
      "docs/compatibility.md:3: compatibility: API 27 (WriteTxnMarkers) has a row and is not served",
    ]);
  });
});

describe("metricsRule", () => {
  const board = (expr: string) => ({ "helm/millrace/dashboards/a.json": JSON.stringify({ panels: [{ targets: [{ expr }] }] }) });
  it("lets queries name declared metrics, series of histograms, labels and functions", () => {
    check(
      metricsRule,
      board('histogram_quantile(0.99, sum by (le, job) (rate(millrace_append_duration_seconds_bucket{job="$job"}[5m]))) > on (pod) up'),
      [],
    );
  });
  it("refuses a metric that is not declared, and a histogram without its part", () => {
    check(metricsRule, board("sum(rate(kafka_bytes_total[5m])) / process_uptime_seconds"), ["kafka_bytes_total is no declared metric"]);
    check(metricsRule, board("millrace_append_duration_seconds"), ["millrace_append_duration_seconds is no declared metric"]);
  });
  it("wants a runbook for each alert, and an alert for each runbook", () => {
    const alert = "groups:\n  - name: a\n    rules:\n      - alert: Gone\n        expr: up == 0\n";
    check(metricsRule, { "helm/millrace/alerts/a.yaml": alert, "docs/operations/runbooks/Other.md": "" }, [
      "alert Gone has no runbook_url",
      "alert Gone has no page docs/operations/runbooks/Gone.md",
      "no alert is named Other",
    ]);
  });
  it("holds the page equal to the declared metrics", () => {
    const page =
      withMetricTables("<!-- metrics: written by `npm run fix -- tidy` from libs/ports/src/metric-tables -->\n<!-- end of metrics -->\n") ??
      "";
    check(metricsRule, { "docs/operations/metrics.md": page }, []);
    check(metricsRule, { "docs/operations/metrics.md": page.replace("Batches fetched.", "Batches.") }, [
      "differs from the declared metrics",
    ]);
  });
});

describe("examplesRule", () => {
  const cases = "apps/e2e/src/examples/example-cases.ts";
  const job = { "examples/jobs/fraud.ts": "", "examples/jobs/test/fraud.spec.ts": "", "examples/jobs/tsconfig.json": "{}" };
  it("accepts jobs of which each has a case", () => {
    check(examplesRule, { ...job, [cases]: '  {\n    file: "fraud.ts",\n  },\n' }, []);
  });
  it("refuses a job without a case", () => {
    check(examplesRule, { ...job, [cases]: "" }, [`examples/jobs/fraud.ts: examples: has no case in ${cases}`]);
  });
  it("refuses a job without a spec", () => {
    check(examplesRule, { "examples/jobs/fraud.ts": "", [cases]: '    file: "fraud.ts",\n' }, ["has no examples/jobs/test/fraud.spec.ts"]);
  });
  it("refuses a case without a job", () => {
    check(examplesRule, { [cases]: '    file: "fraud.ts",\n' }, ["has a case for fraud.ts, which is not in examples/jobs"]);
  });
});

describe("formatsRule", () => {
  const source = { "libs/log-engine/src/open-log.ts": "const FORMAT_VERSION = 2;\n" };
  const row = (version: number, name = "FORMAT_VERSION"): string =>
    `| files | ${version} | in them | [log-engine](../libs/log-engine/src/open-log.ts) \`${name}\` |\n`;
  it("accepts a row with the version of the source", () => {
    check(formatsRule, { ...source, "docs/formats.md": row(2) }, []);
  });
  it("refuses another version, a constant without a row, and a row without a constant", () => {
    check(formatsRule, { ...source, "docs/formats.md": row(1) }, ["FORMAT_VERSION is 1 here and 2 in the source"]);
    check(formatsRule, { ...source, "docs/formats.md": "" }, ["FORMAT_VERSION (2) has no row"]);
    check(formatsRule, { ...source, "docs/formats.md": row(2) + row(3, "OTHER_FORMAT_VERSION") }, [
      "OTHER_FORMAT_VERSION has a row and is not in",
    ]);
  });
});

describe("dashboardsRule", () => {
  const chart = { "helm/millrace/dashboards/cluster.json": '{ "title": "Cluster" }' };
  it("takes what was written from the chart", () => {
    check(dashboardsRule, { ...chart, [BUNDLED_DASHBOARDS]: bundledDashboards(createTree(chart)) }, []);
  });
  it("finds a dashboard that was changed since", () => {
    const changed = { "helm/millrace/dashboards/cluster.json": '{ "title": "The cluster" }' };
    check(dashboardsRule, { ...changed, [BUNDLED_DASHBOARDS]: bundledDashboards(createTree(chart)) }, ["npm run fix -- tidy"]);
  });
});
