import { describe, expect, it } from "@jest/globals";
import { bindService, type CallContext, createLoopback, JobService, JobState, type ServiceHandlers } from "@millrace/contracts";
import { AppError } from "@millrace/model";
import type { ClusterView } from "../cluster-view.ts";
import type { BrokerPorts } from "../node-ports.ts";
import { CoordinatorCalls } from "../session/coordinator-calls.ts";
import { jobHandlers } from "./jobs.ts";

const CONTEXT: CallContext = { signal: new AbortController().signal, metadata: new Map(), peer: "spec", remainingMs: () => 1_000 };

/** Handlers of a broker that takes `passive` for the coordinator; `active` is, and the passive one says so. */
async function createRig(active: Partial<ServiceHandlers<typeof JobService>>): Promise<ServiceHandlers<typeof JobService>> {
  const transport = createLoopback();
  const refuse = (): never => {
    throw new AppError({
      kind: "unavailable",
      code: "not-active-coordinator",
      message: "ask the active one",
      context: { leader: "active:1" },
    });
  };
  const passive: Partial<ServiceHandlers<typeof JobService>> = {
    getJob: () => Promise.resolve().then(refuse),
    // eslint-disable-next-line require-yield -- it refuses before its first message
    async *watchJob() {
      refuse();
    },
  };
  await transport.listen("passive:1", [bindService(JobService, passive as never)]);
  await transport.listen("active:1", [bindService(JobService, active as never)]);
  const view: Partial<ClusterView> = { coordinatorAddress: "passive:1" };
  const ports: Partial<BrokerPorts> = { transport };
  return jobHandlers(new CoordinatorCalls(view as ClusterView, ports as BrokerPorts));
}

describe("jobHandlers", () => {
  it("asks the coordinator that is active", async () => {
    const handlers = await createRig({ getJob: ({ job }) => Promise.resolve({ graphJson: `graph of ${job}` }) });
    expect(await handlers.getJob({ job: "copy" } as never, CONTEXT)).toMatchObject({ graphJson: "graph of copy" });
  });

  it("passes a watch on, message by message, to its end", async () => {
    const handlers = await createRig({
      async *watchJob() {
        yield { status: { state: JobState.RUNNING } };
        yield await Promise.resolve({ status: { state: JobState.FINISHED } });
      },
    });
    const states: unknown[] = [];
    for await (const { status } of handlers.watchJob({ job: "copy" } as never, CONTEXT)) states.push(status?.state);
    expect(states).toEqual([JobState.RUNNING, JobState.FINISHED]);
  });

  it("gives the coordinator's errors as they are", async () => {
    const refusal = new AppError({ kind: "not-found", code: "unknown-job", message: "there is no such job" });
    const handlers = await createRig({ getJob: () => Promise.reject(refusal) });
    await expect(handlers.getJob({ job: "copy" } as never, CONTEXT)).rejects.toMatchObject({ kind: "not-found", code: "unknown-job" });
  });

  it("says that nobody leads, where the coordinator it knows is a standby without a leader, or is gone", async () => {
    const handlersOf = async (address: string, leader: string) => {
      const transport = createLoopback();
      const refusal = new AppError({ kind: "retry", code: "not-active-coordinator", message: "standby", context: { leader } });
      await transport.listen("standby:1", [bindService(JobService, { getJob: () => Promise.reject(refusal) } as never)]);
      const view: Partial<ClusterView> = { coordinatorAddress: address };
      const ports: Partial<BrokerPorts> = { transport };
      return jobHandlers(new CoordinatorCalls(view as ClusterView, ports as BrokerPorts));
    };
    for (const [address, leader, because] of [
      ["standby:1", "", "not-active-coordinator"],
      ["standby:1", "gone:1", "unreachable"],
      ["gone:1", "", "unreachable"],
    ] as const) {
      const handlers = await handlersOf(address, leader);
      await expect(handlers.getJob({ job: "copy" } as never, CONTEXT)).rejects.toMatchObject({
        kind: "unavailable",
        code: "no-coordinator",
        message: expect.stringContaining("no coordinator leads the cluster right now: try again in some seconds") as unknown,
        context: { because },
      });
    }
  });
});
