import type { CoordinationStore, Fence } from "@millrace/ports";
import { jestGlobals } from "../jest-globals.ts";

/** A real process that runs `runLeaseHolder`, as the spec that starts it drives it. */
export interface HolderProcess {
  nextLine(): Promise<string>;
  send(line: string): void;
  /** SIGSTOP. */
  pause(): void;
  /** SIGCONT. */
  resume(): void;
  kill(): Promise<void>;
}

export interface PausedHolderHarness {
  connect(): Promise<CoordinationStore>;
  spawn(): HolderProcess;
  dispose(): Promise<void>;
}

const TTL_MS = 250;
const KEY = "written-by";

/** The child: takes the lease, writes once, then writes again for each line "write", and prints what the store answered. */
export async function runLeaseHolder(store: CoordinationStore, input: AsyncIterable<string>, print: (line: string) => void): Promise<void> {
  const fence = await acquire(store, "child");
  const write = async (count: number): Promise<string> =>
    (await store.commit(fence, `child-${count}`, [{ key: KEY, expect: "any", value: text("child") }])).kind;
  print(await write(0));
  let count = 1;
  for await (const line of input) {
    if (line === "write") print(await write(count++));
    if (line === "renew") print(String(await store.renewLease({ ...fence, ttlMs: TTL_MS })));
  }
}

/** A coordinator that is stopped past its lease and goes on afterwards cannot write: real processes, a real pause. */
export function describePausedHolder(name: string, makeHarness: () => Promise<PausedHolderHarness>): void {
  const { describe, expect, it } = jestGlobals();
  describe(`paused lease holder: ${name}`, () => {
    it("cannot write nor renew after it was paused past its lease and another took over", async () => {
      const harness = await makeHarness();
      const child = harness.spawn();
      try {
        expect(await child.nextLine()).toBe("ok");
        child.pause();
        const store = await harness.connect();
        const fence = await acquire(store, "parent");
        expect(await store.commit(fence, "parent-0", [{ key: KEY, expect: 1, value: text("parent") }])).toEqual({ kind: "ok" });
        child.send("write");
        child.send("renew");
        child.resume();
        expect(await child.nextLine()).toBe("fenced");
        expect(await child.nextLine()).toBe("false");
        expect(await store.read(KEY)).toEqual({ key: KEY, version: 2, value: text("parent") });
      } finally {
        child.resume();
        await child.kill();
        await harness.dispose();
      }
    });
  });
}

/** Asks until the lease is free: the store's own time decides when that is. */
async function acquire(store: CoordinationStore, holder: string): Promise<Fence> {
  for (;;) {
    const result = await store.acquireLease({ holder, ttlMs: TTL_MS });
    if (result.kind === "acquired") return { holder, epoch: result.epoch, generation: result.generation };
  }
}

const text = (value: string): Uint8Array => new TextEncoder().encode(value);
