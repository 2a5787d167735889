import { describe, expect, it } from "@jest/globals";
import { create } from "@bufbuild/protobuf";
import {
  bindService,
  createLoopback,
  ExecutorRegistryService,
  type ExecutorSessionResponse,
  ExecutorSessionResponseSchema,
  JobService,
} from "@millrace/contracts";
import { NO_METRICS, SILENT_LOGGER, type WorkerExit, type WorkerHost, type WorkerListener } from "@millrace/ports";
import { BoundedQueue } from "@millrace/stdx";
import { ManualClock, SeededRandom, settle } from "@millrace/testkit";
import { executorSettingsSchema } from "../settings.ts";
import { createExecutorNode } from "./executor-node.ts";

const WORKER = { jobId: "j", jobEpoch: 1n, workerIndex: 0 };

/** An executor with a coordinator that the test speaks for, and workers that are not processes. */
async function createRig(options: { workersListen: boolean }) {
  const loopback = createLoopback();
  const clock = new ManualClock();
  const down = new BoundedQueue<ExecutorSessionResponse>({ weightMax: 100 });
  const heard: string[] = [];
  const started: WorkerListener[] = [];
  let killed = 0;
  const say = (command: Parameters<typeof create<typeof ExecutorSessionResponseSchema>>[1]): void => {
    down.tryPush(create(ExecutorSessionResponseSchema, command));
  };
  const session = bindService(ExecutorRegistryService, {
    async *executorSession(requests) {
      void (async () => {
        for await (const { report } of requests) {
          if (report.case !== "worker") continue;
          const { report: said } = report.value;
          heard.push(said.case === "failed" ? `failed ${said.value.error?.code ?? ""}` : String(said.case));
        }
      })();
      yield* down;
    },
  });
  const getJobBundle = () => Promise.resolve({ graphJson: "{}", bundle: new Uint8Array(), digest: "d" });
  await loopback.listen("c:1", [session, bindService(JobService, { getJobBundle } as never)]);
  const workerHost: WorkerHost = {
    saveBundle: () => Promise.resolve("file:///bundle.mjs"),
    spawn: (_, listener) => {
      started.push(listener);
      return { send: () => options.workersListen, kill: () => (killed += 1) };
    },
  };
  const settings = executorSettingsSchema.parse({ executorId: "e", coordinators: ["c:1"] });
  const random = new SeededRandom(1);
  const node = createExecutorNode(settings, { transport: loopback, workerHost, clock, random, logger: SILENT_LOGGER, metrics: NO_METRICS });
  say({ command: { case: "registered", value: { coordinatorEpoch: 1n, heartbeatIntervalMs: 500, sessionTimeoutMs: 3_000 } } });
  await node.registered;
  say({ command: { case: "startWorker", value: { worker: WORKER, digest: "d" } } });
  await settle();
  const stop = async (): Promise<void> => {
    const stopped = node.stop({ deadlineMs: 0 });
    down.end();
    await clock.advance(10_000);
    await stopped;
  };
  return { say, heard, started, stop, killed: () => killed, settle };
}

describe("createExecutorNode", () => {
  it("tells at once of a worker that takes no commands, and kills it", async () => {
    const rig = await createRig({ workersListen: false });
    rig.say({ command: { case: "worker", value: { worker: WORKER, command: { case: "fence", value: {} } } } });
    await rig.settle();
    expect(rig.heard).toEqual(["failed worker-ended"]);
    expect(rig.killed()).toBe(1);
    await rig.stop();
  });

  it.each<[WorkerExit["reason"], string[]]>([
    ["crashed", ["failed worker-ended"]],
    ["out-of-memory", ["failed worker-out-of-memory"]],
    ["stopped", []],
  ])("tells how a worker ended: %s", async (reason, expected) => {
    const rig = await createRig({ workersListen: true });
    rig.started[0]?.onExit({ reason, detail: "exit code 1" });
    await rig.settle();
    expect(rig.heard).toEqual(expected);
    await rig.stop();
  });

  it("says nothing of a worker that it was told to stop", async () => {
    const rig = await createRig({ workersListen: true });
    rig.say({ command: { case: "stopWorker", value: { worker: WORKER } } });
    await rig.settle();
    rig.started[0]?.onExit({ reason: "crashed", detail: "late" });
    await rig.settle();
    expect(rig.heard).toEqual([]);
    expect(rig.killed()).toBe(1);
    await rig.stop();
  });
});
