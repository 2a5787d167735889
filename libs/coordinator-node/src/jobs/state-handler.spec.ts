import { create } from "@bufbuild/protobuf";
import { describe, expect, it } from "@jest/globals";
import {
  type CallContext,
  ReadJobStateRequestSchema,
  type WorkerCommandSchema,
  StateReadSchema,
  WorkerIdSchema,
} from "@millrace/contracts";
import type { MessageInitShape } from "@bufbuild/protobuf";
import { JOB_SETTINGS_DEFAULT, type JobGraph, type OperatorNode } from "@millrace/model";
import { ManualClock } from "@millrace/testkit";
import type { Jobs } from "./jobs-part.ts";
import { STATE_ENTRIES_MAX } from "./limits.ts";
import { stateHandler } from "./state-handler.ts";
import { StateReads } from "./state-reads.ts";

const CONTEXT: CallContext = { signal: new AbortController().signal, metadata: new Map(), peer: "spec", remainingMs: () => Infinity };

const OPERATORS = [
  { id: "in", name: "in", kind: "source", parents: [], source: {} },
  { id: "totals-1", name: "totals", kind: "aggregateByKey", parents: ["in"], mode: "update" },
  { id: "doubled", name: "doubled", kind: "map", parents: ["totals-1"] },
  { id: "seen", name: "seen", kind: "dropDuplicates", parents: ["doubled"], until: "ever", unbounded: true },
] as unknown as readonly OperatorNode[];

type Command = MessageInitShape<typeof WorkerCommandSchema>["command"] & { case: "readState" };
type Entries = readonly { readonly taskIndex: number; readonly keyJson: string }[];

/** A job on two workers that answer with these entries; `state` and epoch as a test wants them. */
function createRig(options: { entries?: readonly Entries[]; operators?: readonly OperatorNode[]; state?: string; more?: boolean } = {}) {
  const stateReads = new StateReads(new ManualClock());
  const graph: JobGraph = { formatVersion: 1, name: "j", settings: JOB_SETTINGS_DEFAULT, operators: options.operators ?? OPERATORS };
  const commands: Command["value"][] = [];
  const record = { state: options.state ?? "running", jobEpoch: 3, jobId: "j-1" };
  let changed = (): void => undefined;
  const figures = { openOn: ["a", "b"] as readonly string[] };
  const runner = {
    jobId: "j-1",
    isOver: false,
    stored: { graph },
    machine: { record, figures },
    watch: (onChange: () => void) => ((changed = onChange), () => undefined),
    tellWorkers: ({ value }: Command) => {
      commands.push(value);
      for (const [workerIndex, entries] of (options.entries ?? []).entries()) {
        const held = [{ operatorId: "totals-1", taskIndex: workerIndex, keyCount: 10n }];
        const read = {
          queryId: value.queryId ?? 0n,
          batch: 7n - BigInt(workerIndex),
          held,
          entries: [...entries],
          more: options.more ?? false,
        };
        stateReads.answered(create(WorkerIdSchema, { jobId: "j-1", jobEpoch: 3n, workerIndex }), create(StateReadSchema, read));
      }
    },
  };
  const { readJobState } = stateHandler({ find: () => runner, stateReads } as unknown as Jobs);
  return {
    read: (request: MessageInitShape<typeof ReadJobStateRequestSchema>) =>
      Promise.resolve().then(() => readJobState(create(ReadJobStateRequestSchema, { job: "j", ...request }), CONTEXT)),
    commands,
    restart: () => {
      record.jobEpoch++;
      changed();
    },
    close: () => (figures.openOn = []),
  };
}

const at = (taskIndex: number, keyJson: string) => ({ taskIndex, keyJson });

describe("readJobState", () => {
  it("puts the answers of all workers together by task, up to the limit, at the batch that all have finished", async () => {
    const rig = createRig({ entries: [[at(0, '"a"'), at(2, '"c"')], [at(1, '"b"')]] });
    const { entries, operators, more, batch } = await rig.read({ operator: "totals" });
    expect(entries?.map(({ keyJson }) => keyJson)).toEqual(['"a"', '"b"', '"c"']);
    expect({ operators, more, batch }).toEqual({
      operators: [{ operatorId: "totals-1", name: "totals", kind: "aggregateByKey", keyCount: 20n, taskCount: 2 }],
      more: false,
      batch: 6n,
    });
    expect(rig.commands).toEqual([expect.objectContaining({ operatorId: "totals-1", limit: 100 })]);
    expect(
      await createRig({ entries: [[at(0, '"a"'), at(2, '"c"')], [at(1, '"b"')]] }).read({ operator: "totals-1", limit: 2 }),
    ).toMatchObject({
      more: true,
      entries: [{ keyJson: '"a"' }, { keyJson: '"b"' }],
    });
  });

  it("says that there is more when a worker says so", async () => {
    expect(await createRig({ entries: [[], []], more: true }).read({ operator: "totals" })).toMatchObject({ more: true });
  });

  it("lists the operators that keep state where none is named", async () => {
    const { operators, entries } = await createRig({ entries: [[], []] }).read({});
    expect([operators?.map(({ operatorId }) => operatorId), entries]).toEqual([["totals-1", "seen"], []]);
  });

  it.each<readonly [string, MessageInitShape<typeof ReadJobStateRequestSchema>, object]>([
    [
      "an operator that is none",
      { operator: "total" },
      { code: "operator-without-state", reason: expect.stringContaining("these do: totals-1, seen") },
    ],
    [
      "an operator without state",
      { operator: "doubled" },
      { code: "operator-without-state", reason: expect.stringContaining("map keeps no state") },
    ],
    ["a limit below 0", { operator: "totals", limit: -1 }, { code: "state-query-invalid" }],
    ["a limit beyond the bound", { operator: "totals", limit: STATE_ENTRIES_MAX + 1 }, { code: "state-query-invalid" }],
    ["too many keys", { operator: "totals", keysJson: Array<string>(101).fill("1") }, { code: "state-query-invalid" }],
  ])("refuses %s", async (_, request, error) => {
    const rig = createRig();
    await expect(rig.read(request)).rejects.toMatchObject(error);
    expect(rig.commands).toEqual([]);
  });

  it("says what is not there to be read: a job that has ended, or has no tasks open", async () => {
    await expect(createRig({ state: "finished" }).read({})).rejects.toMatchObject({ code: "job-ended", kind: "conflict" });
    const closed = createRig({ state: "recovering" });
    closed.close();
    await expect(closed.read({})).rejects.toMatchObject({ code: "job-not-running", kind: "retry", context: { state: "recovering" } });
  });

  it("does not wait for workers whose epoch is over", async () => {
    const rig = createRig();
    const asked = rig.read({ operator: "totals" });
    await Promise.resolve();
    await Promise.resolve();
    rig.restart();
    await expect(asked).rejects.toMatchObject({ code: "job-not-running", kind: "retry" });
  });
});
