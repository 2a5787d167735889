import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { describe, expect, it } from "@jest/globals";
import type { JobGraphSchema } from "@millrace/contracts";
import {
  BrokerService,
  bindService,
  type CallContext,
  createLoopback,
  type JoinSides,
  JobState,
  StateFate,
  OperatorSchema,
  SerdeSchema,
  SubmitJobRequestSchema,
  type WorkerReport,
  WorkerReportSchema,
} from "@millrace/contracts";
import {
  AppError,
  brokerId,
  JOB_SETTINGS_DEFAULT,
  type JobGraph,
  leaderEpoch,
  type OperatorNode,
  partitionEpoch,
  type TopicDescription,
  type TopicId,
} from "@millrace/model";
import { type Change, type Entry, NO_EXPRESSIONS, NO_METRICS, NO_TRACER, SILENT_LOGGER } from "@millrace/ports";
import { ManualClock, SeededRandom, settle } from "@millrace/testkit";
import type { ExecutorChange, ExecutorCommand, ExecutorHandle } from "../executors/executor-registry.ts";
import type { JobsPorts } from "../jobs-port.ts";
import { createJobsPart } from "./jobs-part.ts";

const GRAPH: JobGraph = {
  formatVersion: 1,
  name: "copy",
  settings: { ...JOB_SETTINGS_DEFAULT, slotCount: 2 },
  operators: [
    {
      id: "in",
      name: "in",
      kind: "source",
      parents: [],
      source: {
        type: "topic",
        topic: "t",
        value: { format: "string" },
        elements: "value",
        start: "earliest",
        until: "latest",
        onBadRecord: "fail",
      },
    },
    { id: "out", name: "out", kind: "sink", parents: ["in"], sink: { type: "topic", topic: "t", value: { format: "string" } } },
  ],
};
const CONTEXT: CallContext = { signal: new AbortController().signal, metadata: new Map(), peer: "spec", remainingMs: () => Infinity };
const sha256 = (chunks: readonly (Uint8Array | string)[]): string => `sum${chunks.reduce((sum, chunk) => sum + chunk.length, 0)}`;

function topic(name: string): TopicDescription {
  const partition = {
    partition: 0,
    replicas: [brokerId(1)],
    leader: brokerId(1),
    leaderEpoch: leaderEpoch(0),
    inSyncSet: [brokerId(1)],
    partitionEpoch: partitionEpoch(0),
  };
  return { topicId: "0" as TopicId, name, internal: false, configOverrides: {}, partitions: [{ ...partition, topicId: "0" as TopicId }] };
}

/** A store that keeps what is committed, so that a second term can load it. */
function createStore() {
  const entries = new Map<string, Entry>();
  return {
    entries,
    commit: (changes: readonly Change[]) => {
      for (const { key, value } of changes) {
        if (value === undefined) entries.delete(key);
        else entries.set(key, { key, version: 1, value });
      }
      return Promise.resolve({ kind: "ok" } as const);
    },
    read: (key: string) => Promise.resolve(entries.get(key)),
    readAll: (prefix: string) =>
      Promise.resolve([...entries.values()].filter((e) => e.key.startsWith(prefix)).sort((a, b) => (a.key < b.key ? -1 : 1))),
  };
}

async function createRig(store = createStore(), options = { start: true }) {
  const transport = createLoopback();
  const listOffsets = (request: { queries: { topic: string; partition: number; timestampMs: bigint }[] }) =>
    Promise.resolve({
      answers: request.queries.map((query) => ({ ...query, offset: query.timestampMs === -1n ? 5n : 0n, timestampMs: -1n })),
    });
  await transport.listen("b:1", [bindService(BrokerService, { listOffsets } as never)]);
  const commands: ExecutorCommand[] = [];
  let live: ExecutorHandle[] = [];
  let onChange: (change: ExecutorChange) => void = () => undefined;
  let onReport: (executorId: string, report: WorkerReport) => void = () => undefined;
  const ports: JobsPorts = {
    store,
    transport,
    clock: new ManualClock(),
    random: new SeededRandom(1),
    logger: SILENT_LOGGER,
    metrics: NO_METRICS,
    tracer: NO_TRACER,
    cluster: {
      topic: (name) => (name === "t" ? topic(name) : undefined),
      brokerAddress: () => "b:1",
      brokerAddresses: () => ["b:1"],
      ensureInternalTopic: (name) => Promise.resolve(topic(name)),
      onChange: () => () => undefined,
    },
    registry: {
      live: () => live,
      onChange: (listener) => ((onChange = listener), () => undefined),
      onReport: (listener) => ((onReport = listener), () => undefined),
      send: (_, command) => commands.push(command) > 0,
    },
  };
  const part = createJobsPart({ sha256, expressions: NO_EXPRESSIONS })(ports);
  if (options.start) await part.start();
  const executor = { executorId: "e", incarnationId: "1", host: "h", workerSlots: 1, stopping: false };
  return {
    part,
    store,
    submit: (graph: JobGraph = GRAPH, more: { savepointId?: string; dryRun?: boolean; failIfExists?: boolean } = {}) => {
      const graphJson = JSON.stringify(graph);
      const bundle = new Uint8Array([1, 2, 3]);
      return part.handlers.submitJob(
        { name: graph.name, graphJson, bundle, digest: sha256([graphJson, bundle]), savepointId: "", ...more } as never,
        CONTEXT,
      );
    },
    async join(): Promise<void> {
      live = [executor];
      onChange({ kind: "joined", executor });
      await settle();
    },
    /** The worker's answer to the last command it got. */
    async report(report: WorkerReport["report"]): Promise<string> {
      const worker = commands.at(-1)?.value.worker;
      onReport("e", create(WorkerReportSchema, { worker, report }));
      await settle();
      const last = commands.at(-1);
      return last?.case === "worker" ? String(last.value.command?.case) : String(last?.case);
    },
    last: () => commands.at(-1),
  };
}

describe("jobs of a coordinator", () => {
  it("runs a bounded job from submit to finished", async () => {
    const rig = await createRig();
    const { jobId } = await rig.submit();
    await rig.join();
    expect(rig.last()?.case).toBe("startWorker");
    expect(await rig.report({ case: "ready", value: { shuffleAddress: "h:9" } as never })).toBe("fence");
    expect(await rig.report({ case: "fenced", value: {} as never })).toBe("open");
    expect(await rig.report({ case: "opened", value: { marks: [], marksEndOffset: 0n } as never })).toBe("runBatch");
    for (const batch of [1n, 2n]) {
      await rig.report({ case: "mapDone", value: { batch, eventTimes: [], recordsIn: 5n } as never });
      await rig.report({
        case: "batchDone",
        value: { batch, recordsOut: 5n, lateRecords: 0n, statePending: false, parts: [], marksEndOffset: 1n } as never,
      });
    }
    const { status } = await rig.part.handlers.getJob({ job: "copy" } as never, CONTEXT);
    expect(status).toMatchObject({ jobId, state: JobState.FINISHED, recordsIn: 10n, lastCheckpointBatch: 2n });
  });

  it("goes on in another term from what the store has", async () => {
    const first = await createRig();
    await first.submit();
    await first.join();
    await first.report({ case: "ready", value: { shuffleAddress: "h:9" } as never });
    await first.report({ case: "fenced", value: {} as never });
    await first.report({ case: "opened", value: { marks: [], marksEndOffset: 0n } as never });
    await first.part.stop();
    const second = await createRig(first.store);
    await second.join();
    await second.report({ case: "ready", value: { shuffleAddress: "h:9" } as never });
    await second.report({ case: "fenced", value: {} as never });
    expect(await second.report({ case: "opened", value: { marks: [], marksEndOffset: 0n } as never })).toBe("runBatch");
    expect(second.last()).toMatchObject({
      value: { worker: { jobEpoch: 2n }, command: { value: { plan: { batch: 1n, ranges: [{ endOffset: 5n }] } } } },
    });
  });

  it("refuses a job on a topic that does not exist, and says how to make it", async () => {
    const rig = await createRig();
    const source = GRAPH.operators[0];
    if (source?.kind !== "source") throw new Error("source expected");
    const graph = { ...GRAPH, operators: [{ ...source, source: { ...source.source, topic: "nowhere" } }, ...GRAPH.operators.slice(1)] };
    await expect(rig.submit(graph)).rejects.toThrow("millrace topic create nowhere");
  });

  it("takes one of two jobs of a name that are submitted at once", async () => {
    const rig = await createRig();
    const outcomes = await Promise.allSettled([rig.submit(), rig.submit()]);
    expect(outcomes.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
  });

  it("answers nothing before it has loaded its jobs", async () => {
    const rig = await createRig(createStore(), { start: false });
    await expect(rig.submit()).rejects.toMatchObject({ kind: "retry", code: "jobs-loading" });
    await expect(rig.part.handlers.getJob({ job: "copy" } as never, CONTEXT)).rejects.toMatchObject({ kind: "retry" });
  });

  it("says operator by operator what of a savepoint a new version takes, and starts nothing when something does not fit", async () => {
    const totals: OperatorNode = { id: "totals", name: "totals", kind: "aggregateByKey", parents: ["in"], mode: "update" };
    const versionOf = (...more: readonly OperatorNode[]): JobGraph => {
      const [source, sink] = GRAPH.operators;
      return { ...GRAPH, operators: [source, ...more, { ...sink, parents: [more.at(-1)?.id ?? "in"] }] as OperatorNode[] };
    };
    const rig = await createRig();
    const { jobId } = await rig.submit(versionOf(totals));
    await rig.join();
    await rig.report({ case: "ready", value: { shuffleAddress: "h:9" } as never });
    await rig.report({ case: "fenced", value: {} as never });
    await rig.report({ case: "opened", value: { marks: [], marksEndOffset: 0n } as never });
    const stopped = rig.part.handlers.stopJob({ job: "copy", savepoint: true } as never, CONTEXT);
    const part = { operatorId: "totals", taskIndex: 0, batch: 1n, keyCount: 2n, byteCount: 3n, crc32c: 0, location: { case: "inline" } };
    for (const batch of [1n, 2n]) {
      const done = { batch, recordsOut: 5n, lateRecords: 0n, statePending: false, parts: [part], marksEndOffset: 1n };
      await rig.report({ case: "batchDone", value: done as never });
    }
    const { savepointId, status } = await stopped;
    expect(status).toMatchObject({ jobId, state: JobState.STOPPED, lastCheckpointBatch: 2n });
    const fates = async (graph: JobGraph, more: { dryRun?: boolean } = {}) => {
      const { state, warnings } = await rig.submit(graph, { savepointId: savepointId ?? "", ...more });
      return { state: state?.map(({ operatorId, fate, keyCount }) => [operatorId, fate, keyCount]), warnings };
    };
    const dedup: OperatorNode = { id: "seen", name: "seen", kind: "dropDuplicates", parents: ["in"], until: "ever", unbounded: true };
    const other = versionOf({ ...dedup, id: "totals" });
    expect((await fates(other, { dryRun: true })).state).toEqual([["totals", StateFate.REFUSED, 2n]]);
    await expect(fates(other)).rejects.toMatchObject({ code: "savepoint-mismatch", context: { operator: "totals" } });
    const added = versionOf(dedup, { ...totals, partitions: 2, parents: ["seen"] });
    await expect(fates(added)).rejects.toThrow("partitions was not set and is 2 now");
    await expect(fates(versionOf(dedup))).rejects.toMatchObject({ code: "state-dropped", context: { operators: "totals" } });
    expect((await fates(versionOf(dedup), { dryRun: true })).state).toContainEqual(["totals", StateFate.DROPPED, 2n]);
    const good = versionOf(dedup, { ...totals, parents: ["seen"] });
    expect((await fates(good, { dryRun: true })).state).toEqual([
      ["seen", StateFate.NEW, 0n],
      ["totals", StateFate.KEPT, 2n],
    ]);
    expect((await rig.part.handlers.listJobs({} as never, CONTEXT)).jobs).toHaveLength(1);
    expect((await fates(good)).warnings?.filter((warning) => warning.includes("written again"))).toEqual([]);
    await rig.report({ case: "ready", value: { shuffleAddress: "h:9" } as never });
    await rig.report({ case: "fenced", value: {} as never });
    expect(rig.last()).toMatchObject({ value: { command: { value: { checkpointBatch: 2n, marksStartOffset: 0n, incarnation: 2 } } } });
    await rig.part.handlers.deleteSavepoint({ savepointId } as never, CONTEXT);
    expect((await rig.part.handlers.listSavepoints({ job: "" } as never, CONTEXT)).savepoints).toEqual([]);
  });

  it("takes a job without a module: a message of operators becomes its graph", async () => {
    const { part, store } = await createRig();
    const string = create(SerdeSchema, { format: { case: "string", value: {} } });
    const submit = (condition: string | undefined, more: object = {}) => {
      const some = { id: "some", parents: ["source-1"], kind: { case: "filter" as const, value: { condition: condition ?? "" } } };
      const sink = { case: "sink", value: { target: { case: "topic", value: { topic: "t", value: string } } } } as const;
      const operators = [
        create(OperatorSchema, { kind: { case: "source", value: { topic: "t", value: string } } }),
        ...(condition === undefined ? [] : [create(OperatorSchema, some)]),
        create(OperatorSchema, { parents: [condition === undefined ? "source-1" : "some"], kind: sink }),
      ];
      return part.handlers.submitJob(create(SubmitJobRequestSchema, { graph: { name: "plain", operators }, ...more }), CONTEXT);
    };
    await expect(submit("true")).rejects.toMatchObject({ code: "expression-invalid", context: { operator: "some", column: 1 } });
    await expect(submit("")).rejects.toMatchObject({ code: "expression-missing", context: { operator: "some" } });
    await expect(submit(undefined, { bundle: new Uint8Array([1]) })).rejects.toMatchObject({ code: "graph-malformed" });
    expect(store.entries.size).toBe(0);
    const { jobId } = await submit(undefined);
    const { graphJson } = await part.handlers.getJob({ job: "plain" } as never, CONTEXT);
    expect(JSON.parse(String(graphJson))).toMatchObject({
      name: "plain",
      operators: [
        { id: "source-1", name: "from t" },
        { id: "sink-1", name: "to t" },
      ],
    });
    const { bundle, digest } = await part.handlers.getJobBundle({ jobId } as never, CONTEXT);
    expect({ bytes: bundle?.length, digest }).toEqual({ bytes: 0, digest: sha256([String(graphJson)]) });
  });

  it("refuses what a later version may mean, and what is left out", async () => {
    const { part } = await createRig();
    const refusal = async (graph: MessageInitShape<typeof JobGraphSchema>) => {
      const request = create(SubmitJobRequestSchema, { graph });
      return part.handlers.submitJob(request, CONTEXT).then(
        () => "accepted",
        (error: unknown) => (error instanceof AppError ? `${error.code}: ${error.reason}` : String(error)),
      );
    };
    const source = create(OperatorSchema, {
      kind: { case: "source", value: { topic: "t", value: { format: { case: "bytes", value: {} } } } },
    });
    expect(await refusal({ name: "x", operators: [{ id: "odd" }] })).toContain("graph-malformed: the operator has no kind");
    expect(await refusal({ name: "x", operators: [{ kind: { case: "source", value: { topic: "t" } } }] })).toContain(
      "it has no format of values",
    );
    expect(
      await refusal({
        name: "x",
        operators: [source, source, { parents: ["source-1", "source-2"], kind: { case: "join", value: { sides: 77 as JoinSides } } }],
      }),
    ).toContain("this version knows no sides of a join 77");
    expect(await refusal({ name: "x", operators: [{ ...source, parents: ["nobody"] }] })).toContain(
      "graph-malformed: a source takes 0 parents",
    );
  });

  it("refuses a second job of a name that runs, but for the very same, which goes on", async () => {
    const rig = await createRig();
    const { jobId } = await rig.submit();
    expect(await rig.submit()).toMatchObject({ jobId, warnings: ["this very job runs already: nothing was changed"] });
    const another = { ...GRAPH, settings: { ...GRAPH.settings, slotCount: 10 } };
    await expect(rig.submit(another)).rejects.toMatchObject({ code: "job-exists" });
    await expect(rig.submit(GRAPH, { failIfExists: true })).rejects.toMatchObject({ code: "job-exists" });
    await expect(rig.submit(GRAPH, { savepointId: "latest" })).rejects.toMatchObject({ code: "job-exists" });
  });
});

describe("jobs of a backup", () => {
  type Entries = { key: string; value: Uint8Array }[];

  async function exported(rig: Awaited<ReturnType<typeof createRig>>): Promise<Map<string, Entries>> {
    const jobs = new Map<string, Entries>();
    for await (const { jobId = "", entries = [] } of rig.part.handlers.exportJobs({} as never, CONTEXT))
      jobs.set(jobId, [...(jobs.get(jobId) ?? []), ...(entries as Entries)]);
    return jobs;
  }

  async function runningJob() {
    const rig = await createRig();
    await rig.join();
    const { jobId = "" } = await rig.submit();
    await settle();
    return { rig, jobId, entries: (await exported(rig)).get(jobId) ?? [] };
  }

  it("are in another cluster what they were, when their record has come", async () => {
    const { rig, jobId, entries } = await runningJob();
    const other = await createRig();
    const definition = entries.filter(({ key }) => key === "" || key === "/graph");
    const rest = entries.filter((entry) => !definition.includes(entry));
    const imports = (portion: Entries) => other.part.handlers.importJob({ jobId, entries: portion } as never, CONTEXT);
    expect(await imports(rest)).toEqual({ exists: false });
    expect((await other.part.handlers.listJobs({} as never, CONTEXT)).jobs).toEqual([]);
    expect(await imports(definition)).toEqual({ exists: false });
    expect((await exported(other)).get(jobId)).toEqual(entries);
    expect((await other.part.handlers.listJobs({} as never, CONTEXT)).jobs).toMatchObject([{ jobId, name: "copy" }]);
    expect(await imports(definition)).toEqual({ exists: true });
    await other.join();
    expect(other.last()).toBeDefined(); // it is at work
    expect(rig.last()).toBeDefined();
  });

  it("are refused beside a job of their name that runs, and when they do not fit together", async () => {
    const { rig, entries } = await runningJob();
    const imports = (into: typeof rig, jobId: string, portion: Entries) =>
      into.part.handlers.importJob({ jobId, entries: portion } as never, CONTEXT);
    await expect(imports(rig, "copy-other", entries)).rejects.toMatchObject({ code: "job-exists" });
    const other = await createRig();
    const halves = entries.filter(({ key }) => key !== "/graph");
    await expect(imports(other, "copy-half", halves)).rejects.toMatchObject({ code: "job-incomplete" });
    expect(other.store.entries.size).toBe(0);
    await expect(imports(other, "a/b", entries)).rejects.toMatchObject({ code: "invalid-request" });
    const record = entries.map((entry) =>
      entry.key === "" ? { ...entry, value: new TextEncoder().encode('{"formatVersion":2,"name":"copy"}') } : entry,
    );
    await expect(imports(other, "copy-newer", record)).rejects.toMatchObject({
      code: "job-incomplete",
      cause: { code: "store-newer-format" },
    });
  });
});
