import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { bindService, createLoopback, ExecutorRegistryService } from "@millrace/contracts";
import { AppError } from "@millrace/model";
import { SILENT_LOGGER } from "@millrace/ports";
import { ManualClock } from "@millrace/testkit";
import { CoordinatorSession } from "./coordinator-session.ts";

const SESSION_TIMEOUT_MS = 3_000;

describe("CoordinatorSession", () => {
  const log: string[] = [];
  let clock: ManualClock;
  let loopback: ReturnType<typeof createLoopback>;
  let session: CoordinatorSession;
  let running: Promise<void>;

  beforeEach(() => {
    log.length = 0;
    clock = new ManualClock();
    loopback = createLoopback();
  });
  afterEach(async () => {
    session.stop();
    await clock.advance(10_000);
    await running;
    expect(clock.pendingTimers).toBe(0);
  });

  /** A coordinator that answers so many messages of a session and is silent then, with its connections open; first a standby for some time. */
  async function coordinator(address: string, answersMax = Infinity, standby = { forMs: 0, leader: "" }): Promise<void> {
    const service = bindService(ExecutorRegistryService, {
      async *executorSession(requests, { signal }) {
        if (clock.monotonicMs() < standby.forMs) {
          throw new AppError({ kind: "retry", code: "not-active-coordinator", message: "standby", context: { leader: standby.leader } });
        }
        let answers = 0;
        const closed = new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
        for await (const { report } of requests) {
          if (answers++ >= answersMax) break;
          const registered = { coordinatorEpoch: 1n, heartbeatIntervalMs: 500, sessionTimeoutMs: SESSION_TIMEOUT_MS };
          if (report.case === "register") yield { command: { case: "registered" as const, value: registered } };
          else yield { command: { case: "heartbeatAck" as const, value: {} } };
        }
        await closed;
      },
    });
    await loopback.listen(address, [service]);
  }

  function start(coordinators: readonly string[]): void {
    const listener = {
      onRegistered: (_: unknown, address: string) => log.push(`registered at ${address}`),
      onCommand: () => undefined,
      onLost: () => log.push("lost"),
    };
    const options = { coordinators, executorId: "e", incarnationId: "i", host: "h", workerSlots: 1 };
    session = new CoordinatorSession(options, listener, { transport: loopback, clock, logger: SILENT_LOGGER });
    running = session.run();
  }

  it("leaves a coordinator that falls silent with its connection open, and tries the other one first", async () => {
    await coordinator("a:1", 3);
    await coordinator("b:1");
    start(["a:1", "b:1"]);
    await clock.advance(1_000);
    expect(log).toEqual(["registered at a:1"]);
    await clock.advance(SESSION_TIMEOUT_MS + 500);
    expect(log).toEqual(["registered at a:1", "lost", "registered at b:1"]);
    await clock.advance(10 * SESSION_TIMEOUT_MS);
    expect(log).toHaveLength(3);
  });

  it("does not go back to a silent one on the word of a standby that has not noticed yet", async () => {
    await coordinator("a:1", 0);
    await coordinator("b:1", Infinity, { forMs: 4_000, leader: "a:1" });
    start(["a:1", "b:1"]);
    await clock.advance(5_200);
    expect(log).toEqual(["registered at b:1"]);
  });

  it("does not wait long for a coordinator that does not answer a registration", async () => {
    await coordinator("a:1", 0);
    await coordinator("b:1");
    start(["a:1", "b:1"]);
    await clock.advance(3_500);
    expect(log).toEqual(["registered at b:1"]);
  });
});
