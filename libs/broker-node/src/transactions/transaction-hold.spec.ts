import { describe, expect, it } from "@jest/globals";
import { toAppError } from "@millrace/model";
import { ManualClock, settle } from "@millrace/testkit";
import { TransactionHold } from "./transaction-hold.ts";

const TTL_MS = 1_000;

/** What has happened so far, in order. */
function watch() {
  const clock = new ManualClock();
  const hold = new TransactionHold(clock);
  const seen: string[] = [];
  const note = (what: string, done: Promise<unknown>): void =>
    void done.then(
      () => seen.push(what),
      (error: unknown) => seen.push(`${what}: ${toAppError(error).code}`),
    );
  return { clock, hold, seen, note };
}

describe("TransactionHold", () => {
  it("begins when all that was decided has its markers", async () => {
    const { hold, seen, note } = watch();
    await hold.enter();
    hold.begin(); // the markers of it
    hold.leave();
    note("held", hold.begun({ holder: "a", ttlMs: TTL_MS }));
    await settle();
    expect(seen).toEqual([]);
    hold.leave();
    await settle();
    expect(seen).toEqual(["held"]);
  });

  it("keeps decisions waiting until it is released", async () => {
    const { hold, seen, note } = watch();
    await hold.begun({ holder: "a", ttlMs: TTL_MS });
    note("decided", hold.enter());
    await settle();
    expect(seen).toEqual([]);
    expect(hold.release("a")).toBe(true);
    await settle();
    expect(seen).toEqual(["decided"]);
  });

  it("runs out, and says so to whoever had it", async () => {
    const { clock, hold, seen, note } = watch();
    await hold.begun({ holder: "a", ttlMs: TTL_MS });
    note("decided", hold.enter());
    await clock.advance(TTL_MS);
    await settle();
    expect(seen).toEqual(["decided"]);
    expect(hold.release("a")).toBe(false);
  });

  it("fails when markers cannot be written in time", async () => {
    const { clock, hold, seen, note } = watch();
    await hold.enter();
    note("held", hold.begun({ holder: "a", ttlMs: TTL_MS }));
    await clock.advance(TTL_MS);
    await settle();
    expect(seen).toEqual(["held: transactions-unsettled"]);
  });

  it("is one holder's at a time", async () => {
    const { hold } = watch();
    await hold.begun({ holder: "a", ttlMs: TTL_MS });
    await expect(hold.begun({ holder: "b", ttlMs: TTL_MS })).rejects.toMatchObject({ code: "transactions-held" });
    expect(hold.release("b")).toBe(false);
    expect(hold.release("a")).toBe(true);
  });
});
