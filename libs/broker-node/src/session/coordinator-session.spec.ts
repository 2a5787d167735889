import { describe, expect, it } from "@jest/globals";
import { bindService, ClusterService, createLoopback } from "@millrace/contracts";
import { NO_METRICS, NO_TRACER, SILENT_LOGGER, sleep } from "@millrace/ports";
import { createSimulatedStorage, ManualClock, referenceCrc32c as crc32c, SeededRandom } from "@millrace/testkit";
import { openBrokerFolder } from "../folder.ts";
import type { BrokerPorts } from "../node-ports.ts";
import { CoordinatorSession } from "./coordinator-session.ts";

describe("CoordinatorSession", () => {
  it("is not given up while metadata takes longer to apply than a session may be silent", async () => {
    const seen = await sessionOf({ applyMs: 20_000, isStalled: () => false });
    expect(seen).toMatchObject({ registrations: 1, applied: 1 });
    expect(seen.heartbeats).toBeGreaterThan(15);
  });

  it("falls silent while the disk answers nothing, so that the coordinator lets others lead", async () => {
    const seen = await sessionOf({ applyMs: 0, isStalled: (atMs) => atMs >= 10_000 && atMs < 20_000 });
    expect(seen.heartbeatsAtMs.length).toBeGreaterThan(5);
    expect(seen.heartbeatsAtMs.filter((atMs) => atMs > 10_200 && atMs < 19_900)).toEqual([]);
  });

  it("is current while a coordinator answers, and not from two heartbeats after its last answer on", async () => {
    const { notCurrentAtMs } = await sessionOf({ applyMs: 0, isStalled: (atMs) => atMs >= 10_000 && atMs < 20_000 });
    const [first = 0] = notCurrentAtMs.filter((atMs) => atMs > 1_000);
    expect(first).toBeGreaterThan(10_000);
    expect(first).toBeLessThanOrEqual(12_000);
    expect(notCurrentAtMs.filter((atMs) => atMs > 12_000 && atMs < 20_000)).toHaveLength(79);
  });

  it("tells at once that it has applied its snapshot, and what changes with the next heartbeat", async () => {
    const seen = await sessionOf({ applyMs: 0, isStalled: () => false, changes: 5 });
    expect(seen.applied).toBe(6);
    expect(seen.heartbeatsAtMs.filter((atMs) => atMs < 900)).toHaveLength(1);
  });

  it("stops when a coordinator that comes later has moved its partitions away", async () => {
    const seen = await sessionOf({ stopsAtMs: 10_000, isAwayUntilMs: 15_000, hasToHandOver: true });
    expect(seen.stopGrantedAtMs).toBeGreaterThanOrEqual(15_000);
    expect(seen.stopGrantedAtMs).toBeLessThan(18_000);
  });

  it("stops at once without a coordinator when nobody else could lead what it leads", async () => {
    const seen = await sessionOf({ stopsAtMs: 10_000, isAwayUntilMs: 15_000, hasToHandOver: false });
    expect(seen.stopGrantedAtMs).toBeLessThan(10_200);
  });
});

/** 30 s of a session, with what the coordinator saw of it. */
async function sessionOf({
  applyMs = 0,
  isStalled = () => false,
  changes = 0,
  stopsAtMs = Infinity,
  isAwayUntilMs = 0,
  hasToHandOver = false,
}: {
  readonly applyMs?: number;
  readonly isStalled?: (atMs: number) => boolean;
  readonly changes?: number;
  /** When the broker is asked to stop. */
  readonly stopsAtMs?: number;
  /** The coordinator takes nobody before. */
  readonly isAwayUntilMs?: number;
  readonly hasToHandOver?: boolean;
}) {
  const clock = new ManualClock();
  const random = new SeededRandom(1);
  const loopback = createLoopback();
  const unused = (): never => {
    throw new Error("not part of this spec");
  };
  const ports: BrokerPorts = {
    storage: createSimulatedStorage({ seed: 1 }),
    clock,
    random,
    logger: SILENT_LOGGER,
    metrics: NO_METRICS,
    tracer: NO_TRACER,
    listener: loopback,
    transport: loopback,
    crc32c,
    compression: { compress: unused, decompress: unused },
    defer: setImmediate,
  };
  const startMs = clock.monotonicMs();
  const seen = {
    registrations: 0,
    heartbeats: 0,
    applied: 0,
    heartbeatsAtMs: [] as number[],
    notCurrentAtMs: [] as number[],
    stopGrantedAtMs: Infinity,
  };
  await loopback.listen("coordinator:9191", [
    bindService(ClusterService, {
      async *brokerSession(
        reports: AsyncIterable<{
          readonly report: { readonly case?: string | undefined; readonly value?: { readonly stopping?: boolean } };
        }>,
      ) {
        if (clock.monotonicMs() - startMs < isAwayUntilMs) return;
        for await (const { report } of reports) {
          if (report.case === "register") {
            seen.registrations++;
            const times = { heartbeatIntervalMs: 1_000, sessionTimeoutMs: 3_000 };
            yield {
              command: { case: "registered" as const, value: { ...times, coordinatorEpoch: 1n, coordinatorId: "c", generation: "g" } },
            };
            for (let update = 0; update <= changes; update++)
              yield { command: { case: "metadata" as const, value: { coordinatorEpoch: 1n, snapshot: update === 0 } } };
          } else {
            seen.heartbeats++;
            seen.heartbeatsAtMs.push(clock.monotonicMs() - startMs);
            yield { command: { case: "heartbeatAck" as const, value: {} } };
            if (report.value?.stopping === true) yield { command: { case: "stopGranted" as const, value: {} } };
          }
        }
      },
    } as never),
  ]);
  const session = new CoordinatorSession(
    {
      addresses: ["coordinator:9191"],
      folder: await openBrokerFolder(ports.storage, { brokerId: 1, random }),
      owner: {
        registration: () => ({ brokerId: 1 }),
        clusterReport: () => ({}),
        logReports: () => [],
        apply: async () => {
          await sleep(clock, applyMs);
          seen.applied++;
        },
        registered: () => undefined,
        metadataVersion: () => 0,
        isDiskFull: () => false,
        isStalled: () => isStalled(clock.monotonicMs() - startMs),
        isCaughtUp: () => false,
        hasToHandOver: () => hasToHandOver,
      },
    },
    ports,
  );
  session.start();
  for (let step = 0; step < 300; step++) {
    for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setImmediate(resolve));
    await clock.advance(100);
    if (step * 100 === stopsAtMs) void session.requestStop().then(() => (seen.stopGrantedAtMs = clock.monotonicMs() - startMs));
    if (!session.isCurrent) seen.notCurrentAtMs.push(clock.monotonicMs() - startMs);
  }
  await session.stop();
  return seen;
}
