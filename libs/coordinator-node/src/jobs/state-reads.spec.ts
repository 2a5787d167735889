import { describe, expect, it } from "@jest/globals";
import { create } from "@bufbuild/protobuf";
import { StateReadSchema, WorkerIdSchema } from "@millrace/contracts";
import { AppError } from "@millrace/model";
import { ManualClock } from "@millrace/testkit";
import { STATE_READ_TIMEOUT_MS, STATE_READS_MAX } from "./limits.ts";
import { StateReads } from "./state-reads.ts";

const ASKED = { jobId: "j", jobEpoch: 3, workerCount: 2 };
const worker = (workerIndex: number, more: { jobId?: string; jobEpoch?: bigint } = {}) =>
  create(WorkerIdSchema, { jobId: "j", jobEpoch: 3n, workerIndex, ...more });
const answer = (queryId: bigint, batch: bigint) => create(StateReadSchema, { queryId, batch });

describe("StateReads", () => {
  it("waits for every worker, and gives their answers in order of worker", async () => {
    const reads = new StateReads(new ManualClock());
    const { queryId, answers } = reads.begin(ASKED);
    reads.answered(worker(1), answer(queryId, 8n));
    reads.answered(worker(1), answer(queryId, 9n));
    reads.answered(worker(0), answer(queryId, 7n));
    expect((await answers).map(({ batch }) => batch)).toEqual([7n, 9n]);
  });

  it("takes no answer of another epoch, job or query for its own", async () => {
    const clock = new ManualClock();
    const reads = new StateReads(clock);
    const { queryId, answers } = reads.begin(ASKED);
    reads.answered(worker(0, { jobEpoch: 2n }), answer(queryId, 1n));
    reads.answered(worker(0, { jobId: "other" }), answer(queryId, 1n));
    reads.answered(worker(0), answer(queryId + 1n, 1n));
    reads.answered(worker(1), answer(queryId, 1n));
    const failed = expect(answers).rejects.toMatchObject({
      code: "state-read-timeout",
      kind: "unavailable",
      context: { job: "j", answered: 1, workers: 2 },
    });
    void clock.advance(STATE_READ_TIMEOUT_MS);
    await failed;
  });

  it("fails as a whole with what one worker says", async () => {
    const reads = new StateReads(new ManualClock());
    const { queryId, answers } = reads.begin(ASKED);
    reads.answered(
      worker(0),
      create(StateReadSchema, { queryId, error: { code: "state-key-invalid", message: "a key of state is asked for as JSON" } }),
    );
    await expect(answers).rejects.toMatchObject({ code: "state-key-invalid" });
  });

  it("has so many under way, and room again when one has ended", () => {
    const reads = new StateReads(new ManualClock());
    const open = Array.from({ length: STATE_READS_MAX }, () => reads.begin(ASKED));
    for (const { answers } of open) answers.catch(() => undefined);
    expect(() => reads.begin(ASKED)).toThrow(expect.objectContaining({ code: "too-many-state-reads", kind: "exhausted" }));
    reads.giveUp(open[0]?.queryId ?? 0n, new AppError({ kind: "retry", code: "job-not-running", message: "gone" }));
    expect(() => reads.begin(ASKED)).not.toThrow();
  });
});
