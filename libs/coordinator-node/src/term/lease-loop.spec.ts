import { describe, expect, it } from "@jest/globals";
import { type Clock, type CoordinationStore, type Fence, SILENT_LOGGER, type Timer } from "@millrace/ports";
import { MemoryCoordination, SeededRandom, settle } from "@millrace/testkit";
import { runLeaseLoop } from "./lease-loop.ts";

const TTL_MS = 3_000;
const ANSWER_MS = 5;
/** Of a call that the store does not hear. */
const TIMEOUT_MS = 2_000;
/** One coordinator starts so long after the other, so that now one is due first and now the other. */
const APART_MS = 500;

/** A process' clock: while it stands still nothing runs, and then all that was due meanwhile, late. */
class ProcessClock implements Clock {
  #nowMs = 0;
  #timers: { readonly dueMs: number; readonly run: () => void }[] = [];

  monotonicMs(): number {
    return this.#nowMs;
  }

  wallMs(): number {
    return this.#nowMs;
  }

  setTimer(delayMs: number, run: () => void): Timer {
    const timer = { dueMs: this.#nowMs + delayMs, run };
    this.#timers.push(timer);
    return { cancel: () => void (this.#timers = this.#timers.filter((other) => other !== timer)) };
  }

  async run(byMs: number): Promise<void> {
    const endMs = this.#nowMs + byMs;
    for (await settle(); ; await settle()) {
      const [next] = this.#timers.filter(({ dueMs }) => dueMs <= endMs).sort((one, other) => one.dueMs - other.dueMs);
      if (next === undefined) break;
      this.#nowMs = Math.max(this.#nowMs, next.dueMs);
      this.#timers = this.#timers.filter((timer) => timer !== next);
      next.run();
    }
    this.#nowMs = endMs;
  }

  standStill(byMs: number): void {
    this.#nowMs += byMs;
  }
}

interface Rig {
  readonly clock: ProcessClock;
  readonly server: MemoryCoordination;
  /** What has happened, in order. */
  readonly log: string[];
  /** Lengths of the leases that were asked for. */
  readonly asked: number[];
  isDeaf: boolean;
}

/** Coordinators of these names on one machine, the first of which leads. */
async function lead(run: (rig: Rig) => Promise<void>, holders: readonly string[] = ["a"]): Promise<void> {
  const clock = new ProcessClock();
  const server = new MemoryCoordination({ clock, random: new SeededRandom(1) });
  const rig: Rig = { clock, server, log: [], asked: [], isDeaf: false };
  const answered = <T>(make: () => T): Promise<T> => {
    if (rig.isDeaf) return new Promise((_, reject) => clock.setTimer(TIMEOUT_MS, () => { reject(new Error("no answer")); })); // prettier-ignore
    const result = make();
    return new Promise((resolve) => clock.setTimer(ANSWER_MS, () => { resolve(result); })); // prettier-ignore
  };
  const store = {
    description: "model",
    acquireLease: (request: { holder: string; ttlMs: number }) => (
      rig.asked.push(request.ttlMs),
      answered(() => server.acquireLease(request))
    ),
    renewLease: (request: Fence & { ttlMs: number }) => (rig.asked.push(request.ttlMs), answered(() => server.renewLease(request))),
    releaseLease: (fence: Fence) => answered(() => { server.releaseLease(fence); }), // prettier-ignore
  } as unknown as CoordinationStore;
  const stop = new AbortController();
  const loopOf = (holder: string) => runLeaseLoop({ holder, ttlMs: TTL_MS }, { store, clock, logger: SILENT_LOGGER }, {
    signal: stop.signal,
    actions: {
      follow: () => Promise.resolve(),
      lead: ({ epoch }, over) => {
        rig.log.push(`${holder} leads ${epoch}`);
        return new Promise((resolve) => {
          over.addEventListener("abort", () => {
            rig.log.push(`${clock.monotonicMs()}: ${(over.reason as Error).message}`);
            resolve();
          });
        });
      },
    },
  }); // prettier-ignore
  const loops: Promise<void>[] = [];
  try {
    for (const holder of holders) {
      loops.push(loopOf(holder));
      await clock.run(APART_MS);
    }
    expect(rig.log).toEqual(["a leads 1"]);
    await run(rig);
  } finally {
    rig.isDeaf = false;
    stop.abort();
    await clock.run(60_000);
    await Promise.all(loops);
  }
}

describe("runLeaseLoop", () => {
  it("goes on with its term after it stood still for longer than its lease, when nobody took it meanwhile", async () => {
    await lead(async ({ clock, log }) => {
      clock.standStill(TTL_MS + 500);
      await clock.run(10_000);
      expect(log).toEqual(["a leads 1"]);
    });
  });

  it("goes on though there is a standby, when both stood still, again and again", async () => {
    await lead(
      async ({ clock, log }) => {
        await clock.run(200); // the standby is due before the leader
        for (let pause = 0; pause < 8; pause++) {
          clock.standStill(TTL_MS + 500 * pause);
          await clock.run(20_000 + 250 * pause);
        }
        expect(log).toEqual(["a leads 1"]);
      },
      ["a", "b"],
    );
  });

  it("ends its term when somebody took the lease meanwhile", async () => {
    await lead(async ({ clock, server, log }) => {
      clock.standStill(TTL_MS + 500);
      expect(server.acquireLease({ holder: "b", ttlMs: TTL_MS })).toMatchObject({ kind: "acquired", epoch: 2 });
      await clock.run(ANSWER_MS);
      expect(log).toEqual(["a leads 1", `${clock.monotonicMs()}: lease lost`]);
    });
  });

  it("ends its term on time while the store does not answer, for it was on time itself", async () => {
    await lead(async (rig) => {
      rig.isDeaf = true; // the lease was asked for at 0 ms, and not renewed
      await rig.clock.run(10_000);
      expect(rig.log).toEqual(["a leads 1", `${TTL_MS}: lease expired`]);
    });
  });

  it("ends it a pause later where it was late and the store does not answer", async () => {
    await lead(async (rig) => {
      rig.isDeaf = true;
      rig.clock.standStill(TTL_MS);
      await rig.clock.run(10_000);
      expect(rig.log).toEqual(["a leads 1", `${APART_MS + TTL_MS + TTL_MS / 3}: lease expired`]);
    });
  });

  it("asks for a longer lease while it comes late, twice as long at most, and for its own length again afterwards", async () => {
    await lead(async ({ clock, log, asked }) => {
      expect(new Set(asked)).toEqual(new Set([TTL_MS]));
      for (let pause = 0; pause < 5; pause++) {
        clock.standStill(1_800);
        await clock.run(1_000);
      }
      expect(Math.max(...asked)).toBe(2 * TTL_MS);
      await clock.run(30_000);
      expect(asked.at(-1)).toBe(TTL_MS);
      expect(log).toEqual(["a leads 1"]);
    });
  });
});
