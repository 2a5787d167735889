import { describe, expect, it } from "@jest/globals";
import { createSimulatedStorage, settle } from "@millrace/testkit";
import { append, batchOf, EPOCH, LEADS, newLog, NOW, reopen, SETTINGS } from "./log-fixture.ts";

const storageOf = () => createSimulatedStorage({ seed: 1 });
const LATE = { ...SETTINGS, flush: "interval" } as const;
const ended = (log: Awaited<ReturnType<typeof newLog>>) =>
  log.stageMarker({ producerId: 7 as never, producerEpoch: 0 as never, outcome: "commit", coordinatorEpoch: 0 }, LEADS);
const inTransaction = (sequence: number) => batchOf({ values: ["v"], producer: { id: 7, sequence, transactional: true } });
const VERIFIED = { ...LEADS, transactionVerified: true };

describe("a log with flush=interval", () => {
  it("counts a marker, and what follows it, when it is synced", async () => {
    const log = await newLog(storageOf().mount(), LATE);
    log.stage(inTransaction(0), VERIFIED);
    log.writeStaged();
    expect(log.replicaEndOffset).toBe(1);
    ended(log);
    log.stage(batchOf(["after"]), LEADS);
    log.writeStaged();
    expect(log.replicaEndOffset).toBe(1);
    await log.sync();
    expect(log.replicaEndOffset).toBe(3);
    log.stage(batchOf(["later"]), LEADS);
    log.writeStaged();
    expect([log.replicaEndOffset, log.syncedEndOffset]).toEqual([4, 3]);
  });

  it("waits for no marker that could not be written", async () => {
    const storage = storageOf();
    const log = await newLog(storage.mount(), LATE);
    log.stage(inTransaction(0), VERIFIED);
    log.writeStaged();
    ended(log);
    storage.limitBytes(storage.usedBytes);
    expect(() => log.writeStaged()).toThrow();
    storage.limitBytes(Infinity);
    log.stage(batchOf(["after"]), LEADS);
    log.writeStaged();
    expect(log.replicaEndOffset).toBe(2);
  });

  it.each([
    ["written down from its creation on", "interval", "interval"],
    ["written down before the first record counts", "ack", "interval"],
  ] as const)("says after a power loss that it was: %s", async (_, first, second) => {
    const storage = storageOf();
    const log = await newLog(storage.mount(), { ...SETTINGS, flush: first });
    log.configure({ ...SETTINGS, flush: second });
    for (let turn = 0; turn < 100 && !log.isSyncedLate; turn++) await settle();
    log.stage(batchOf(["v"]), LEADS);
    log.writeStaged();
    expect([log.isSyncedLate, log.replicaEndOffset, log.syncedEndOffset]).toEqual([true, 1, 0]);
    storage.powerLoss();
    expect((await reopen(storage.mount())).recovery).toMatchObject({ wasSyncedLate: true });
    storage.powerLoss(); // whoever opened it did not know the settings: it is still so
    expect((await reopen(storage.mount())).recovery.wasSyncedLate).toBe(true);
  });

  it("is counted by what is synced as soon as that is asked for, and says so once all of it is", async () => {
    const storage = storageOf();
    const log = await newLog(storage.mount(), LATE);
    log.stage(batchOf(["v"]), LEADS);
    log.writeStaged();
    log.configure(SETTINGS);
    expect([log.isSyncedLate, log.replicaEndOffset]).toEqual([false, 0]);
    for (let turn = 0; turn < 100; turn++) await settle();
    expect(log.replicaEndOffset).toBe(1);
    storage.powerLoss();
    const again = await reopen(storage.mount());
    expect(again.recovery.wasSyncedLate).toBe(false);
    expect(again.logEndOffset).toBe(1);
  });

  it("waits for syncs until that is written down", async () => {
    const log = await newLog(storageOf().mount());
    log.configure(LATE);
    log.stage(batchOf(["v"]), { leaderEpoch: EPOCH, now: NOW });
    log.writeStaged();
    expect(log.replicaEndOffset).toBe(0);
    await append(log, ["w"]);
    expect(log.replicaEndOffset).toBe(2);
  });
});
