import { describe, expect, it } from "@jest/globals";
import type { ConnectorSourceDescriptor, JobGraph, OperatorNode } from "@millrace/model";
import type { WorkerReport } from "../src/job-events.ts";
import type { SourceRange } from "../src/job-record.ts";
import { createRig, GRAPH, SOURCES } from "./job-rig.ts";

const FOLDER: ConnectorSourceDescriptor = {
  type: "connector",
  connector: "folder",
  options: {},
  splits: 2,
  promise: "exactly-once",
  stepsPerBatchMax: 3,
};

/** A job that reads a source of two splits, one on each worker, and, with `topic`, a topic on the first. */
function rigOf({ topic = false }: { readonly topic?: boolean } = {}) {
  const operators = GRAPH.operators.flatMap((operator): readonly OperatorNode[] => {
    if (operator.kind !== "source") return [operator];
    const folder = { ...operator, id: "files", source: FOLDER };
    return topic ? [operator, folder] : [folder];
  });
  const graph: JobGraph = { ...GRAPH, operators };
  const split = (index: number) => ({ ...{ source: "files", index, topic: "folder", partition: index, connector: "folder" }, ...FROM_0 });
  const rig = createRig({ graph });
  const sources = [...(topic ? SOURCES.map((source) => ({ ...source, endOffset: undefined })) : []), split(0), split(1)];
  const begin = (): void => {
    rig.handle({ kind: "executors", live: TWO_EXECUTORS });
    rig.handle({ kind: "sources-resolved", sources });
    rig.committed();
    rig.committed();
    for (const worker of [0, 1]) rig.worker(worker, { kind: "ready", shuffleAddress: `h:${worker}` });
    rig.both({ kind: "fenced" });
    rig.worker(0, { kind: "opened", marks: [], marksEndOffset: 0 });
  };
  const opened = (): string[] => rig.worker(1, { kind: "opened", marks: [], marksEndOffset: 0 });
  return { ...rig, begin, opened };
}

const FROM_0 = { startOffset: 0, endOffset: undefined };
const TWO_EXECUTORS = [
  { executorId: "a", workerSlots: 1 },
  { executorId: "b", workerSlots: 1 },
];

const range = (index: number, startOffset: number, endOffset: number, note?: string): SourceRange => {
  return { source: "files", index, startOffset, endOffset, ...(note === undefined ? {} : { note }) };
};
const listed = (batch: number, ...ranges: readonly SourceRange[]): WorkerReport => ({ kind: "listed", batch, ranges });

describe("JobMachine, with sources that are no topics", () => {
  it("asks the workers that own the splits, plans when all have answered, and records what they said", () => {
    const rig = rigOf();
    rig.begin();
    expect(rig.opened()).toEqual(["0: list 1 [files/0@0]", "1: list 1 [files/1@0]"]);
    rig.passes(GRAPH.settings.batchIntervalMs);
    expect(rig.worker(0, listed(1, range(0, 0, 2, "[a,b]")))).toEqual([]);
    expect(rig.worker(1, listed(1, range(1, 0, 0)))).toEqual(["commit plan"]);
    expect(rig.store.plans.get(1)?.ranges).toEqual([range(0, 0, 2, "[a,b]")]);
    expect(rig.committed()).toEqual(["0: run 1 [0-2]", "1: run 1 [0-2]"]);
    expect(rig.done(1)).toEqual(["0: list 2 [files/0@2]", "1: list 2 [files/1@0]"]);
  });

  it("asks brokers for the topics beside them, and waits for everybody", () => {
    const rig = rigOf({ topic: true });
    rig.begin();
    expect(rig.opened()).toEqual(["list-ends", "0: list 1 [files/0@0]", "1: list 1 [files/1@0]"]);
    rig.passes(GRAPH.settings.batchIntervalMs);
    rig.both(listed(1, range(1, 0, 1, "n")));
    expect(rig.handle({ kind: "ends", ends: [4, 0, 0] })).toEqual(["commit plan"]);
    expect(rig.store.plans.get(1)?.ranges).toEqual([{ source: "in", index: 0, startOffset: 0, endOffset: 4 }, range(1, 0, 1, "n")]);
  });

  it("takes no more steps than the source says, keeps the note, and asks for the rest from there", () => {
    const rig = rigOf();
    rig.begin();
    rig.opened();
    rig.passes(GRAPH.settings.batchIntervalMs);
    rig.both(listed(1, range(0, 0, 5, "note of five")));
    expect(rig.store.plans.get(1)?.ranges).toEqual([range(0, 0, 3, "note of five")]);
    rig.committed();
    expect(rig.done(1)).toEqual(["0: list 2 [files/0@3]", "1: list 2 [files/1@0]"]);
  });

  it("does not take an answer about another batch", () => {
    const rig = rigOf();
    rig.begin();
    rig.opened();
    rig.passes(GRAPH.settings.batchIntervalMs);
    expect(rig.both(listed(9, range(0, 0, 5)))).toEqual([]);
    expect(rig.both(listed(1, range(0, 0, 1)))).toEqual(["commit plan"]);
  });

  it("makes another plan of another note: its digest tells them apart", () => {
    const digests = ["a", "b"].map((note) => {
      const rig = rigOf();
      rig.begin();
      rig.opened();
      rig.passes(GRAPH.settings.batchIntervalMs);
      rig.both(listed(1, range(0, 0, 1, note.repeat(note === "a" ? 1 : 2))));
      return rig.store.plans.get(1)?.digest;
    });
    expect(digests[0]).not.toBe(digests[1]);
  });

  it("starts again when a worker does not say what there is to read", () => {
    const rig = rigOf();
    rig.begin();
    rig.opened();
    rig.worker(0, listed(1));
    expect(rig.handle({ kind: "timer", name: "phase" })).toEqual(["stop-worker a 1.0", "stop-worker b 1.1", "timer retry-start"]);
    expect(rig.machine.record.error?.context).toEqual({ phase: "looking" });
  });
});
