import { describe, expect, it } from "@jest/globals";
import { ManualClock, settle } from "@millrace/testkit";
import type { OperatorNode } from "@millrace/model";
import { planJob } from "@millrace/planner";
import { TestJob } from "../../test/harness/graph.ts";
import { V8_CODEC } from "../../test/harness/v8-codec.ts";
import type { AnswerJournal, AnswersOf, SinkRecord, WorkerRuntime } from "../runtime/runtime-types.ts";
import { createWorkerRuntime } from "../runtime/worker-runtime.ts";

type Spec = Omit<OperatorNode & { kind: "mapAsync" }, "id" | "name" | "parents" | "kind">;
type Ask = (element: string, call: { readonly signal: AbortSignal; readonly attempt: number }) => Promise<unknown>;

const SPEC: Spec = { capacity: 2, timeoutMs: 1_000, retries: 0, retryAfterMs: 100, order: "input" };

/** Questions that wait until the test answers them. */
class Service {
  readonly asked: string[] = [];
  readonly waiting = new Map<string, { answer: (value: unknown) => void; fail: (error: Error) => void; signal: AbortSignal }>();

  readonly ask: Ask = (element, { signal, attempt }) => {
    this.asked.push(attempt === 1 ? element : `${element} again`);
    return new Promise((answer, fail) => this.waiting.set(element, { answer, fail, signal }));
  };

  async answer(...elements: string[]): Promise<void> {
    for (const element of elements) {
      this.waiting.get(element)?.answer(element.toUpperCase());
      await settle();
    }
  }
}

class MemoryJournal implements AnswerJournal {
  readonly kept = new Map<string, Uint8Array>();
  onKeep = (): Promise<void> => Promise.resolve();

  find({ operatorId, task, batch, digest }: AnswersOf): Uint8Array | undefined {
    return this.kept.get(`${operatorId}/${task}/${batch}/${digest}`);
  }

  async keep({ operatorId, task, batch, digest }: AnswersOf, answers: Uint8Array): Promise<void> {
    await this.onKeep();
    this.kept.set(`${operatorId}/${task}/${batch}/${digest}`, answers);
  }
}

interface Run {
  readonly clock: ManualClock;
  readonly sinks: SinkRecord[];
  readonly runtime: WorkerRuntime;
  /** Values of the sink, in their order. */
  values(): unknown[];
}

function runOf(ask: Ask, of: { spec?: Partial<Spec>; journal?: AnswerJournal; otherwise?: (element: string) => unknown } = {}): Run {
  const job = new TestJob({ slotCount: 2 });
  job.source("in");
  const { otherwise } = of;
  const spec = { ...SPEC, ...of.spec, ...(otherwise === undefined ? {} : { hasOtherwise: true }) };
  job.add("ask", { kind: "mapAsync", ...spec }, ["in"], { f: ask, ...(otherwise === undefined ? {} : { otherwise }) });
  job.add("out", { kind: "sink", sink: { type: "topic", topic: "out", value: { format: "string" } } }, ["ask"]);
  const { graph, functions } = job.build();
  const clock = new ManualClock();
  const sinks: SinkRecord[] = [];
  const runtime = createWorkerRuntime({
    jobId: "job",
    plan: planJob(graph),
    functions,
    settings: graph.settings,
    layout: { workerIndex: 0, workerCount: 1, slotWorkers: [0, 0], sourceTasks: [{ source: "in", index: 0, topic: "in", partition: 0 }] },
    codec: V8_CODEC,
    eventTimeAheadMaxMs: Infinity,
    timers: clock,
    ...(of.journal === undefined ? {} : { answers: of.journal }),
    output: { sendBlock: () => undefined, edgeEnd: () => undefined, emitSink: (record) => sinks.push(record), print: () => undefined },
  });
  const values = () => sinks.map(({ value }) => (value === null ? null : new TextDecoder().decode(value)));
  return { clock, sinks, runtime, values };
}

async function begin({ runtime }: Run, elements: readonly string[], batch = 1): Promise<{ done: Promise<void> }> {
  runtime.beginBatch({ batch, timeMs: batch * 1_000, watermarks: new Map(), final: false });
  runtime.pushElements({ source: "in", index: 0, elements, timestampsMs: elements.map((_, index) => index) });
  runtime.endSource("in", 0);
  runtime.endSources();
  const done = runtime.advance();
  done.catch(() => undefined); // looked at by the test
  await settle();
  return { done };
}

describe("mapAsync", () => {
  it("asks for as many at a time as it may, and hands on in the order of the elements, with their times", async () => {
    const service = new Service();
    const run = runOf(service.ask);
    const { done } = await begin(run, ["a", "b", "c"]);
    expect(service.asked).toEqual(["a", "b"]);
    await service.answer("b");
    expect(service.asked).toEqual(["a", "b", "c"]);
    await service.answer("c");
    expect(run.values()).toEqual([]);
    await service.answer("a");
    await done;
    expect(run.values()).toEqual(["A", "B", "C"]);
    expect(run.sinks.map(({ timestampMs }) => timestampMs)).toEqual([0, 1, 2]);
  });

  it("hands on in the order of the answers where that is wanted, each with its own time", async () => {
    const service = new Service();
    const run = runOf(service.ask, { spec: { order: "answer", capacity: 10 } });
    const { done } = await begin(run, ["a", "b", "c"]);
    await service.answer("c", "a", "b");
    await done;
    expect(run.values()).toEqual(["C", "A", "B"]);
    expect(run.sinks.map(({ timestampMs }) => timestampMs)).toEqual([2, 0, 1]);
  });

  it("asks again after what failed or took too long, each time after twice the wait", async () => {
    const service = new Service();
    const run = runOf(service.ask, { spec: { retries: 2 } });
    const { done } = await begin(run, ["a"]);
    await run.clock.advance(1_000);
    expect(service.waiting.get("a")?.signal.aborted).toBe(true);
    await run.clock.advance(99);
    expect(service.asked).toEqual(["a"]);
    await run.clock.advance(1);
    expect(service.asked).toEqual(["a", "a again"]);
    service.waiting.get("a")?.fail(new Error("busy"));
    await run.clock.advance(199);
    expect(service.asked).toHaveLength(2);
    await run.clock.advance(1);
    await service.answer("a");
    await done;
    expect(run.values()).toEqual(["A"]);
    expect(run.clock.pendingTimers).toBe(0);
  });

  it("fails the batch when nobody answers, and gives up the other questions", async () => {
    const service = new Service();
    const run = runOf(service.ask, { spec: { retries: 1 } });
    const { done } = await begin(run, ["a", "b", "c"]);
    service.waiting.get("a")?.fail(new Error("busy"));
    await run.clock.advance(100);
    service.waiting.get("a")?.fail(new Error("still busy"));
    await expect(done).rejects.toMatchObject({
      kind: "unavailable",
      code: "no-answer",
      context: { operator: "ask", attempts: 2, batch: 1 },
    });
    expect([service.waiting.get("b")?.signal.aborted, service.asked.includes("c"), run.values()]).toEqual([true, false, []]);
    expect(run.clock.pendingTimers).toBe(0);
  });

  it("takes what stands in for an answer, and fails the batch for good if that throws", async () => {
    const broken: Ask = () => Promise.reject(new Error("no"));
    const run = runOf(broken, { otherwise: (element) => `${element}?` });
    await (
      await begin(run, ["a", "b"])
    ).done;
    expect(run.values()).toEqual(["a?", "b?"]);
    const throwing = runOf(broken, {
      otherwise: () => {
        throw new Error("bug");
      },
    });
    await expect((await begin(throwing, ["a"])).done).rejects.toMatchObject({
      code: "user-code-failed",
      context: { function: "otherwise" },
    });
  });

  it("hands on nothing before its answers are kept, and has the same ones when the batch is repeated", async () => {
    const journal = new MemoryJournal();
    let isDurable: () => void = () => undefined;
    journal.onKeep = () => new Promise((resolve) => (isDurable = resolve));
    let count = 0;
    const ask: Ask = (element) => Promise.resolve(`${element}${++count}`);
    const run = runOf(ask, { journal, spec: { order: "answer" } });
    const { done } = await begin(run, ["a", "b"]);
    expect([count, run.values()]).toEqual([2, []]);
    isDurable();
    await done;
    expect(run.values()).toEqual(["a1", "b2"]);
    const again = runOf(ask, { journal, spec: { order: "answer" } });
    await (
      await begin(again, ["a", "b"])
    ).done;
    expect([count, again.values(), again.sinks.map(({ timestampMs }) => timestampMs)]).toEqual([2, ["a1", "b2"], [0, 1]]);
  });

  it("asks anew where a repeated batch has other elements", async () => {
    const journal = new MemoryJournal();
    let count = 0;
    const ask: Ask = (element) => Promise.resolve(`${element}${++count}`);
    await (
      await begin(runOf(ask, { journal }), ["a", "b"])
    ).done;
    const again = runOf(ask, { journal });
    await (
      await begin(again, ["a", "c"])
    ).done;
    expect(again.values()).toEqual(["a3", "c4"]);
  });
});
