import { describe, expect, it } from "@jest/globals";
import { ManualClock } from "../clock.ts";
import { SeededRandom } from "../random.ts";
import { describeCoordinationStoreContract } from "./contract.ts";
import { MemoryCoordination } from "./memory-store.ts";

const makeServer = (): { clock: ManualClock; server: MemoryCoordination } => {
  const clock = new ManualClock();
  return { clock, server: new MemoryCoordination({ clock, random: new SeededRandom(1) }) };
};

describeCoordinationStoreContract("memory", () => {
  const { clock, server } = makeServer();
  return Promise.resolve({
    connect: () => Promise.resolve(server.client()),
    elapse: (ms: number) => clock.advance(ms),
    wipe: () => Promise.resolve(server.wipe()),
    dispose: () => Promise.resolve(),
  });
});

describe("MemoryStore faults", () => {
  const changes = [{ key: "k", expect: 0, value: new Uint8Array([1]) }];

  it("applies a write whose answer is lost, and tells its outcome to the retry", async () => {
    const { server } = makeServer();
    const store = server.client();
    const lease = await store.acquireLease({ holder: "a", ttlMs: 1_000 });
    if (lease.kind !== "acquired") throw new Error("held");
    const fence = { ...lease, holder: "a" };
    store.fail("applied-but-timed-out", 1);
    await expect(store.commit(fence, "r1", changes)).rejects.toMatchObject({ kind: "unavailable" });
    expect(await store.commit(fence, "r1", changes)).toEqual({ kind: "ok" });
    expect(await store.read("k")).toMatchObject({ version: 1 });
  });

  it("goes back to an earlier state", async () => {
    const { server } = makeServer();
    const store = server.client();
    server.recordHistory();
    const first = await store.acquireLease({ holder: "a", ttlMs: 1_000 });
    await store.acquireLease({ holder: "a", ttlMs: 1_000 });
    server.rollBack(1);
    expect(await store.acquireLease({ holder: "a", ttlMs: 1_000 })).toMatchObject({ epoch: first.epoch + 1 });
  });

  it("goes back beyond the term of the moment, so that its epoch is given out twice", async () => {
    const { server, clock } = makeServer();
    server.recordHistory();
    const store = server.client();
    await store.acquireLease({ holder: "a", ttlMs: 1_000 });
    await clock.advance(2_000);
    const second = await store.acquireLease({ holder: "b", ttlMs: 1_000 });
    if (second.kind !== "acquired") throw new Error("the lease had ended");
    await store.commit({ holder: "b", ...second }, "r1", [{ key: "k", expect: "any", value: new Uint8Array(1) }]);
    server.rollBack(0, { pastTerm: true });
    expect(await store.read("k")).toBeUndefined();
    expect(await store.acquireLease({ holder: "c", ttlMs: 1_000 })).toMatchObject({ kind: "acquired", epoch: second.epoch });
  });

  it("applies nothing while unreachable", async () => {
    const { server } = makeServer();
    const store = server.client();
    store.fail("unreachable");
    await expect(store.acquireLease({ holder: "a", ttlMs: 1 })).rejects.toMatchObject({ code: "store-unreachable" });
    store.heal();
    expect(await store.acquireLease({ holder: "a", ttlMs: 1 })).toMatchObject({ kind: "acquired", epoch: 1 });
  });
});
