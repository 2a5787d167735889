import { type Change, COMMIT_CHANGES_MAX, type CoordinationStore, type Fence } from "@millrace/ports";
import { jestGlobals } from "../jest-globals.ts";

/** One empty store for one test. */
export interface CoordinationHarness {
  /** Another client of the same data: another process, as far as the store can tell. */
  connect(): Promise<CoordinationStore>;
  /** Lets time pass for leases, as the store measures it. */
  elapse(ms: number): Promise<void>;
  /** All data is gone, as with an empty volume. */
  wipe(): Promise<void>;
  /** Removes the data and ends what `connect` made. */
  dispose(): Promise<void>;
}

const TTL_MS = 60_000; // never passes by itself within a test
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const put = (key: string, expectVersion: number | "any", value: string): Change => ({ key, expect: expectVersion, value: bytes(value) });

/** What every coordination store promises (reliability S2-S4), as tests. Run it on each implementation. */
export function describeCoordinationStoreContract(name: string, makeHarness: () => Promise<CoordinationHarness>): void {
  const { afterEach, beforeEach, describe, expect, it } = jestGlobals();
  describe(`coordination store contract: ${name}`, () => {
    let harness: CoordinationHarness;
    let store: CoordinationStore;
    let requests = 0;
    const requestId = (): string => `request-${requests++}`;

    beforeEach(async () => {
      harness = await makeHarness();
      store = await harness.connect();
    });
    afterEach(() => harness.dispose());

    async function acquire(holder: string, from: CoordinationStore = store): Promise<Fence> {
      const result = await from.acquireLease({ holder, ttlMs: TTL_MS });
      if (result.kind !== "acquired") throw new Error(`lease is held by ${result.holder}`);
      return { holder, epoch: result.epoch, generation: result.generation };
    }

    async function takeOver(holder: string): Promise<Fence> {
      await harness.elapse(TTL_MS + 1);
      return acquire(holder);
    }

    describe("lease", () => {
      it("raises the epoch with each acquisition, also by the same holder, and keeps the generation", async () => {
        const first = await acquire("a");
        const second = await acquire("a");
        const third = await takeOver("b");
        expect([second.epoch, third.epoch]).toEqual([first.epoch + 1, first.epoch + 2]);
        expect(first.epoch).toBeGreaterThan(0);
        expect(first.generation).not.toBe("");
        expect([second.generation, third.generation]).toEqual([first.generation, first.generation]);
      });

      it("tells a second holder who has it and for how long", async () => {
        const { epoch } = await acquire("a");
        const other = await harness.connect();
        const result = await other.acquireLease({ holder: "b", ttlMs: TTL_MS });
        expect(result).toMatchObject({ kind: "held", holder: "a", epoch });
        if (result.kind !== "held") return;
        expect(result.remainingMs).toBeGreaterThan(0);
        expect(result.remainingMs).toBeLessThanOrEqual(TTL_MS);
      });

      it("is free again when it has expired", async () => {
        const old = await acquire("a");
        const { epoch } = await takeOver("b");
        expect(epoch).toBe(old.epoch + 1);
      });

      it("lasts longer when it is renewed", async () => {
        const fence = await acquire("a");
        await harness.elapse(TTL_MS * 0.75);
        expect(await store.renewLease({ ...fence, ttlMs: TTL_MS })).toBe(true);
        await harness.elapse(TTL_MS * 0.75);
        expect(await store.acquireLease({ holder: "b", ttlMs: TTL_MS })).toMatchObject({ kind: "held", holder: "a" });
      });

      it("cannot be renewed by a former holder, nor with an older epoch of the same holder", async () => {
        const first = await acquire("a");
        const second = await acquire("a");
        expect(await store.renewLease({ ...first, ttlMs: TTL_MS })).toBe(false);
        await harness.elapse(TTL_MS + 1);
        await acquire("b");
        expect(await store.renewLease({ ...second, ttlMs: TTL_MS })).toBe(false);
        await harness.elapse(TTL_MS + 1);
        expect(await store.renewLease({ ...second, ttlMs: TTL_MS })).toBe(false);
      });

      it("is there again when its holder renews it after its end and nobody has had it: the epoch has not changed", async () => {
        const fence = await acquire("a");
        await harness.elapse(TTL_MS + 1);
        expect(await store.renewLease({ ...fence, ttlMs: TTL_MS })).toBe(true);
        expect(await store.acquireLease({ holder: "b", ttlMs: TTL_MS })).toMatchObject({ kind: "held", holder: "a", epoch: fence.epoch });
        await harness.elapse(TTL_MS + 1);
        await acquire("b");
      });

      it("is free at once when released, but not by a former holder", async () => {
        const old = await acquire("a");
        const current = await takeOver("b");
        await store.releaseLease(old);
        expect(await store.acquireLease({ holder: "c", ttlMs: TTL_MS })).toMatchObject({ kind: "held", holder: "b" });
        await store.releaseLease(current);
        expect(await store.acquireLease({ holder: "c", ttlMs: TTL_MS })).toMatchObject({ kind: "acquired", epoch: current.epoch + 1 });
      });

      it("goes to one of two clients that ask at the same moment", async () => {
        const other = await harness.connect();
        const results = await Promise.all([
          store.acquireLease({ holder: "a", ttlMs: TTL_MS }),
          other.acquireLease({ holder: "b", ttlMs: TTL_MS }),
        ]);
        expect(results.map((result) => result.kind).sort()).toEqual(["acquired", "held"]);
      });
    });

    describe("fence", () => {
      it("refuses a commit of an older epoch and names the stored one", async () => {
        const old = await acquire("a");
        const current = await takeOver("b");
        expect(await store.commit(old, requestId(), [put("k", "any", "stale")])).toEqual({ kind: "fenced", epoch: current.epoch });
        expect(await store.read("k")).toBeUndefined();
      });

      it("refuses an older epoch of the same holder: the process before its own restart", async () => {
        const old = await acquire("a");
        const current = await acquire("a");
        expect(await store.commit(old, requestId(), [put("k", "any", "stale")])).toEqual({ kind: "fenced", epoch: current.epoch });
        expect(await store.commit(current, requestId(), [put("k", 0, "x")])).toEqual({ kind: "ok" });
      });

      it("refuses an equal epoch of another holder", async () => {
        const fence = await acquire("a");
        const forged = { ...fence, holder: "b" };
        expect(await store.commit(forged, requestId(), [put("k", 0, "x")])).toEqual({ kind: "fenced", epoch: fence.epoch });
        expect(await store.renewLease({ ...forged, ttlMs: TTL_MS })).toBe(false);
      });

      it("refuses an epoch above the stored one: the store was rolled back", async () => {
        const fence = await acquire("a");
        const ahead = { ...fence, epoch: fence.epoch + 5 };
        expect(await store.commit(ahead, requestId(), [put("k", 0, "x")])).toEqual({ kind: "fenced", epoch: fence.epoch });
      });

      it("accepts a commit after the lease expired while no one else has taken it: epochs decide, not time", async () => {
        const fence = await acquire("a");
        await harness.elapse(TTL_MS + 1);
        expect(await store.commit(fence, requestId(), [put("k", 0, "x")])).toEqual({ kind: "ok" });
      });

      it("refuses another generation, and a store that lost its data has another one", async () => {
        const fence = await acquire("a");
        const foreign = { ...fence, generation: "0".repeat(32) };
        expect(await store.commit(foreign, requestId(), [put("k", 0, "x")])).toEqual({ kind: "generation", generation: fence.generation });
        await harness.wipe();
        expect(await store.commit(fence, requestId(), [put("k", 0, "x")])).toMatchObject({ kind: "generation" });
        expect(await store.renewLease({ ...fence, ttlMs: TTL_MS })).toBe(false);
        expect((await acquire("a")).generation).not.toBe(fence.generation);
      });
    });

    describe("generation", () => {
      it("begins anew with a greater epoch, and refuses what the former pair fenced", async () => {
        const old = await acquire("a");
        const next = { ...old, epoch: old.epoch + 40, generation: "f".repeat(32) };
        expect(await store.beginGeneration(old, next)).toBe(true);
        expect(await store.commit(old, requestId(), [put("k", 0, "x")])).toEqual({ kind: "generation", generation: next.generation });
        expect(await store.renewLease({ ...old, ttlMs: TTL_MS })).toBe(false);
        expect(await store.commit(next, requestId(), [put("k", 0, "x")])).toEqual({ kind: "ok" });
        expect(await store.renewLease({ ...next, ttlMs: TTL_MS })).toBe(true);
        expect(await takeOver("b")).toMatchObject({ epoch: next.epoch + 1, generation: next.generation });
      });

      it("is not begun by a former holder, nor with a lower epoch", async () => {
        const old = await acquire("a");
        const current = await takeOver("b");
        expect(await store.beginGeneration(old, { epoch: 50, generation: "f" })).toBe(false);
        expect(await store.beginGeneration(current, { epoch: current.epoch - 1, generation: "f" })).toBe(false);
        expect(await store.commit(current, requestId(), [put("k", 0, "x")])).toEqual({ kind: "ok" });
      });
    });

    describe("commit", () => {
      it("counts versions from 1 and refuses an unexpected one", async () => {
        const fence = await acquire("a");
        expect(await store.commit(fence, requestId(), [put("k", 0, "one")])).toEqual({ kind: "ok" });
        expect(await store.commit(fence, requestId(), [put("k", 0, "again")])).toEqual({ kind: "conflict", key: "k", version: 1 });
        expect(await store.commit(fence, requestId(), [put("k", 1, "two")])).toEqual({ kind: "ok" });
        expect(await store.commit(fence, requestId(), [put("k", "any", "three")])).toEqual({ kind: "ok" });
        expect(await store.read("k")).toEqual({ key: "k", version: 3, value: bytes("three") });
      });

      it("deletes, and starts again at version 1", async () => {
        const fence = await acquire("a");
        await store.commit(fence, requestId(), [put("k", 0, "x")]);
        expect(await store.commit(fence, requestId(), [{ key: "k", expect: 1, value: undefined }])).toEqual({ kind: "ok" });
        expect(await store.read("k")).toBeUndefined();
        expect(await store.readAll("")).toEqual([]);
        await store.commit(fence, requestId(), [put("k", 0, "y")]);
        expect(await store.read("k")).toMatchObject({ version: 1 });
      });

      it("applies all changes or none", async () => {
        const fence = await acquire("a");
        await store.commit(fence, requestId(), [put("b", 0, "old")]);
        const result = await store.commit(fence, requestId(), [put("a", 0, "new"), put("b", 7, "new"), put("c", 0, "new")]);
        expect(result).toEqual({ kind: "conflict", key: "b", version: 1 });
        expect((await store.readAll("")).map((entry) => entry.key)).toEqual(["b"]);
      });

      it("answers a repeated request with its first outcome, applying it once", async () => {
        const fence = await acquire("a");
        const request = requestId();
        expect(await store.commit(fence, request, [put("k", "any", "x")])).toEqual({ kind: "ok" });
        expect(await store.commit(fence, request, [put("k", "any", "x")])).toEqual({ kind: "ok" });
        expect(await store.read("k")).toMatchObject({ version: 1 });
        const refused = requestId();
        const conflict = await store.commit(fence, refused, [put("k", 0, "y")]);
        await store.commit(fence, requestId(), [{ key: "k", expect: 1, value: undefined }]);
        expect(await store.commit(fence, refused, [put("k", 0, "y")])).toEqual(conflict);
      });

      it("tells a former holder the truth about a request that was applied in its time", async () => {
        const old = await acquire("a");
        const request = requestId();
        await store.commit(old, request, [put("k", 0, "x")]);
        await takeOver("b");
        expect(await store.commit(old, request, [put("k", 0, "x")])).toEqual({ kind: "ok" });
        expect(await store.read("k")).toMatchObject({ version: 1 });
      });

      it("keeps values of 4 MiB and bytes of every kind", async () => {
        const fence = await acquire("a");
        const value = Uint8Array.from({ length: 4 * 1024 * 1024 }, (_, index) => (index * 31) & 0xff);
        expect(await store.commit(fence, requestId(), [{ key: "big", expect: 0, value }, put("empty", 0, "")])).toEqual({ kind: "ok" });
        const entry = await store.read("big");
        expect(Buffer.compare(Buffer.from(entry?.value ?? []), Buffer.from(value))).toBe(0);
        expect((await store.read("empty"))?.value.length).toBe(0);
      });

      it(`takes ${COMMIT_CHANGES_MAX} changes at once and refuses one more`, async () => {
        const fence = await acquire("a");
        const changes = (count: number): Change[] => Array.from({ length: count }, (_, index) => put(`many/${index}`, 0, `v${index}`));
        await expect(store.commit(fence, requestId(), changes(COMMIT_CHANGES_MAX + 1))).rejects.toMatchObject({ code: "commit-too-large" });
        expect(await store.commit(fence, requestId(), changes(COMMIT_CHANGES_MAX))).toEqual({ kind: "ok" });
        expect(await store.readAll("many/")).toHaveLength(COMMIT_CHANGES_MAX);
      });

      it("lets one of two concurrent changes of a version win", async () => {
        const fence = await acquire("a");
        const other = await harness.connect();
        const results = await Promise.all([
          store.commit(fence, requestId(), [put("k", 0, "x")]),
          other.commit(fence, requestId(), [put("k", 0, "y")]),
        ]);
        expect(results.map((result) => result.kind).sort()).toEqual(["conflict", "ok"]);
        expect(await store.read("k")).toMatchObject({ version: 1 });
      });
    });

    describe("read", () => {
      it("lists what starts with a prefix, sorted by key", async () => {
        const fence = await acquire("a");
        const keys = ["job/b", "job/a/batch/10", "job/a", "jobs", "job/a/batch/9", "topic/x", "job"];
        await store.commit(
          fence,
          requestId(),
          keys.map((key) => put(key, 0, key)),
        );
        const listed = async (prefix: string): Promise<string[]> => (await store.readAll(prefix)).map((entry) => entry.key);
        expect(await listed("job/")).toEqual(["job/a", "job/a/batch/10", "job/a/batch/9", "job/b"]);
        expect(await listed("job/a/")).toEqual(["job/a/batch/10", "job/a/batch/9"]);
        expect(await listed("")).toEqual([...keys].sort());
        expect(await listed("none/")).toEqual([]);
      });

      it("shows another client what was committed", async () => {
        const fence = await acquire("a");
        await store.commit(fence, requestId(), [put("k", 0, "x")]);
        const other = await harness.connect();
        expect(await other.read("k")).toEqual({ key: "k", version: 1, value: bytes("x") });
      });
    });
  });
}
