import { describe, expect, it } from "@jest/globals";
import type { MessageInitShape } from "@bufbuild/protobuf";
import { type BrokerSessionRequestSchema, ClusterService, createLoopback, TopicService } from "@millrace/contracts";
import { BoundedQueue } from "@millrace/stdx";
import { type Clock, type LogValues, NO_METRICS, NO_TRACER, SILENT_LOGGER, sleep } from "@millrace/ports";
import { decodeClusterState } from "@millrace/placement";
import { ManualClock, MemoryCoordination, type MemoryStore, SeededRandom } from "@millrace/testkit";
import { type CoordinatorNode, coordinatorSettingsSchema, createCoordinatorNode } from "../src/index.ts";

const NAMES = ["a", "b", "c"];
const STEPS = 60;

/** A broker that looks for the active coordinator for ever. */
async function runBroker(world: { clock: Clock; loopback: ReturnType<typeof createLoopback> }, over: AbortSignal): Promise<void> {
  for (let attempt = 0; !over.aborted; attempt++) {
    const requests = new BoundedQueue<MessageInitShape<typeof BrokerSessionRequestSchema>>({ weightMax: 1_000 });
    const register = { brokerId: 1, incarnationId: "i", folderId: "f", address: "b1:9190" };
    requests.tryPush({ report: { case: "register", value: register } });
    const coordinator = `${NAMES[attempt % NAMES.length] ?? ""}:9191`;
    try {
      for await (const { command } of world.loopback.client(ClusterService, coordinator).brokerSession(requests, { signal: over })) {
        if (command.case !== "metadata" && command.case !== "heartbeatAck") continue;
        const { metadataVersion } = command.value;
        if (command.case === "heartbeatAck") await sleep(world.clock, 500, over);
        requests.tryPush({ report: { case: "heartbeat", value: { caughtUp: true, metadataVersion } } });
      }
    } catch {
      await sleep(world.clock, 50, over).catch(() => undefined);
    }
    requests.end();
  }
}

interface Member {
  readonly node: CoordinatorNode;
  readonly store: MemoryStore;
  /** Its own: stands still while the process is paused, so that it goes on believing that it leads. */
  readonly clock: ManualClock;
  isPaused: boolean;
}

/** Coordinators, one store, random outages, lost answers and pauses; a client that creates topics and remembers what was acknowledged. */
async function run(seed: number): Promise<{ terms: number }> {
  const random = new SeededRandom(seed);
  const clock = new ManualClock();
  const loopback = createLoopback();
  const server = new MemoryCoordination({ clock, random });
  const reasons: unknown[] = [];
  const logger = { ...SILENT_LOGGER, info: (_: string, values?: LogValues) => void reasons.push(values?.["reason"]) };
  const members: Member[] = [];
  for (const name of NAMES) {
    const store = server.client();
    const own = new ManualClock();
    const settings = coordinatorSettingsSchema.parse({ coordinatorId: name, listenAddress: `${name}:9191` });
    const ports = { store, clock: own, random, logger, metrics: NO_METRICS, tracer: NO_TRACER, listener: loopback, transport: loopback };
    const node = createCoordinatorNode(settings, ports);
    await node.start();
    members.push({ node, store, clock: own, isPaused: false });
  }
  const advance = async (byMs: number): Promise<void> => {
    for (let passedMs = 0; passedMs < byMs; passedMs += 50) {
      await clock.advance(50);
      for (const member of members) if (!member.isPaused) await member.clock.advance(50);
    }
  };
  const over = new AbortController();
  const broker = runBroker({ clock, loopback }, over.signal);
  const acknowledged = new Set<string>();
  const create = (name: string, at: string): Promise<unknown> =>
    loopback
      .client(TopicService, at)
      .createTopic({ name })
      .then(
        () => acknowledged.add(name),
        () => undefined,
      );
  const calls: Promise<unknown>[] = [];
  for (let step = 0; step < STEPS; step++) {
    const victim = members[random.integer(members.length)];
    const dice = random.integer(10);
    if (dice === 0) victim?.store.fail("unreachable", 1 + random.integer(200));
    else if (dice === 1) victim?.store.fail("applied-but-timed-out", 1 + random.integer(3));
    else if (dice === 2) victim?.store.heal();
    else if (dice <= 5 && victim !== undefined) victim.isPaused = dice === 3 && victim.node.status().role === "active";
    for (const name of NAMES) calls.push(create(`t-${step}-${name}`, `${name}:9191`));
    await advance(random.integer(1_500));
  }
  for (const member of members) member.isPaused = false;
  for (const { store } of members) store.heal();
  await advance(10_000);
  await Promise.all(calls);

  const active = members.filter(({ node }) => node.status().role === "active");
  expect(active).toHaveLength(1);
  const { topics } = await loopback.client(TopicService, active[0]?.node.address ?? "").listTopics({});
  const names = new Set(topics.map((topic) => topic.name));
  expect([...acknowledged].filter((name) => !names.has(name))).toEqual([]);
  expect(acknowledged.size).toBeGreaterThan(0);
  expect(topics.every((topic) => topic.partitions.every((partition) => partition.leader === 1))).toBe(true);
  expect(decodeClusterState(server.readAll(""))?.topics.size).toBe(names.size);

  over.abort(new Error("run is over"));
  // No fault here takes anything back: a rollback seen would be a write repeated under a new request id, or one that went past the fence.
  expect(reasons.filter((reason) => /rolled back|behind/.test(String(reason)))).toEqual([]);

  for (const { node } of members) await node.stop();
  await advance(50);
  await broker;
  expect([clock, ...members.map((member) => member.clock)].map((one) => one.pendingTimers)).toEqual([0, 0, 0, 0]);
  const lease = await server.client().acquireLease({ holder: "end", ttlMs: 1 });
  return { terms: lease.epoch - 1 };
}

describe("coordinators under store faults", () => {
  const seeds =
    process.env["MILLRACE_SEED"] === undefined ? Array.from({ length: 30 }, (_, seed) => seed) : [Number(process.env["MILLRACE_SEED"])];
  it.each(seeds)("keeps every acknowledged topic and serves again when the store does, seed %i (MILLRACE_SEED)", async (seed) => {
    expect((await run(seed)).terms).toBeGreaterThan(1);
  });
});
