import { describe, expect, it } from "@jest/globals";
import { JOB_SETTINGS_DEFAULT, type JobGraph, type OperatorNode } from "@millrace/model";
import { compareState } from "./compare-state.ts";

function graph(operators: readonly OperatorNode[], batchIntervalMs = 1_000): JobGraph {
  return { formatVersion: 1, name: "job", settings: { ...JOB_SETTINGS_DEFAULT, batchIntervalMs }, operators };
}

const node = { name: "x", parents: ["source"] };
const totals: OperatorNode = { ...node, id: "totals", kind: "aggregateByKey", mode: "update" };
const hourly: OperatorNode = {
  ...node,
  id: "hourly",
  kind: "aggregateByTimeWindow",
  window: { sizeMs: 60, slideMs: 60, offsetMs: 0 },
};
const recent: OperatorNode = { ...node, id: "recent", kind: "window", windowMs: 5_000, slideMs: 1_000 };
const rule = (variables: (OperatorNode & { kind: "process" })["variables"]): OperatorNode => {
  return { ...node, id: "rule", kind: "process", timers: "event", variables };
};

interface Case {
  readonly name: string;
  readonly before: readonly OperatorNode[];
  readonly after: readonly OperatorNode[];
  readonly afterIntervalMs?: number;
  readonly fates: readonly (readonly [id: string, fate: string, note: string])[];
}

const RENAME = "give it another id with .named() to start it empty";
const CASES: readonly Case[] = [
  {
    name: "keeps what is as it was",
    before: [totals, hourly],
    after: [totals, hourly],
    fates: [
      ["totals", "kept", ""],
      ["hourly", "kept", ""],
    ],
  },
  {
    name: "starts what is new empty",
    before: [totals],
    after: [totals, hourly],
    fates: [
      ["totals", "kept", ""],
      ["hourly", "new", ""],
    ],
  },
  {
    name: "drops what is gone",
    before: [totals, hourly],
    after: [totals],
    fates: [
      ["totals", "kept", ""],
      ["hourly", "dropped", "the job has no operator of this id"],
    ],
  },
  {
    name: "keeps state when a mode, a ttl or a lateness changes",
    before: [totals, hourly],
    after: [
      { ...totals, mode: "complete", ttlMs: 5 },
      { ...hourly, latenessMs: 9 },
    ],
    fates: [
      ["totals", "kept", ""],
      ["hourly", "kept", ""],
    ],
  },
  {
    name: "refuses another kind under the same id",
    before: [totals],
    after: [{ ...hourly, id: "totals" }],
    fates: [["totals", "refused", `it was aggregateByKey and is aggregateByTimeWindow now: ${RENAME}`]],
  },
  {
    name: "refuses a stateless kind under the id of a stateful one",
    before: [totals],
    after: [{ ...node, id: "totals", kind: "map" }],
    fates: [["totals", "refused", `it is map now, which keeps no state: ${RENAME}`]],
  },
  {
    name: "refuses another window, and says both",
    before: [hourly],
    after: [{ ...hourly, window: { sizeMs: 90, slideMs: 90, offsetMs: 0 } }],
    fates: [
      [
        "hourly",
        "refused",
        `window was {"sizeMs":60,"slideMs":60,"offsetMs":0} and is {"sizeMs":90,"slideMs":90,"offsetMs":0} now: set it back, or ${RENAME}`,
      ],
    ],
  },
  {
    name: "takes variables that are new or gone, and names them",
    before: [rule({ count: { type: "value" }, old: { type: "list" } })],
    after: [rule({ count: { type: "value" }, seen: { type: "map" } })],
    fates: [["rule", "kept", "new variables: seen; no longer read: old"]],
  },
  {
    name: "refuses a variable of another type",
    before: [rule({ count: { type: "value" } })],
    after: [rule({ count: { type: "list" } })],
    fates: [["rule", "refused", "variable count was a value and is a list now: give the variable another name"]],
  },
  {
    name: "refuses windows that count batches on another grid",
    before: [recent, totals],
    after: [recent, totals],
    afterIntervalMs: 500,
    fates: [
      ["recent", "refused", `it counts batches, and the batch interval was 1000 ms and is 500 ms now: set it back, or ${RENAME}`],
      ["totals", "kept", ""],
    ],
  },
];

describe("compareState of sources", () => {
  const source = { ...node, parents: [], id: "in", kind: "source" } as const;
  const folder = { type: "connector", connector: "folder", options: {}, splits: 1, promise: "exactly-once" } as const;

  it("keeps what a source remembers, and says nothing of one that remembers nothing", () => {
    const before = graph([{ ...source, source: folder }]);
    expect(compareState(before, before, new Set(["in"]))).toEqual([{ operatorId: "in", fate: "kept", note: "" }]);
    expect(compareState(before, before, new Set())).toEqual([]);
  });
});

describe("compareState", () => {
  it.each(CASES)("$name", ({ before, after, afterIntervalMs, fates }) => {
    const saved = new Set(before.map(({ id }) => id));
    const found = compareState(graph(before), graph(after, afterIntervalMs), saved);
    expect(found.map(({ operatorId, fate, note }) => [operatorId, fate, note])).toEqual(fates);
  });

  it("starts an operator empty whose state the savepoint does not have, whatever changed", () => {
    const wider = { ...hourly, window: { sizeMs: 90, slideMs: 90, offsetMs: 0 } };
    expect(compareState(graph([hourly]), graph([wider]), new Set())).toEqual([
      { operatorId: "hourly", fate: "new", note: "the savepoint has no state of it" },
    ]);
  });
});
