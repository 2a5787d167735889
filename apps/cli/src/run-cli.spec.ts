import { describe, expect, it } from "@jest/globals";
import type { DescMessage, MessageInitShape, MessageShape } from "@bufbuild/protobuf";
import { create } from "@bufbuild/protobuf";
import {
  DescribeClusterResponseSchema,
  GetJobResponseSchema,
  JobState,
  JobStatusSchema,
  StopJobResponseSchema,
  TopicSchema,
} from "@millrace/contracts";
import { AppError, type ErrorKind } from "@millrace/model";
import { fakeWorld, type FakeParts, recordingProducer } from "../test/fake-world.ts";
import { runCli } from "./run-cli.ts";

async function run(args: string, parts: FakeParts = {}): Promise<{ code: number; output: string; notes: string }> {
  const world = fakeWorld(parts);
  const code = await runCli(args === "" ? [] : args.split(" "), world);
  return { code, output: world.output(), notes: world.notes() };
}

/** Shorter to read. */
const message = <D extends DescMessage>(schema: D, init: MessageInitShape<D>): MessageShape<D> => create(schema, init);

const flights = message(TopicSchema, {
  name: "flights",
  topicId: "0".repeat(32),
  partitions: [
    { partition: 0, replicas: [1], leader: 1, inSyncSet: [1] },
    { partition: 1, replicas: [1], inSyncSet: [1] },
  ],
  configs: { flush: "interval" },
});

const running = message(JobStatusSchema, {
  jobId: "j1",
  name: "delays",
  state: JobState.RUNNING,
  lastBatchDone: 7n,
  recordsIn: 1_234_567n,
  submittedAtMs: 880_000n,
});

describe("wrong use", () => {
  it.each([
    ["topic create", /missing required argument 'name'/],
    ["topc list", /unknown command 'topc'[^]*Did you mean topic/],
    ["topic list --intrnal", /unknown option '--intrnal'[^]*Did you mean --internal/],
    ["topic create flights --partitions six", /whole number of at least 1/],
    ["topic create flights --partitions 0", /whole number of at least 1/],
    ["topic create flights --config retention", /name=value/],
    ["topic list --address nowhere", /host:port/],
    ["produce flights --acks most", /none, leader, all/],
    ["consume flights --offset 3", /add --partition/],
    ["consume flights --from yesterday", /earliest, latest, an offset, a time/],
    ["consume flights -b --from 3", /say once where to start: --from-beginning or --from/],
    ["consume flights --group g --partition 1", /leave --partition or --group out/],
    ["consume flights --group g --from 15m", /group reset-offsets/],
    ["consume flights --print key,size", /fields are partition, offset/],
    ["consume flights --timeout soon", /a duration is needed/],
    ["produce flights --value-format xml", /string, json, hex, base64, msgpack/],
    ["produce flights --tombstone", /give --key/],
    ["produce flights --records -s :", /leave --key-separator out/],
    ["produce flights --timestamp noon", /date and time is needed/],
    ["group reset-offsets g --to-latest", /--topic \(repeatable\), or --all-topics/],
    ["group reset-offsets g --topic t --all-topics --to-latest", /--topic \(repeatable\), or --all-topics/],
    ["group reset-offsets g --topic t", /exactly one of --to-earliest/],
    ["group reset-offsets g --topic t --to-latest --to-earliest", /exactly one of --to-earliest/],
    ["group reset-offsets g --topic t --by-duration soon --execute", /a duration is needed/],
    ["group reset-offsets g --topic t:x --to-latest", /topic:0,2/],
    ["group delete-offsets g", /--topic/],
    ["topic alter flights", /--partitions/],
    ["topic delete-records flights", /exactly one of --before, --before-time or --all/],
    ["topic delete-records flights --all --before 3 --execute", /exactly one of --before, --before-time or --all/],
    ["topic delete-records flights --before-time noon", /date and time is needed/],
    ["config alter flights", /--set, --delete, --append or --subtract/],
    ["config alter flights --set retention", /name=value/],
    ["perf produce t --record-size 0", /from 1 to 1000000/],
  ])("%s: is said with what would be right, exit code 2", async (args, expected) => {
    const { code, output, notes } = await run(args);
    expect({ code, output }).toEqual({ code: 2, output: "" });
    expect(notes).toMatch(expected);
  });
});

describe("TLS", () => {
  it("connects as the options say", async () => {
    const seen: unknown[] = [];
    const parts: FakeParts = {
      admin: { listTopics: () => Promise.resolve([]) },
      onConnect: (_, { tls }) => seen.push(tls),
    };
    const args = "topic list --tls-ca-file ca.pem --tls-cert-file c.pem --tls-key-file c.key --tls-peer-name coordinators";
    expect((await run(args, parts)).code).toBe(0);
    expect(seen).toEqual([{ caFile: "ca.pem", certFile: "c.pem", keyFile: "c.key", peerName: "coordinators" }]);
  });
});

describe("help", () => {
  it.each([
    "--help",
    "topic --help",
    "topic create --help",
    "produce --help",
    "consume --help",
    "topic alter --help",
    "topic delete-records --help",
    "config describe --help",
    "config alter --help",
    "group list --help",
    "group describe --help",
    "group reset-offsets --help",
    "group delete-offsets --help",
    "perf produce --help",
    "perf consume --help",
    "perf latency --help",
    "job submit --help",
    "dev --help",
    "broker --help",
    "doctor --help",
  ])("%s: shows examples and global options, exit code 0", async (args) => {
    const { code, output } = await run(args);
    expect(code).toBe(0);
    if (args !== "topic --help") expect(output).toMatch(/millrace \w+/);
    expect(output).toContain("--address <host:port>");
  });

  it("lists the exit codes", async () => {
    expect((await run("--help")).output).toMatch(/0 done .*1 a bug.*2 wrong use/s);
  });
});

describe("errors of the cluster", () => {
  const failing = (kind: ErrorKind): FakeParts => ({
    admin: {
      listTopics: () =>
        Promise.reject(new AppError({ kind, code: "some-code", message: "something is wrong: do this", context: { topic: "t" } })),
    },
  });

  it.each<[ErrorKind, number]>([
    ["internal", 1],
    ["invalid", 2],
    ["not-found", 3],
    ["conflict", 4],
    ["fenced", 5],
    ["exhausted", 6],
    ["unavailable", 7],
    ["retry", 7],
    ["corrupt", 8],
  ])("of kind %s end with exit code %i", async (kind, expected) => {
    expect((await run("topic list", failing(kind))).code).toBe(expected);
  });

  it("are one line on standard error, or one document with --json", async () => {
    expect(await run("topic list", failing("not-found"))).toEqual({
      code: 3,
      output: "",
      notes: "error: something is wrong: do this topic=t [some-code]\n",
    });
    const { notes } = await run("topic list --json", failing("not-found"));
    expect(JSON.parse(notes)).toEqual({
      error: { kind: "not-found", code: "some-code", message: "something is wrong: do this", context: { topic: "t" } },
    });
  });
});

describe("topic", () => {
  it("create passes on what was asked for", async () => {
    const asked: unknown[] = [];
    const createTopic = (spec: unknown): Promise<typeof flights> => {
      asked.push(spec);
      return Promise.resolve(flights);
    };
    const { output } = await run("topic create flights -p 2 -c flush=interval -c retention.ms=1_000 --if-not-exists", {
      admin: { createTopic },
    });
    expect(output).toBe("topic flights has 2 partitions\n");
    expect(asked).toEqual([{ name: "flights", partitions: 2, configs: { flush: "interval", "retention.ms": "1_000" }, ifNotExists: true }]);
  });

  it("list is a table, or a document a line", async () => {
    const admin = { listTopics: () => Promise.resolve([flights, message(TopicSchema, { name: "clicks" })]) };
    expect((await run("topic list", { admin })).output).toBe(
      [
        "topic    partitions  replicas  settings",
        "clicks            0         0",
        "flights           2         1  flush=interval",
        "",
      ].join("\n"),
    );
    const lines = (await run("topic list --json", { admin })).output.trim().split("\n");
    expect(lines.map((line) => (JSON.parse(line) as { name: string }).name)).toEqual(["clicks", "flights"]);
  });

  it("describe shows offsets, and asks no partition that has no leader", async () => {
    const client: FakeParts["client"] = {
      listOffsets: (queries) =>
        Promise.resolve(
          queries.map(({ topic, partition, at }) => ({
            topic,
            partition,
            offset: at === "earliest" ? 10 : 1_234,
            timestampMs: 0,
            leaderEpoch: 0,
          })),
        ),
    };
    const { output, notes } = await run("topic describe flights", { client, admin: { describeTopic: () => Promise.resolve(flights) } });
    expect(output.split("\n").slice(1)).toEqual([
      "partition  leader  replicas  in sync  start   end  records",
      "        0       1         1        1     10  1234    1,224",
      "        1       –         1        1      –     –        –",
      "",
    ]);
    expect(notes).toMatch(/1 partitions have no leader/);
  });
});

describe("produce", () => {
  it.each([
    ["produce t", "a\nb:c\r\n\nlast", ["t - a", "t - b:c", "t - ", "t - last"]],
    ["produce t -s :", "k:v\nno key\nk2:v:w\n", ["t k v", "t - no key", "t k2 v:w"]],
    ["produce t -s : -k other", "k:v\nno key\n", ["t k v", "t other no key"]],
    ["produce t --value one --key k --partition 3", "not read\n", ["t k one @3"]],
    ["produce t", "", []],
  ])("%s sends a record a line", async (args, input, expected) => {
    const { producer, sent } = recordingProducer();
    expect((await run(args, { producer, input })).code).toBe(0);
    expect(sent).toEqual(expected);
  });

  it("ends with the error of a record that was refused", async () => {
    const refused = new AppError({ kind: "invalid", code: "record-too-large", message: "the record is over the limit" });
    const { producer } = recordingProducer();
    const { code, notes } = await run("produce t -v x", { producer: { ...producer, flush: () => Promise.reject(refused) } });
    expect(code).toBe(2);
    expect(notes).toContain("[record-too-large]");
  });

  it("counts what it wrote", async () => {
    const { producer } = recordingProducer();
    expect(JSON.parse((await run("produce t --json", { producer, input: "ab\nc\n" })).output)).toEqual({
      topic: "t",
      records: 2,
      bytes: 3,
      seconds: 0,
    });
  });
});

describe("job", () => {
  it("list shows running jobs first", async () => {
    const ended = message(JobStatusSchema, { jobId: "j0", name: "old", state: JobState.FINISHED, submittedAtMs: 990_000n });
    const { output } = await run("job list", { admin: { listJobs: () => Promise.resolve([ended, running]) } });
    expect(output.split("\n").map((line) => line.split(/ +/).slice(0, 5).join(" "))).toEqual([
      "job id state batch records",
      "delays j1 running 7 1,234,567",
      "old j0 finished 0 0",
      "",
    ]);
  });

  it("status --follow ends with 1 when the job failed, and says why", async () => {
    const failed = message(JobStatusSchema, {
      jobId: "j1",
      name: "delays",
      state: JobState.FAILED,
      submittedAtMs: 880_000n,
      error: { code: "user-code-failed", message: "map threw TypeError", context: { operator: "map-1", position: "flights-0@7" } },
    });
    async function* watchJob(): AsyncGenerator<typeof running> {
      yield Promise.resolve(running);
      yield Promise.resolve(failed);
    }
    const { code, output, notes } = await run("job status delays --follow", { admin: { watchJob } });
    expect(code).toBe(1);
    expect(output).toContain("failed after 2m");
    expect(notes).toContain("error: the job failed: map threw TypeError job=delays operator=map-1 position=flights-0@7 [job-failed]");
  });

  it("status says how far a start is", async () => {
    const start = { phase: "opening", attempt: 2, workersDone: 1, workers: 3, limitMs: 240_000 };
    const starting = message(JobStatusSchema, { jobId: "j1", name: "delays", state: JobState.RECOVERING, submittedAtMs: 880_000n, start });
    const { output } = await run("job status delays", {
      admin: { getJob: () => Promise.resolve(message(GetJobResponseSchema, { status: starting })) },
    });
    expect(output).toMatch(/start +opening: 1 of 3 workers done, attempt 2, which has up to 240 s/);
  });

  it("stop drains unless told not to", async () => {
    const drains: unknown[] = [];
    const stopJob = (_: string, options?: { drain?: boolean }) => {
      drains.push(options?.drain);
      return Promise.resolve(message(StopJobResponseSchema, { status: running }));
    };
    await run("job stop delays", { admin: { stopJob } });
    await run("job stop delays --now", { admin: { stopJob } });
    expect(drains).toEqual([true, false]);
  });
});

describe("doctor", () => {
  const cluster = { clusterId: "c", coordinatorId: "k", coordinatorAddress: "h:1", store: "embedded", topicCount: 3, partitionCount: 9 };

  it("is content with a healthy cluster", async () => {
    const healthy = message(DescribeClusterResponseSchema, { ...cluster, brokers: [{ brokerId: 1 }], executors: [{ workerSlots: 2 }] });
    const { code, output } = await run("doctor", {
      admin: { listTopics: () => Promise.resolve([]), describeCluster: () => Promise.resolve(healthy) },
    });
    expect({ code, problems: output.match(/PROBLEM/g) }).toEqual({ code: 0, problems: null });
    expect(output).toContain("3 topics, 9 partitions");
  });

  it("names what is wrong and the way out, exit code 1", async () => {
    const sick = message(DescribeClusterResponseSchema, {
      ...cluster,
      brokers: [{ brokerId: 1 }, { brokerId: 2, fenced: true }],
      offlinePartitionCount: 4,
    });
    const topic = message(TopicSchema, {
      name: "t",
      partitions: [{ replicas: [1, 2], leader: 1, inSyncSet: [1], emptiedReplicas: [2] }],
    });
    const { code, output, notes } = await run("doctor", {
      admin: { listTopics: () => Promise.resolve([topic]), describeCluster: () => Promise.resolve(sick) },
    });
    expect(code).toBe(1);
    expect(output).toMatch(/warning {2}replicas: 1 of 1 partitions lack replicas in sync, on brokers 2; 1 lost a log, on brokers 2\n +→ /);
    expect(output).toMatch(/PROBLEM {2}brokers: 1 of 2 are away: 2\n +→ /);
    expect(output).toMatch(/PROBLEM {2}partitions: 4 of 9 have no leader\n +→ /);
    expect(notes).toContain("2 things need repair");
  });
});
