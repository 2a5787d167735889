import { type BadCase, cli, writeBelow } from "./bad-case.ts";

/** Topic of the running cluster with words in it, for jobs that fail on them. */
export const WORDS_TOPIC = "words";

/** Job modules that cannot be built, submitted or run. */
export const jobCases: readonly BadCase[] = [
  submitCase({
    name: "throws at build",
    code: "job-build-failed",
    mentions: ["job.ts:4:", "no such region"],
    body: ['  throw new Error("no such region: " + ctx.source.length);'],
  }),
  submitCase({
    name: "no output",
    code: "no-output-operation",
    mentions: [".to(kafka(...))"],
    body: ["  ctx.source(input).map((line) => line.length);"],
  }),
  submitCase({
    name: "wrong types between operators",
    code: "job-type-error",
    mentions: [/correct/],
    details: /job\.ts:\d+:\d+: |^ {2}/,
    body: ["  ctx.source(input).map((line) => line.length).filter((n) => n.startsWith('a')).print();"],
  }),
  submitCase({
    name: "async",
    code: "job-build-async",
    mentions: [/async/],
    start: 'export default job("bad", async (ctx) => {',
    body: ["  ctx.source(input).print();"],
    check: false,
  }),
  submitCase({
    name: "no job",
    code: "not-a-job",
    mentions: ["export default job("],
    start: "export default ((ctx: any) => {",
    body: ["  ctx.source(input).print();"],
    check: false,
  }),
  submitCase({
    name: "a syntax error",
    code: "job-bundle-failed",
    mentions: ["job.ts:4:"],
    body: ["  ctx.source(input).map((line => ;"],
    check: false,
  }),
  submitCase({
    name: "an import that is not there",
    code: "job-bundle-failed",
    mentions: ["job.ts:", "not-installed"],
    head: 'import "not-installed";',
    body: ["  ctx.source(input).print();"],
    check: false,
  }),
  submitCase({
    name: "a topic that is not there",
    code: "unknown-topic",
    mentions: ["millrace topic create nowhere", "operator=results"],
    body: ['  ctx.source(input).to(kafka("nowhere", { value: string() })).named("results");'],
    check: false,
  }),
  submitCase({
    name: "a dead-letter topic that is not there",
    code: "unknown-topic",
    mentions: ["millrace topic create nowhere", "operator=lines"],
    body: [`  ctx.source(kafka("${WORDS_TOPIC}", { value: string(), onBadRecord: { deadLetter: "nowhere" } })).named("lines").print();`],
    check: false,
  }),
  submitCase({
    name: "throws at run",
    code: "job-failed",
    mentions: ["map threw Error: no vowel in hmm", "function=", `position=${WORDS_TOPIC}`, /at=\S*job\.ts:4/],
    details: /./, // progress of --follow
    flags: ["--follow"],
    body: ["  ctx.source(input).map((line) => { throw new Error('no vowel in ' + line); }).print();"],
  }),
  {
    name: "job submit: no such file",
    code: "job-module-missing",
    mentions: ["nowhere.ts"],
    run: cli(() => ["job", "submit", "nowhere.ts"]),
  },
  { name: "job status: no such job", code: "unknown-job", mentions: ["nobody"], run: cli(() => ["job", "status", "nobody"]) },
];

function submitCase(options: {
  readonly name: string;
  readonly code: string;
  readonly mentions: BadCase["mentions"];
  readonly body: readonly string[];
  readonly head?: string;
  readonly start?: string;
  readonly details?: RegExp;
  readonly flags?: readonly string[];
  readonly check?: boolean;
}): BadCase {
  const { name, code, mentions, details, body, flags = [], check = true, start = 'export default job("bad", (ctx) => {' } = options;
  const { head = "" } = options;
  const lines = [
    `import { job, json, kafka, string } from "@millrace/streams"; ${head}`,
    `const input = kafka("${WORDS_TOPIC}", { value: string() });`,
    start,
    ...body,
    "});",
    "",
  ];
  const text = lines.join("\n");
  const submit = cli((world) => {
    const path = writeBelow(world, `${name.replaceAll(" ", "-")}/job.ts`, text);
    return ["job", "submit", path, ...(check ? [] : ["--no-check"]), ...flags];
  });
  return { name: `job submit: ${name}`, code, mentions, ...(details === undefined ? {} : { details }), run: submit };
}
